import { FaultError } from '../../shared/fault.ts'
import { askTool } from './run-tool.ts'

/** A login of this computer, as numbers. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/** PostgreSQL's own account where its server is installed, else the one that may do nothing. */
const candidates = ['postgres', 'nobody'] as const

/**
 * Who may run a PostgreSQL server here: undefined for ourselves, another account when we are root, as which initdb
 * and postgres refuse to run. Throws TOOL_NOT_FOUND when there is no such account.
 */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  for (const name of candidates) {
    const [uid, gid] = await Promise.all([idOf('-u', name), idOf('-g', name)])
    if (uid !== undefined && gid !== undefined && uid !== 0) return { uid, gid }
  }
  throw new FaultError('TOOL_NOT_FOUND', {
    detail:
      'A proof needs a PostgreSQL server of its own, which never runs as root, and there is no account postgres.',
  })
}

async function idOf(what: '-u' | '-g', name: string): Promise<number | undefined> {
  const { text, end } = await askTool('/usr/bin/id', [what, name], { timeLimitMs: 10_000 })
  return end.how === 'exited' && end.code === 0 ? Number(text) : undefined
}
