import type { Io } from './io.ts'
import { usage } from './verb.ts'

/** The database password from standard input if asked for, else from PGPASSWORD; empty where there is none. */
export async function readPassword(
  { passwordStdin }: { passwordStdin?: boolean | undefined },
  io: Io,
): Promise<string> {
  return passwordStdin ? firstLine(io) : (io.env['PGPASSWORD'] ?? '')
}

/** The first line, so that `echo` and password managers can be piped in; a password has no line ends. */
async function firstLine(io: Io): Promise<string> {
  const [password = ''] = (await io.readInput()).split(/\r?\n/, 1)
  if (password === '') throw usage('--password-stdin was given, but nothing came on standard input.')
  return password
}
