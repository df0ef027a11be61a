import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runCommand } from './command/run-command.ts'

export { runCommand }

/** True when Node was started with this very file, not when the app brings the command along. */
function isStartedFile(): boolean {
  const [, started] = process.argv
  try {
    return started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)
  } catch {
    return false
  }
}

// The code is set and not forced with exit(): whatever still has to be written gets out first.
if (isStartedFile()) process.exitCode = await runCommand(process.argv.slice(2))
