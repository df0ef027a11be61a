import * as z from 'zod'
import { Channel } from '../../shared/alert-model.ts'
import type { Catalogue } from './catalogue.ts'
import { Time } from './column.ts'

const ChannelRow = z.object({
  channel: Channel,
  /** Since when every try was in vain, ms; null: the last one worked, or there was none. */
  failingSince: Time.nullable(),
  tries: z.int(),
  triedAt: Time.nullable(),
  problem: z.string().nullable(),
  workedAt: Time.nullable(),
})
/** How a channel has been doing. */
export type ChannelState = z.output<typeof ChannelRow>

/** Of every channel that was ever tried. */
export const channelStates = (catalogue: Catalogue): readonly ChannelState[] =>
  catalogue.all(
    ChannelRow,
    `SELECT channel, failing_since AS failingSince, tries, tried_at AS triedAt, problem, worked_at AS workedAt
     FROM channels`,
  )

/** Longer than any delivery may take; a process that dies in the middle holds the channel for no longer than this. */
const leaseMs = 120_000

/**
 * Takes a channel for one delivery; false while another process has it. Whoever has it looks once more at what is to be
 * told: the other may just have told it. A lease from a clock that was ahead counts for nothing.
 */
export const takeChannel = (catalogue: Catalogue, channel: Channel, now: number): boolean =>
  catalogue.run(
    `INSERT INTO channels (channel, busy_until) VALUES (@channel, @until)
     ON CONFLICT (channel) DO UPDATE SET busy_until = @until
     WHERE busy_until IS NULL OR busy_until <= @now OR busy_until > @until`,
    { channel, now, until: now + leaseMs },
  ) > 0

export const channelWorked = (catalogue: Catalogue, channel: Channel, now: number): void =>
  void catalogue.run(
    `UPDATE channels SET busy_until = NULL, failing_since = NULL, tries = 0, tried_at = @now, problem = NULL,
       worked_at = @now WHERE channel = @channel`,
    { channel, now },
  )

export const channelFailed = (catalogue: Catalogue, channel: Channel, problem: string, now: number): void =>
  void catalogue.run(
    `UPDATE channels SET busy_until = NULL, failing_since = coalesce(failing_since, @now), tries = tries + 1,
       tried_at = @now, problem = @problem WHERE channel = @channel`,
    { channel, problem, now },
  )

export const releaseChannel = (catalogue: Catalogue, channel: Channel): void =>
  void catalogue.run('UPDATE channels SET busy_until = NULL WHERE channel = @channel', { channel })

/** A channel that is off, or set up anew, has no past. */
export const forgetChannel = (catalogue: Catalogue, channel: Channel): void =>
  void catalogue.run('DELETE FROM channels WHERE channel = @channel', { channel })

const ToldRow = z.object({
  about: z.string(),
  count: z.int(),
  toldAt: Time,
  /** When it was told that it is over, ms. */
  solvedAt: Time.nullable(),
})
export type Told = z.output<typeof ToldRow>

/** The desktop is a channel, too, but one that only the app there can try. */
type Place = Channel | 'desktop'

/** What was told on a channel about some alerts or pings, by the id of each. */
export const toldOf = (
  catalogue: Catalogue,
  channel: Place,
  about: readonly string[],
): ReadonlyMap<string, Told> =>
  new Map(
    catalogue
      .all(
        ToldRow,
        `SELECT about, count, told_at AS toldAt, solved_at AS solvedAt FROM told
         WHERE channel = @channel AND about IN (SELECT value FROM json_each(@about))`,
        { channel, about: JSON.stringify(about) },
      )
      .map((row) => [row.about, row]),
  )

export const noteTold = (catalogue: Catalogue, channel: Place, about: string, now: number): void =>
  void catalogue.run(
    `INSERT INTO told (about, channel, count, told_at) VALUES (@about, @channel, 1, @now)
     ON CONFLICT (about, channel) DO UPDATE SET count = count + 1, told_at = @now`,
    { about, channel, now },
  )

export const noteSolved = (catalogue: Catalogue, channel: Place, about: string, now: number): void =>
  void catalogue.run('UPDATE told SET solved_at = @now WHERE about = @about AND channel = @channel', {
    about,
    channel,
    now,
  })
