import * as z from 'zod'
import {
  accessList,
  databaseFacts,
  databaseList,
  extensionList,
  roleList,
  serverFacts,
  systemIdentifier,
  unreadableLargeObjects,
} from './inspect-queries.ts'
import type { DatabaseFacts } from './inspect-rules.ts'
import type { Session } from './session.ts'

/** What a login tells about the whole server. */
export interface ServerFacts {
  /** As the server says it: `15.18 (Debian 15.18-0+deb12u1)`. */
  readonly version: string
  readonly versionNum: number
  /** Tells this cluster from every other one; null where we may not ask. */
  readonly systemIdentifier: string | null
  readonly superuser: boolean
  /** Whether pg_dumpall may read the password hashes of the roles. */
  readonly rolePasswords: boolean
  /** Without templates. */
  readonly databases: readonly DatabaseEntry[]
}

const DatabaseEntry = z.object({
  name: z.string(),
  /** On the server's disk; null where we may not ask. */
  bytes: z.string().transform(Number).nullable(),
  allowsConnections: z.boolean(),
})
type DatabaseEntry = z.output<typeof DatabaseEntry>

const Basics = z.object({
  version: z.string(),
  versionNum: z.number(),
  superuser: z.boolean(),
  rolePasswords: z.boolean(),
  mayIdentify: z.boolean(),
})
const Identifier = z.object({ identifier: z.string() })

/** What kind of server this is and which databases it has. An ordinary role on a managed server may ask. */
export async function inspectServer(session: Session): Promise<ServerFacts> {
  const { mayIdentify, ...basics } = await session.one(Basics, serverFacts)
  const identifier = mayIdentify ? (await session.one(Identifier, systemIdentifier)).identifier : null
  const databases = await session.query(DatabaseEntry, databaseList)
  return { ...basics, systemIdentifier: identifier, databases }
}

const Database = z.object({
  name: z.string(),
  owner: z.string(),
  encoding: z.string(),
  collate: z.string(),
  ctype: z.string(),
  bytes: z.coerce.number(),
  user: z.string(),
  serverVersionNum: z.number(),
})
const Extension = z.object({ name: z.string(), version: z.string() })
const Role = z.object({ name: z.string() })
const Access = z.object({
  name: z.string(),
  isTable: z.boolean(),
  hidden: z.boolean(),
  readable: z.boolean(),
})
const Counted = z.object({ count: z.coerce.number() })

/** What is in the database of this session, and what of it we could not read. `objections` judges it. */
export async function inspectDatabase(session: Session): Promise<DatabaseFacts> {
  const database = await session.one(Database, databaseFacts)
  const access = await session.query(Access, accessList)
  const objects = await session.one(Counted, unreadableLargeObjects(database.serverVersionNum))
  return {
    ...database,
    extensions: await session.query(Extension, extensionList),
    tableCount: access.filter(({ isTable }) => isTable).length,
    roles: (await session.query(Role, roleList)).map(({ name }) => name),
    rlsTables: access.filter(({ hidden }) => hidden).map(({ name }) => name),
    unreadable: access.filter(({ readable }) => !readable).map(({ name }) => name),
    unreadableLargeObjects: objects.count,
  }
}
