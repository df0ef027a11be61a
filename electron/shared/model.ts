import * as z from 'zod'
import { AlertLevel, AlertSettings } from './alert-model.ts'
import type { FaultCode } from './fault.ts'
import { faults } from './fault-table.ts'
import { Retention } from './retention-model.ts'
import { Schedule, TimeZone } from './schedule-model.ts'

const Text = z.string().min(1).max(4096)
const Bytes = z.int().nonnegative()
const Count = z.int().nonnegative()
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)
/** ISO 8601, UTC, milliseconds. */
const Instant = z.iso.datetime()

export const TlsMode = z.enum(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'])
export type TlsMode = z.output<typeof TlsMode>

/** Where the till's PostgreSQL answers. The password is a secret and lives elsewhere. */
export const Server = z.strictObject({
  /** A name, an address, or the folder of a Unix socket. */
  host: Text,
  port: z.int().min(1).max(65_535),
  user: Text,
  /** The database to log in to for questions about the whole server. */
  database: Text,
  /** As libpq means it (PostgreSQL manual, "SSL Support", table of sslmode). */
  tls: TlsMode,
  /** Path of a PEM file, libpq's sslrootcert. */
  rootCertificate: Text.optional(),
})
export type Server = z.output<typeof Server>

export const PlanKind = z.enum(['production', 'staging'])

/**
 * A question about the restored data that a proof asks, and what the answer must be: numbers are compared as numbers of
 * any size, everything else as text.
 */
export const Probe = z.strictObject({
  database: Text,
  name: z.string().min(1).max(200),
  /** One query for one row of one column. It may only read; names without a schema are of the schema `public`. */
  sql: z.string().min(1).max(20_000),
  expect: z.strictObject({ op: z.enum(['=', '>', '>=', '<', '<=', '<>']), value: z.string().max(1000) }),
})
export type Probe = z.output<typeof Probe>

/** What to back up. `all` means every database of the server that accepts connections, as found at that moment. */
export const Plan = z.strictObject({
  kind: PlanKind,
  databases: z.union([z.literal('all'), z.array(Text).min(1)]),
  probes: z.array(Probe).max(100).optional(),
  /** When; unsaid: the ready-made one of its kind (schedule-model.ts). */
  schedule: Schedule.optional(),
  /** For how long; unsaid: the ready-made one of its kind (retention-model.ts). */
  retention: Retention.optional(),
})
export type Plan = z.output<typeof Plan>

export const Keys = z.strictObject({
  /** age recipient of the recovery identity, which is kept on paper only. Null: backups are not encrypted. */
  recoveryRecipient: Text.nullable(),
  /** age recipient of this PC, so that checks and one-click restores work here. */
  siteRecipient: Text.nullable(),
  /** Ed25519 public key, SPKI in base64: every manifest is signed with its private half. */
  signingKey: Text,
  /** Its forerunners, newest first: what they signed is still believed. */
  formerSigningKeys: z.array(Text).optional(),
  /** SHA-256 of the recovery key's last 8 characters (most of them its own checksum), to ask for it later. */
  recoveryEnding: Sha256.nullable(),
  /** When the recovery key of today was made. */
  recoveryMadeAt: Instant.optional(),
  /** When somebody showed that they hold the recovery key. */
  recoveryConfirmedAt: Instant.nullable(),
})
export type Keys = z.output<typeof Keys>

export const settingsVersion = 1
export const Settings = z.strictObject({
  version: z.literal(settingsVersion),
  setUpAt: Instant.optional(),
  /** Its time zone is that of the wall clock of all schedules; unsaid: the computer's. */
  site: z.strictObject({ id: z.uuid(), name: Text, timeZone: TimeZone.optional() }),
  server: Server,
  plan: Plan,
  /** The folder on this PC that holds the backups. Absolute. */
  folder: Text,
  keys: Keys,
  /** Unsaid: nobody is told outside of this PC. */
  alerts: AlertSettings.optional(),
})
export type Settings = z.output<typeof Settings>

/** One relation whose rows are counted exactly. */
export const TableCount = z.strictObject({
  schema: z.string(),
  name: z.string(),
  kind: z.enum(['table', 'partitioned', 'matview']),
  rows: Count,
})
export const SequenceValue = z.strictObject({
  schema: z.string(),
  name: z.string(),
  value: z.string(),
  isCalled: z.boolean(),
})

/** What the database held in the very snapshot that was dumped: the measure of every later proof. */
export const Fingerprint = z.strictObject({
  /** Ordered by schema and name. A partitioned table counts all its partitions, which are listed too. */
  tables: z.array(TableCount),
  /** Values are decimal text: a bigint does not fit a JSON number. */
  sequences: z.array(SequenceValue),
  largeObjects: Count,
  /** One line per object, `kind schema.name…`, sorted; members of extensions are left out. */
  objects: z.array(z.string()),
})
export type Fingerprint = z.output<typeof Fingerprint>

/** One stored file of a backup. */
export const StoredFile = z.strictObject({
  name: Text,
  bytes: Bytes,
  sha256: Sha256,
  plainBytes: Bytes,
  plainSha256: Sha256,
})
export type StoredFile = z.output<typeof StoredFile>

export const manifestVersion = 1
/** The self-describing record beside every backup. Signed; see manifest.ts for the bytes. */
export const Manifest = z.strictObject({
  format: z.literal('larder-manifest'),
  version: z.literal(manifestVersion),
  id: Text,
  site: z.strictObject({ id: z.uuid(), name: Text }),
  database: z.strictObject({
    name: Text,
    owner: z.string(),
    encoding: z.string(),
    collate: z.string(),
    ctype: z.string(),
    /** Bytes on the server's disk. */
    bytes: Bytes,
  }),
  server: z.strictObject({ systemIdentifier: z.string().nullable(), version: z.string() }),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  /** The moment of the snapshot: what the till had committed by then is in this backup. */
  takenAt: Instant,
  startedAt: Instant,
  finishedAt: Instant,
  timeZone: z.string(),
  encryption: z.enum(['age', 'none']),
  recipients: z.array(z.string()),
  archive: StoredFile,
  globals: StoredFile.extend({ rolePasswords: z.boolean() }),
  extensions: z.array(z.strictObject({ name: z.string(), version: z.string() })),
  roles: z.array(z.string()),
  fingerprint: Fingerprint,
})
export type Manifest = z.output<typeof Manifest>

/** The ladder (taken → intact → proven → copied) and the two ways to fall off it. */
export const BackupState = z.enum(['taken', 'intact', 'proven', 'copied', 'corrupt', 'missing'])
export type BackupState = z.output<typeof BackupState>

/** A backup as every screen, list and script sees it. Times ISO 8601 UTC, sizes bytes. */
export const Backup = z.strictObject({
  id: Text,
  database: Text,
  state: BackupState,
  takenAt: Instant,
  /** Absolute path of the archive on this PC. */
  file: Text,
  bytes: Bytes,
  sha256: Sha256,
  plainBytes: Bytes,
  tables: Count,
  rows: Count,
  durationMs: z.int().nonnegative(),
  encrypted: z.boolean(),
  serverVersion: z.string(),
  /** When its bytes were last read in full and found right. */
  checkedAt: Instant.nullable(),
  /** Somebody said that it must stay; unsaid: no. */
  pinned: z.boolean().optional(),
  copies: z.array(
    z.strictObject({ destination: z.string(), state: z.enum(['present', 'missing', 'corrupt']) }),
  ),
})
export type Backup = z.output<typeof Backup>

// oxlint-disable-next-line no-unsafe-type-assertion
const faultCodes = Object.keys(faults) as [FaultCode, ...FaultCode[]] // door: Object.keys widens to string
export const FaultRecord = z.strictObject({
  code: z.enum(faultCodes),
  text: z.string(),
  next: z.string(),
  detail: z.string().optional(),
})

export const JobKind = z.enum(['backup', 'verify', 'prove', 'export', 'restore', 'undo', 'release'])
export const JobState = z.enum(['running', 'done', 'failed', 'cancelled', 'interrupted'])
export const JobPhase = z.enum(['inspect', 'dump', 'check', 'restore', 'compare', 'swap', 'after', 'finish'])
export type JobPhase = z.output<typeof JobPhase>

/** One run of something that takes time, from start to exactly one end (INV-5). */
export const Job = z.strictObject({
  id: Text,
  kind: JobKind,
  database: Text,
  state: JobState,
  startedAt: Instant,
  endedAt: Instant.nullable(),
  backupId: z.string().nullable(),
  fault: FaultRecord.nullable(),
})
export type Job = z.output<typeof Job>

/** How far a running job is. `expectedBytes` is what the last run of this database read, if there was one. */
export const Progress = z.strictObject({
  jobId: Text,
  kind: JobKind,
  database: Text,
  phase: JobPhase,
  /** Bytes of the uncompressed archive read from PostgreSQL (or from disk while checking). */
  bytes: Bytes,
  expectedBytes: Bytes.nullable(),
  /** Bytes written to disk so far: compressed and sealed. */
  storedBytes: Bytes,
  /** The table whose rows are passing just now, `schema.name`. */
  table: z.string().nullable(),
  elapsedMs: z.int().nonnegative(),
  expectedMs: z.int().nonnegative().nullable(),
})
export type Progress = z.output<typeof Progress>

export const Verdict = z.enum(['protected', 'attention', 'at-risk', 'working', 'paused'])
export type Verdict = z.output<typeof Verdict>

export const Alert = z.strictObject({
  /** How to name it to acknowledge it; unsaid: it was never written down. */
  id: z.string().optional(),
  code: z.string(),
  /** What it is about, such as a database; unsaid: the site. */
  subject: z.string().optional(),
  level: AlertLevel.optional(),
  state: z.enum(['open', 'acknowledged', 'resolved']),
  since: Instant,
  text: z.string(),
})
export type Alert = z.output<typeof Alert>

/** The site's one verdict, derived from facts only; missing facts mean attention (INV-25). */
export const Status = z.strictObject({
  health: Verdict,
  sentence: z.string(),
  nextSlotAt: Instant.nullable(),
  lastIntactAt: Instant.nullable(),
  lastProvenAt: Instant.nullable(),
  alerts: z.array(Alert),
})
export type Status = z.output<typeof Status>

/** What a check found. `intact` is never said of less than size, hash and a full read. */
export const CheckResult = z.strictObject({
  id: Text,
  verdict: z.enum(['intact', 'corrupt', 'missing']),
  differences: z.array(z.strictObject({ object: z.string(), expected: z.string(), found: z.string() })),
  durationMs: z.int().nonnegative(),
})
export type CheckResult = z.output<typeof CheckResult>

/** What a proof found: `proven` only when the backup was restored and nothing at all differed from what was dumped. */
export const ProofResult = CheckResult.extend({
  verdict: z.enum(['proven', 'different', 'corrupt', 'missing']),
  /** Sentences on what the proof could not do as the till does, and what is odd there without being lost. */
  notes: z.array(z.string()),
})
export type ProofResult = z.output<typeof ProofResult>
