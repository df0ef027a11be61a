import type { JobPhase, Progress } from '../shared/model.ts'
import { durationOf, sizeOf } from './words-rules.ts'

const phases: Record<JobPhase, string> = {
  inspect: 'looking',
  dump: 'saving',
  check: 'reading back',
  restore: 'restoring it beside',
  compare: 'comparing',
  swap: 'changing places',
  after: 'running the program that comes after it',
  finish: 'finishing',
}
const barWidth = 20

/**
 * One line on how far a job is: how much of what the last run read, the table, and the time that the last run says is
 * left. Cut to the terminal, because a line that wraps cannot be written over.
 */
export function progressLine(progress: Progress, columns: number): string {
  const { phase, database, bytes, expectedBytes, table } = progress
  const fraction = expectedBytes === null ? null : Math.min(1, bytes / Math.max(1, expectedBytes))
  const parts = [
    `${database}: ${phases[phase]}`,
    ...(fraction === null || !moves(phase) ? [] : [bar(fraction)]),
    ...(moves(phase) && bytes > 0 ? [sizeOf(bytes)] : []),
    ...(table === null ? [] : [table]),
    timeLeft(progress),
  ]
  return Array.from(parts.join('  '))
    .slice(0, Math.max(0, columns - 1))
    .join('')
}

const moves = (phase: JobPhase): boolean => phase === 'dump' || phase === 'check'

function bar(fraction: number): string {
  const done = Math.round(fraction * barWidth)
  const percent = `${Math.floor(fraction * 100)}`.padStart(3)
  return `[${'#'.repeat(done)}${'-'.repeat(barWidth - done)}] ${percent} %`
}

function timeLeft({ elapsedMs, expectedMs }: Progress): string {
  const gone = wholeSeconds(elapsedMs)
  // A run that takes longer than the last one has no end that anybody knows.
  if (expectedMs === null || elapsedMs >= expectedMs) return gone
  return `${gone}, about ${wholeSeconds(expectedMs - elapsedMs)} left`
}

const wholeSeconds = (ms: number): string => (ms < 60_000 ? `${Math.round(ms / 1000)} s` : durationOf(ms))
