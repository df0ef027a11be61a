import { describe, expect, test } from 'vitest'
import { tellFor } from '../../electron/shared/fault-for-work.ts'
import { FaultError, type FaultCode } from '../../electron/shared/fault.ts'
import { JobKind, JobPhase } from '../../electron/shared/model.ts'

const fault = (code: FaultCode) => new FaultError(code, { detail: 'the last words' }).fault
const codes: readonly FaultCode[] = [
  'DB_UNREACHABLE',
  'DB_HOST_UNKNOWN',
  'DB_STARTING',
  'DB_AUTH',
  'DB_CONNECTION_LOST',
  'TOOL_NOT_FOUND',
  'DUMP_STALLED',
  'DUMP_TIMEOUT',
  'DUMP_KILLED',
  'DUMP_FAILED',
  'DISK_FULL',
  'INTERRUPTED',
]
const others = JobKind.options.filter((kind) => kind !== 'backup')

test('a backup is told in the words of the table', () => {
  for (const code of codes) expect(tellFor('backup', fault(code), 'dump')).toEqual(fault(code))
})

describe.each(others)('%s', (kind) => {
  test.each(codes)('meets %s and says nothing of a backup that was not made', (code) => {
    const told = tellFor(kind, fault(code), 'inspect')
    expect(told).toMatchObject({ code, detail: 'the last words' })
    expect(told.text).not.toMatch(/no backup|earlier backups|unfinished file|[{}]/i)
    expect(told.text).toMatch(/^[A-Z][^.]*\. [A-Z].*\.$/)
    expect(told.next).not.toMatch(/back up/i)
  })
})

test('until the swap a restore promises that the till is as it was, and not a moment longer', () => {
  const promise = 'the till is exactly as it was'
  for (const phase of JobPhase.options) {
    const { text } = tellFor('restore', fault('DB_CONNECTION_LOST'), phase)
    expect(text.includes(promise)).toBe(!['swap', 'after', 'finish'].includes(phase))
  }
  expect(tellFor('prove', fault('DB_CONNECTION_LOST'), 'finish').text).toBe(
    'The database server stopped during the proof. What is known about the backup stays as it was.',
  )
})

test('what says nothing of a backup stays as it is', () => {
  const known = fault('RESTORE_FAILED')
  expect(tellFor('restore', known, 'restore')).toBe(known)
})
