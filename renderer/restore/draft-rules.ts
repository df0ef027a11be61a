import { splitCommand } from '../../electron/shared/command-line-rules.ts'
import type { Input } from '../../electron/shared/ipc.ts'
import type { Backup } from '../../electron/shared/model.ts'
import type { RestoreLook, RoleChoice } from '../../electron/shared/restore-model.ts'

export type Request = Input<'restoreBackup'>

/** A login as typed; without a user it is the one of backups. */
export interface TypedLogin {
  readonly user: string
  readonly password: string
}

export const emptyLogin: TypedLogin = { user: '', password: '' }

/** What was chosen so far. It lives in this window only, and so does the password in it. */
export interface Draft {
  readonly backup: Backup | null
  readonly where: 'replace' | 'into'
  readonly newName: string
  readonly roles: RoleChoice
  /** Empty: none. */
  readonly after: string
  readonly login: TypedLogin
}

export const emptyDraft: Draft = {
  backup: null,
  where: 'replace',
  newName: '',
  roles: { kind: 'create' },
  after: '',
  login: emptyLogin,
}

/** The name under which the restored data will answer. */
export const targetOf = ({ where, newName }: Draft, backup: Backup): string =>
  where === 'into' ? newName.trim() : backup.database

/** Backups that nobody should be led to restore. */
export const isRefused = ({ state }: Backup): boolean => state === 'corrupt' || state === 'missing'

/** PostgreSQL cuts names after 63 bytes without an error. */
const longestName = 63
const encoder = new TextEncoder()
const bytesOf = (text: string): number => encoder.encode(text).length

/** `till_2026_11_22`, shortened where the whole would be longer than PostgreSQL allows. */
export function proposedName(database: string, day: string): string {
  let start = ''
  for (const character of database) {
    if (bytesOf(`${start}${character}_${day}`) > longestName) break
    start += character
  }
  return `${start}_${day}`
}

/** What is wrong with the name of the new database; null: nothing. */
export function nameTrouble(name: string, database: string): 'empty' | 'long' | 'same' | 'odd' | null {
  const wanted = name.trim()
  if (wanted === '') return 'empty'
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001F]/.test(wanted)) return 'odd'
  if (bytesOf(wanted) > longestName) return 'long'
  return wanted === database ? 'same' : null
}

/** Whether the first step is answered. */
export const isPointChosen = (draft: Draft): boolean =>
  draft.backup !== null &&
  !isRefused(draft.backup) &&
  (draft.where === 'replace' || nameTrouble(draft.newName, draft.backup.database) === null)

/** Whether the restore may go on to be confirmed: nothing in its way, every missing user provided for. */
export const isLookDone = (draft: Draft, look: RestoreLook): boolean =>
  look.problems.length === 0 && areRolesChosen(draft.roles, look) && isAfterReadable(draft.after)

/** Whether every missing user is provided for. */
export function areRolesChosen(roles: RoleChoice, { missingRoles, presentRoles }: RestoreLook): boolean {
  if (roles.kind !== 'map') return true
  return missingRoles.every((role) => presentRoles.includes(roles.to[role] ?? ''))
}

export const isAfterReadable = (after: string): boolean => after.trim() === '' || splitCommand(after) !== null

/** The name is compared as it stands: a missing capital is another database. */
export const isTyped = (typed: string, name: string): boolean => typed === name

/** The question that the second step asks: what would this very restore cost? */
export const lookOf = (draft: Draft, id: string): Input<'lookAtRestore'> => {
  const login = loginOf(draft.login)
  return {
    id,
    roles: draft.roles,
    ...(draft.where === 'into' ? { into: draft.newName.trim() } : {}),
    ...(login === null ? {} : { login }),
  }
}

/** The login to send along; null: the one of backups. */
export const loginOf = ({ user, password }: TypedLogin): Request['login'] =>
  user.trim() === '' ? null : { user: user.trim(), password }

export const requestOf = (draft: Draft, id: string, typed: { name: string; pin: string }): Request => ({
  id,
  into: draft.where === 'into' ? draft.newName.trim() : null,
  typedName: typed.name,
  pin: typed.pin,
  roles: draft.roles,
  after: draft.after.trim() === '' ? null : draft.after.trim(),
  login: loginOf(draft.login),
})
