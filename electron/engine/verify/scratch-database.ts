import { readFile } from 'node:fs/promises'
import { FaultError } from '../../shared/fault.ts'
import type { Manifest } from '../../shared/model.ts'
import { openSession, type Session } from '../postgres/session.ts'
import { literal, quotedName, superusersIn } from './roles-rules.ts'
import type { ScratchCluster } from './scratch-cluster.ts'

/** The backup, opened: plain files that pg_restore reads with several jobs. */
export interface Opened {
  readonly manifest: Manifest
  readonly archive: string
  readonly globals: string
}

/** A login to the database of that name in the cluster. */
const openScratch = (
  { server, password }: ScratchCluster,
  database: string,
  signal: AbortSignal,
): Promise<Session> => openSession(server, database, password, { signal })

/**
 * Makes the roles that the archive names and an empty database with the encoding, the locale and the owner of the
 * source. Returns notes on what had to be otherwise.
 */
export async function makeDatabase(
  cluster: ScratchCluster,
  { manifest, globals }: Opened,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { name } = manifest.database
  await using session = await openScratch(cluster, name === 'postgres' ? 'template1' : 'postgres', signal)
  await makeRoles(session, manifest, await readFile(globals, 'utf8'))
  // initdb made one called `postgres`, which a till may also be called.
  await session.run(`DROP DATABASE IF EXISTS ${quotedName(name)}`)
  return await createDatabase(session, manifest, manifest.database)
}

/**
 * Nobody logs in as them, and their passwords are not loaded. Superusers stay what they are, because event triggers
 * and foreign-data wrappers must belong to one; the others may read what a materialized view may be made from.
 */
async function makeRoles(session: Session, manifest: Manifest, globals: string): Promise<void> {
  const superusers = superusersIn(globals)
  const mayReadAll = Number.parseInt(manifest.server.version, 10) >= 14 ? ' IN ROLE pg_read_all_data' : ''
  for (const role of new Set([...manifest.roles, manifest.database.owner])) {
    const rights = superusers.has(role) ? ' SUPERUSER' : mayReadAll
    await session.run(`CREATE ROLE ${quotedName(role)} NOLOGIN${rights}`)
  }
}

/**
 * Makes an empty database with the encoding and the locale of the source; without an owner it belongs to the login.
 * Returns notes on what had to be otherwise.
 */
export async function createDatabase(
  session: Session,
  { database, server }: Manifest,
  { name, owner }: { readonly name: string; readonly owner?: string },
): Promise<readonly string[]> {
  const { encoding, collate, ctype } = database
  const belongs = owner === undefined ? '' : ` OWNER ${quotedName(owner)}`
  // The provider could be chosen since PostgreSQL 15.
  const provider = Number.parseInt(server.version, 10) >= 15 ? ' LOCALE_PROVIDER libc' : ''
  const create = (collation: string, characters: string): Promise<void> =>
    session.run(
      `CREATE DATABASE ${quotedName(name)} TEMPLATE template0${belongs}
       ENCODING ${literal(encoding)} LC_COLLATE ${literal(collation)} LC_CTYPE ${literal(characters)}${provider}`,
    )
  try {
    await create(collate, ctype)
    return []
  } catch (error) {
    if (!(error instanceof FaultError) || !/locale/.test(error.fault.detail ?? '')) throw error
    await create('C', 'C')
    return [`The locale ${collate} is not on this computer; the proof sorted by bytes (C) instead.`]
  }
}
