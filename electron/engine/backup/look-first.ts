import { FaultError } from '../../shared/fault.ts'
import { formatBytes } from '../../shared/format.ts'
import { lastGoodRun } from '../catalogue/backups.ts'
import { passedOver, searchTools } from '../postgres/find-tools.ts'
import { objections, type DatabaseFacts } from '../postgres/inspect-rules.ts'
import { inspectDatabase, inspectServer, type ServerFacts } from '../postgres/inspect.ts'
import type { Session } from '../postgres/session.ts'
import { chooseToolSet, type ToolSet } from '../postgres/tool-rules.ts'
import type { Site } from '../site.ts'
import { hasRoom, neededBytes } from './backup-rules.ts'

/** What must be known before a single byte is dumped. */
export interface Facts {
  readonly server: ServerFacts
  readonly database: DatabaseFacts
  readonly tools: ToolSet
}

/**
 * Asks the server everything that could spoil the backup and refuses now rather than half-way: rights, row-level
 * security, an empty database, tools that are too old, too little room (INV-9). Throws the fault that fits.
 */
export async function lookFirst(site: Site, session: Session, database: string): Promise<Facts> {
  const server = await inspectServer(session)
  const facts = await inspectDatabase(session)
  const [objection] = objections(facts)
  if (objection !== undefined) {
    const detail = [objection.detail, objection.next].join('\n')
    throw new FaultError(objection.code, { values: { database }, detail })
  }
  const tools = await toolsFor(server.versionNum)
  await refuseWithoutRoom(site, database, facts.bytes)
  return { server, database: facts, tools }
}

/** The client tools for a server of this version. Throws TOOL_NOT_FOUND or TOOL_TOO_OLD. */
export async function toolsFor(serverVersionNum: number): Promise<ToolSet> {
  const { found, broken } = await searchTools()
  const choice = chooseToolSet(found, serverVersionNum)
  if ('fault' in choice) {
    const detail = passedOver(broken).join('\n')
    throw new FaultError(choice.fault, { values: choice.values, ...(detail && { detail }) })
  }
  return choice.tools
}

async function refuseWithoutRoom(site: Site, database: string, databaseBytes: number): Promise<void> {
  const lastBytes = lastGoodRun(site.catalogue, database)?.bytes ?? null
  const room = { ...(await site.world.space(site.settings.folder)), lastBytes, databaseBytes }
  if (hasRoom(room)) return
  const [free, need] = [room.freeBytes, neededBytes(room)].map((bytes) => formatBytes(bytes, 'en'))
  throw new FaultError('DISK_FULL', { values: { free: free ?? '', need: need ?? '' } })
}
