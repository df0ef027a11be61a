import type { Secret } from './secret.ts'

export const secretNames = [
  'database-password',
  'site-identity',
  'signing-key',
  'smtp-password',
  'webhook-url',
  'heartbeat-url',
] as const
export type SecretName = (typeof secretNames)[number]

/** Keeps the few secrets of a site. Readable by the engine only; the window can set them, never get them. */
export interface Secrets {
  /** Throws SECRETS_LOCKED when the value is there but cannot be opened now. */
  read(name: SecretName): Promise<Secret | undefined>
  write(name: SecretName, secret: Secret): Promise<void>
  /** The site identities of earlier times that open now. */
  formerIdentities(): Promise<readonly Secret[]>
}

/** One line per step, for a technician at 2 a.m. Never a secret. */
export interface Log {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** Everything outside the engine that a test may want to replace. */
export interface World {
  /** Milliseconds since 1970, UTC. */
  now(): number
  readonly dataFolder: string
  readonly secrets: Secrets
  /** Room on the volume where this folder is, as an ordinary user may use it. */
  space(folder: string): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>
  readonly log: Log
  /** A better-sqlite3 binary to use instead of the packaged one; undefined: the packaged one. */
  readonly sqliteBinding?: string
  /** How long the catalogue waits for another process, which nothing else does meanwhile; undefined: 5 s. */
  readonly busyWaitMs?: number
}
