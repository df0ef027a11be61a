import * as z from 'zod'

const Text = z.string().min(1).max(4096)
const Address = z
  .string()
  .min(3)
  .max(320)
  .regex(/^[^\s<>,;"]+@[^\s<>,;"]+$/, 'An e-mail address looks like name@example.com.')

const isThisComputer = (host: string): boolean => ['localhost', '127.0.0.1', '::1'].includes(host)

/** Where mail goes out. The password is a secret and lives elsewhere. */
export const EmailSettings = z
  .strictObject({
    host: Text,
    port: z.int().min(1).max(65_535),
    /** `tls` from the first byte (port 465), `starttls` before anything is said (587), `none` as in the old days (25). */
    security: z.enum(['tls', 'starttls', 'none']),
    user: Text.optional(),
    from: Address,
    to: z.array(Address).min(1).max(20),
  })
  .refine(({ host, user, security }) => user === undefined || security !== 'none' || isThisComputer(host), {
    error: 'A mail password goes over an encrypted connection only.',
  })
export type EmailSettings = z.output<typeof EmailSettings>

export const WebhookShape = z.enum(['generic', 'slack', 'teams', 'discord', 'ntfy'])
export type WebhookShape = z.output<typeof WebhookShape>

/** The whole address lets anybody write there, so it is a secret; its host is for people to recognise it by. */
export const WebhookSettings = z.strictObject({ shape: WebhookShape, host: Text })
export type WebhookSettings = z.output<typeof WebhookSettings>

export const HeartbeatSettings = z.strictObject({
  host: Text,
  /** What a success is: a backup that was restored for a test, or one that was read in full. */
  after: z.enum(['proven', 'intact']),
})
export type HeartbeatSettings = z.output<typeof HeartbeatSettings>

/** Who is told when something is wrong; what is left out is off. */
export const AlertSettings = z.strictObject({
  email: EmailSettings.optional(),
  webhook: WebhookSettings.optional(),
  heartbeat: HeartbeatSettings.optional(),
})
export type AlertSettings = z.output<typeof AlertSettings>

export const Channel = z.enum(['email', 'webhook', 'heartbeat'])
export type Channel = z.output<typeof Channel>

/** A notice is shown to who asks and never sent; the others are what they make of the site's verdict. */
export const AlertLevel = z.enum(['notice', 'paused', 'attention', 'at-risk'])
export type AlertLevel = z.output<typeof AlertLevel>
