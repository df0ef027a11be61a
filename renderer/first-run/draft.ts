import type { Output, ServerReport, SetUpRequest } from '../../electron/shared/ipc.ts'
import type { Choice } from './first-run-rules.ts'

/** What was entered so far. It lives in this window only and is gone with it; so is the password. */
export interface Draft {
  readonly siteName: string
  readonly login: Login
  readonly report: ServerReport | null
  readonly choice: Choice
  readonly plan: SetUpRequest['plan']
  readonly folder: string
  readonly encrypt: boolean
  /** Whether the recovery key was made on this visit, so that nobody can hold it yet. */
  readonly isKeyNew: boolean
}

/** The server as typed; the port is text until it is used. */
export interface Login {
  readonly host: string
  readonly port: string
  readonly user: string
  readonly database: string
  readonly tls: SetUpRequest['server']['tls']
  readonly rootCertificate: string
  /** Empty when the main process holds the one of the pasted text. */
  readonly password: string
  readonly passwordIsKept: boolean
}

export const emptyLogin: Login = {
  host: 'localhost',
  port: '5432',
  user: 'postgres',
  database: 'postgres',
  tls: 'prefer',
  rootCertificate: '',
  password: '',
  passwordIsKept: false,
}

/** A step sees the draft, changes parts of it, and says when it is done. */
export interface StepProps {
  readonly draft: Draft
  readonly change: (part: Partial<Draft>) => void
  readonly onDone: () => void
}

export const emptyDraft: Draft = {
  siteName: '',
  login: emptyLogin,
  report: null,
  choice: { all: false, ticked: [] },
  plan: 'production',
  folder: '',
  encrypt: true,
  isKeyNew: false,
}

/** Goes on with what an earlier, unfinished visit has set up. */
export const draftFrom = (state: Output<'setUpState'>): Partial<Draft> => ({
  folder: state.folder ?? state.proposedFolder,
  ...(state.siteName === null ? {} : { siteName: state.siteName }),
  ...(state.done ? { encrypt: state.encrypted } : {}),
})

export function serverOf(login: Login): SetUpRequest['server'] {
  const { host, port, user, database, tls, rootCertificate } = login
  return {
    host: host.trim(),
    port: Number(port),
    user: user.trim(),
    database: database.trim(),
    tls,
    ...(rootCertificate.trim() === '' ? {} : { rootCertificate: rootCertificate.trim() }),
  }
}

export const isLoginComplete = ({ host, port, user, database }: Login): boolean =>
  [host, user, database].every((text) => text.trim() !== '') && isPort(port)

const isPort = (text: string): boolean =>
  /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535

export const requestOf = (draft: Draft): SetUpRequest => ({
  siteName: draft.siteName.trim(),
  server: serverOf(draft.login),
  password: draft.login.password,
  plan: draft.plan,
  databases: draft.choice.all ? 'all' : [...draft.choice.ticked],
  folder: draft.folder,
  encrypt: draft.encrypt,
})
