import { askTool } from '../../../electron/engine/postgres/run-tool.ts'
import { findToolSets } from '../../../electron/engine/postgres/find-tools.ts'
import { openSession, type Session } from '../../../electron/engine/postgres/session.ts'
import type { ToolSet } from '../../../electron/engine/postgres/tool-rules.ts'
import { Secret } from '../../../electron/engine/secret.ts'
import { FaultError } from '../../../electron/shared/fault.ts'
import type { Server } from '../../../electron/shared/model.ts'
import type { PrivatePostgres } from '../../support/postgres-server.ts'

/** The way to a private server as its superuser, unless said otherwise. */
export const wayTo = ({ host, port, user }: PrivatePostgres, change: Partial<Server> = {}): Server => ({
  host,
  port,
  user,
  database: 'postgres',
  tls: 'prefer',
  ...change,
})

/** A session of a role of a private server; the password of a role made for a test is its name. */
export async function sessionOf(
  postgres: PrivatePostgres,
  database: string,
  role?: string,
): Promise<Session> {
  const password = new Secret(role ?? postgres.password)
  return openSession(wayTo(postgres, role === undefined ? {} : { user: role }), database, password)
}

/** The fault that something ends with. */
export async function faultOf(doing: Promise<unknown>): Promise<FaultError> {
  try {
    await doing
  } catch (error) {
    if (error instanceof FaultError) return error
    throw error
  }
  throw new Error('It ended well.')
}

/** The newest tools of this computer. */
export async function newestTools(): Promise<ToolSet> {
  const [newest] = (await findToolSets()).toSorted((a, b) => b.versionNum - a.versionNum)
  if (!newest) throw new Error('There are no PostgreSQL client tools.')
  return newest
}

/** Runs a program that is no concern of the test and must work. */
export async function must(path: string, ...args: readonly string[]): Promise<string> {
  const { text, end } = await askTool(path, args)
  if (end.code !== 0) throw new Error(end.stderr)
  return text
}
