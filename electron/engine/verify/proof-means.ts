import { FaultError } from '../../shared/fault.ts'
import { formatBytes } from '../../shared/format.ts'
import type { Manifest } from '../../shared/model.ts'
import { reserveBytes } from '../backup/backup-rules.ts'
import { toolsFor } from '../backup/look-first.ts'
import { serverAccount, type Account } from '../postgres/account.ts'
import { parseToolVersion, type ServerPrograms } from '../postgres/tool-rules.ts'
import type { Site } from '../site.ts'
import type { ProofFolder } from './proof-folder.ts'
import { serverPrograms } from './scratch-cluster.ts'

/** What a proof works with. */
export interface Means {
  readonly pgRestore: string
  /** For a server of our own; undefined where this computer has no server programs. */
  readonly own: { readonly programs: ServerPrograms; readonly account: Account | undefined } | undefined
}

/** A server is of the till's own version; the tool that reads must not be older than the one that wrote. */
export async function gatherMeans({ server, tool }: Manifest): Promise<Means> {
  const [{ pgRestore }, own] = await Promise.all([
    toolsFor(versionOf(tool.version).versionNum),
    ownServer(versionOf(server.version).major),
  ])
  return { pgRestore, own }
}

async function ownServer(major: number): Promise<Means['own']> {
  try {
    const [programs, account] = await Promise.all([serverPrograms(major), serverAccount()])
    return { programs, account }
  } catch (error) {
    if (!(error instanceof FaultError) || error.code !== 'TOOL_NOT_FOUND') throw error
    return undefined
  }
}

const versionOf = (version: string) =>
  parseToolVersion(`postgres (PostgreSQL) ${version}`) ?? { major: 0, versionNum: 0 }

/** The opened archive, its tables and their indexes. */
const spacePerPlainByte = 2.5

/** Throws DISK_FULL. A server of the till has its disk here as a rule. */
export async function refuseWithoutRoom(
  { world }: Site,
  { home }: ProofFolder,
  manifest: Manifest,
): Promise<void> {
  const { freeBytes, totalBytes } = await world.space(home)
  const needBytes = Math.ceil(manifest.archive.plainBytes * spacePerPlainByte) + reserveBytes(totalBytes)
  if (freeBytes >= needBytes) return
  const values = { free: formatBytes(freeBytes, 'en'), need: formatBytes(needBytes, 'en') }
  throw new FaultError('DISK_FULL', { values, detail: `A proof needs the room in ${home}.` })
}
