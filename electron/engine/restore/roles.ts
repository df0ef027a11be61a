import * as z from 'zod'
import { toFault } from '../../shared/fault.ts'
import type { RoleChoice } from '../../shared/restore-model.ts'
import type { Session } from '../postgres/session.ts'
import type { Difference } from '../verify/compare-fingerprints-rules.ts'
import { literal, quotedName } from '../verify/roles-rules.ts'
import type { Log } from '../world.ts'
import { missingRoleStatements } from './globals-rules.ts'

/**
 * Makes the roles that the archive names and the server lacks, before anything is restored. Those that are there stay
 * as they are. With a mapping they are made for the length of the restore only, since pg_restore knows no other name.
 */
export async function makeRoles(
  session: Session,
  making: { choice: RoleChoice; missing: readonly string[]; globals: string; jobId: string },
): Promise<void> {
  const { choice, missing, globals, jobId } = making
  if (choice.kind === 'no-owner') return
  const statements =
    choice.kind === 'create'
      ? missingRoleStatements(globals, missing, await presentRoles(session))
      : missing.flatMap((role) => [
          `CREATE ROLE ${quotedName(role)} NOLOGIN`,
          `COMMENT ON ROLE ${quotedName(role)} IS ${literal(markOf(jobId))}`,
        ])
  // All or none: a failure in the middle leaves no role behind.
  await session.run('BEGIN')
  try {
    for (const statement of statements) await session.run(statement)
    await session.run('COMMIT')
  } catch (error) {
    await session.run('ROLLBACK').catch(() => undefined)
    throw error
  }
}

/** By this a role that was made for the length of one restore is known after the Larder that made it died. */
const markOf = (jobId: string): string => `made for restore ${jobId}`

const Role = z.object({ name: z.string() })

/** Drops the roles of a mapping that was interrupted: to the next restore they would look like the till's own. */
export async function dropRolesOf(session: Session, jobId: string, log: Log): Promise<void> {
  const made = await session.query(
    Role,
    `SELECT rolname AS name FROM pg_roles
     WHERE shobj_description(oid, 'pg_authid') = ${literal(markOf(jobId))}`,
  )
  await dropRoles(
    session,
    made.map(({ name }) => name),
    log,
  )
}

const Named = z.object({ name: z.string() })

const presentRoles = async (session: Session): Promise<string[]> =>
  (await session.query(Named, 'SELECT rolname AS name FROM pg_roles')).map(({ name }) => name)

/** Takes back what `makeRoles` made, after the database in which they own things is gone. Never throws. */
export async function dropRoles(session: Session, missing: readonly string[], log: Log): Promise<void> {
  for (const role of missing)
    await session.run(`DROP ROLE IF EXISTS ${quotedName(role)}`).catch((error: unknown) => {
      log.warn(
        `the role ${role} was made for a restore that failed, and stays: ${toFault(error).detail ?? ''}`,
      )
    })
}

/**
 * Hands everything of the missing roles to those they are mapped to, in the restored database, and drops them.
 * What they had been granted is not handed on. Returns what is different from the backup for it.
 */
export async function mapRoles(
  session: Session,
  choice: RoleChoice,
  missing: readonly string[],
  user: string,
): Promise<readonly Difference[]> {
  if (choice.kind === 'create') return []
  if (choice.kind === 'no-owner')
    return [{ object: 'owners and rights', expected: 'as in the backup', found: `all belongs to ${user}` }]
  for (const role of missing) {
    await session.run(`REASSIGN OWNED BY ${quotedName(role)} TO ${quotedName(choice.to[role] ?? '')}`)
    await session.run(`DROP OWNED BY ${quotedName(role)}`)
    await session.run(`DROP ROLE ${quotedName(role)}`)
  }
  return missing.map((role) => ({
    object: `role “${role}”`,
    expected: role,
    found: `its things belong to ${choice.to[role] ?? ''}, its rights are gone`,
  }))
}
