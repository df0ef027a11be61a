import type { JobPhase, Progress } from '../electron/shared/model.ts'

/** Where each phase of a backup begins and ends on the bar, measured on an ordinary run. */
const shares: Readonly<Partial<Record<JobPhase, readonly [number, number]>>> = {
  inspect: [0, 0.03],
  dump: [0.03, 0.8],
  check: [0.8, 0.97],
  finish: [0.97, 1],
}

/** How much is done, 0 to 1; null when nothing honest can be said. Never moves beyond its phase. */
export function doneFraction(progress: Progress): number | null {
  const within = byteFraction(progress)
  if (within === null) return null
  if (progress.kind === 'verify') return within
  // How long a restore takes is known by no byte count.
  if (!isMeasured(progress)) return null
  const [from, to] = shares[progress.phase] ?? [0.97, 0.97]
  return from + (to - from) * within
}

function byteFraction({ phase, bytes, expectedBytes }: Progress): number | null {
  if (expectedBytes === null || expectedBytes === 0) return null
  if (phase === 'inspect' || phase === 'finish') return 0
  return Math.min(1, bytes / expectedBytes)
}

/** The time left in ms, or in a word where no honest figure can be given. */
type Estimate = number | 'none' | 'almost' | 'untold'

/**
 * The time left: what the last run would still need, replaced more and more by this run's own pace, which for a
 * fraction `done` would still need `elapsed × (1 − done) / done`. Rounded so that the figure does not flicker: to
 * 5 s below 90 s, to whole minutes above. Of a restore nothing is told: the last run known here was a backup.
 */
export function timeLeft(progress: Progress): Estimate {
  const { elapsedMs, expectedMs } = progress
  if (!isMeasured(progress)) return 'untold'
  const done = doneFraction(progress)
  if (expectedMs === null || done === null) return 'none'
  const left = (1 - done) * ((1 - done) * expectedMs + elapsedMs)
  if (left < 5000) return 'almost'
  const step = left < 90_000 ? 5000 : 60_000
  return Math.round(left / step) * step
}

/** Whether there are earlier runs of the same kind to compare with. */
const isMeasured = ({ kind }: Progress): boolean =>
  kind === 'backup' || kind === 'export' || kind === 'verify'

/** Whether an amount of bytes says something: a restore counts them only while it reads. */
export const countsBytes = (progress: Progress): boolean => isMeasured(progress) || progress.bytes > 0

/** Whether stopping still leaves everything as it was. From the moment of changing places it would not. */
export const canCancel = ({ kind, phase }: Progress): boolean =>
  kind === 'restore' || kind === 'undo'
    ? phase !== 'swap' && phase !== 'after' && phase !== 'finish'
    : kind !== 'release'
