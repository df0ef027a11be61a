import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where Larder keeps settings, secrets, catalogue and logs unless told otherwise: the same for window and command. */
export function defaultDataFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['LARDER_DATA']) return env['LARDER_DATA']
  if (process.platform === 'win32')
    return join(env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Larder')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Larder')
  return join(env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'Larder')
}
