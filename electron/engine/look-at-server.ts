import { FaultError, type FaultCode } from '../shared/fault.ts'
import type { ServerReport } from '../shared/ipc.ts'
import type { Plan, Server } from '../shared/model.ts'
import { toolsFor } from './backup/look-first.ts'
import { objections } from './postgres/inspect-rules.ts'
import { inspectDatabase, inspectServer, type ServerFacts } from './postgres/inspect.ts'
import { openSession } from './postgres/session.ts'
import { toolWarnings } from './postgres/tool-rules.ts'
import { isOurs } from './restore/names-rules.ts'
import type { Secret } from './secret.ts'

interface Problem {
  readonly code: FaultCode
  readonly database: string | null
  /** What is wrong, naming the objects. */
  readonly detail: string
  /** The exact thing to do. */
  readonly next: string
}

export interface Looked {
  readonly version: string
  readonly databases: readonly {
    readonly name: string
    readonly bytes: number | null
    readonly tables: number | null
  }[]
  readonly problems: readonly Problem[]
  readonly warnings: readonly string[]
}

/**
 * Logs in and looks at every database that was asked for (or at all), for anything that would keep a backup of it
 * from being whole. Throws the DB_* fault when the login itself fails.
 */
export async function lookAtServer(
  server: Server,
  password: Secret | undefined,
  asked: Plan['databases'],
): Promise<Looked> {
  const session = await openSession(server, server.database, password)
  try {
    const facts = await inspectServer(session)
    const chosen = facts.databases.filter((one) =>
      asked === 'all' ? isTheirs(one) : asked.includes(one.name),
    )
    const missing =
      asked === 'all' ? [] : asked.filter((name) => !facts.databases.some((one) => one.name === name))
    // One after another: a till with twenty databases must not see twenty logins at once.
    const found = []
    for (const { name, bytes } of chosen) found.push(await lookAtDatabase(server, password, name, bytes))
    const looked = asked === 'all' ? found.filter((one) => !isSpare(one)) : found
    const tools = await tryTools(facts.versionNum)
    return {
      version: facts.version,
      databases: looked.map(({ name, bytes, tables }) => ({ name, bytes, tables })),
      problems: [...tools.problems, ...missing.map(notThere), ...looked.flatMap(({ problems }) => problems)],
      warnings: tools.warnings,
    }
  } finally {
    await session.end()
  }
}

/** The names of the databases that a plan covers at this moment. Throws the DB_* fault when the server is away. */
export async function databasesOf(
  server: Server,
  password: Secret | undefined,
  plan: Plan,
): Promise<string[]> {
  if (plan.databases !== 'all') return plan.databases
  const session = await openSession(server, server.database, password)
  try {
    const databases = (await inspectServer(session)).databases.filter(isTheirs)
    const spare = databases.find(({ name }) => name === spareName)
    const isWorthless =
      spare !== undefined && isSpare(await lookAtDatabase(server, password, spareName, spare.bytes))
    return databases.filter((one) => one !== spare || !isWorthless).map(({ name }) => name)
  } finally {
    await session.end()
  }
}

/** What providers of managed servers keep there for themselves; nobody else can log in to them. */
const ofProviders = new Set(['alloydbadmin', 'azure_maintenance', 'azure_sys', 'cloudsqladmin', 'rdsadmin'])
const isTheirs = ({ name, allowsConnections }: ServerFacts['databases'][number]): boolean =>
  allowsConnections && !ofProviders.has(name) && !isOurs(name)

/** initdb makes this one for tools to log in to (PostgreSQL manual, "Creating a Database"). */
const spareName = 'postgres'

/** With a plan of all databases it would be an alarm every night, as long as nobody keeps tables in it. */
const isSpare = ({ name, tables }: { readonly name: string; readonly tables: number | null }): boolean =>
  name === spareName && tables === 0

async function lookAtDatabase(
  server: Server,
  password: Secret | undefined,
  name: string,
  bytes: number | null,
) {
  const problems: Problem[] = []
  try {
    const session = await openSession(server, name, password)
    try {
      const facts = await inspectDatabase(session)
      problems.push(...objections(facts).map((objection) => ({ ...objection, database: name })))
      return { name, bytes, tables: facts.tableCount, problems }
    } finally {
      await session.end()
    }
  } catch (error) {
    if (!(error instanceof FaultError)) throw error
    const { code, text, next, detail } = error.fault
    return { name, bytes, tables: null, problems: [{ code, database: name, detail: detail ?? text, next }] }
  }
}

async function tryTools(serverVersionNum: number): Promise<{ problems: Problem[]; warnings: string[] }> {
  try {
    const tools = await toolsFor(serverVersionNum)
    return { problems: [], warnings: [...toolWarnings(tools.versionNum)] }
  } catch (error) {
    if (!(error instanceof FaultError)) throw error
    const { code, text, next } = error.fault
    return { problems: [{ code, database: null, detail: text, next }], warnings: [] }
  }
}

const notThere = (database: string): Problem => ({
  code: 'DB_NOT_FOUND',
  database,
  detail: `There is no database named “${database}” on this server.`,
  next: 'Choose one of the databases listed.',
})

/** The same in the shape the window shows. */
export const toReport = ({ version, databases, problems, warnings }: Looked): ServerReport => ({
  version,
  databases: [...databases],
  problems: problems.map(({ database, detail, next }) => ({ database, text: detail, next })),
  warnings: [...warnings],
})
