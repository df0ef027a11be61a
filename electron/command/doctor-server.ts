import * as z from 'zod'
import { lookAtServer, type Looked } from '../engine/look-at-server.ts'
import { openSession } from '../engine/postgres/session.ts'
import type { Site } from '../engine/site.ts'
import { examine, ok, problem, type Check } from './doctor-check.ts'
import { counted, sizeOf } from './words-rules.ts'

interface Examined {
  readonly checks: readonly Check[]
  /** Undefined when the login failed. */
  readonly looked: Looked | undefined
  readonly serverNow: number | undefined
}

/** Logs in and looks at the rights in every database of the plan, as a backup would. */
export async function examineServer({ settings, world }: Site): Promise<Examined> {
  const { server, plan } = settings
  let looked: Looked | undefined
  let serverNow: number | undefined
  const checks = await examine('server', async () => {
    const password = await world.secrets.read('database-password')
    looked = await lookAtServer(server, password, plan.databases)
    await using session = await openSession(server, server.database, password)
    serverNow = (await session.one(Clock, clockQuery)).now
    const where = `PostgreSQL ${looked.version} at ${server.host}, port ${server.port}, as ${server.user}`
    return [ok('server', where), ...judge(looked)]
  })
  return { checks, looked, serverNow }
}

const Clock = z.object({ now: z.coerce.number() })
const clockQuery = 'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::text AS now'

function judge({ databases, problems }: Looked): readonly Check[] {
  const found = problems.map(({ database, detail, next }) => problem(nameOf(database), detail, next))
  const good = databases.filter(({ name }) => !problems.some(({ database }) => database === name))
  return [
    ...good.map(({ name, bytes, tables }) =>
      ok(
        nameOf(name),
        `readable in full: ${counted(tables ?? 0, 'table')}, ${sizeOf(bytes ?? 0)} on the server`,
      ),
    ),
    ...found,
  ]
}

const nameOf = (database: string | null): string => (database === null ? 'server' : `database ${database}`)
