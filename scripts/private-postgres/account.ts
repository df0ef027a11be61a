import { execa } from 'execa'

// PostgreSQL refuses to run as root, so root hands its programs to the account that Debian made for them.
const serverAccount = 'postgres'

export const weAreRoot = process.getuid?.() === 0

/** The command line that runs `command` under the account of the server. */
export function asServerAccount(command: string, args: readonly string[]): readonly [string, string[]] {
  if (!weAreRoot) return [command, [...args]]
  return ['runuser', ['-u', serverAccount, '--', command, ...args]]
}

/** Makes the server's account the owner of a folder with all its contents. */
export async function giveToServer(folder: string): Promise<void> {
  if (weAreRoot) await execa('chown', ['--recursive', `${serverAccount}:`, folder])
}
