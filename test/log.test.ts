import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openLog } from '../electron/log.ts'
import { redact } from '../electron/redact-rules.ts'
import { tempFolder } from './support/temp-folder.ts'

let place: ReturnType<typeof tempFolder>
beforeEach(() => (place = tempFolder()))
afterEach(() => place[Symbol.dispose]())
const folder = (): string => join(place.path, 'logs')
const read = (name = 'larder.log'): string => readFileSync(join(folder(), name), 'utf8')

test('a line has its moment in UTC, its weight and its words, for the owner alone', () => {
  const log = openLog(folder())
  log.info('backup of till begins')
  log.warn('100 % of %s')
  expect(read()).toMatch(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info backup of till begins\n[^ ]+ warn 100 % of %s\n$/,
  )
  expect(statSync(join(folder(), 'larder.log')).mode & 0o777).toBe(0o600)
})

test('five files of a megabyte are kept, and several logs at one file get along', () => {
  const logs = [openLog(folder()), openLog(folder())]
  const line = 'x'.repeat(10_000)
  for (let count = 0; count < 350; count += 1) for (const log of logs) log.info(line)
  const names = readdirSync(folder()).toSorted()
  expect(names).toEqual(['larder.1.log', 'larder.2.log', 'larder.3.log', 'larder.4.log', 'larder.log'])
  for (const name of names.slice(0, 4)) {
    expect(read(name).length).toBeGreaterThan(990_000)
    expect(read(name).length).toBeLessThan(1_100_000)
  }
})

test('a folder that cannot be written takes nothing and says nothing', () => {
  const error = vi.spyOn(console, 'error')
  writeFileSync(folder(), 'a file where the folder should be')
  const log = openLog(folder())
  log.info('lost')
  log.error('lost')
  expect(error).not.toHaveBeenCalled()
  expect(read).toThrow()
})

test.each([
  ['postgresql://me:hunter2@till/pos failed', 'postgresql://me:[secret]@till/pos failed'],
  ['postgres://me:hun@ter/2@till', 'postgres://me:[secret]@till'],
  ["host=till password='hunter 2' user=me", 'host=till password=[secret] user=me'],
  ['PGPASSWORD=hunter2 pg_dump', 'PGPASSWORD=[secret] pg_dump'],
  ['{"password":"hunter\\"2","user":"me"}', '{"password":[secret],"user":"me"}'],
  ["ALTER ROLE me PASSWORD 'hunter''2';", 'ALTER ROLE me PASSWORD [secret];'],
  ['password authentication failed for user "me"', 'password authentication failed for user "me"'],
  ['postgresql://me@till:5432/pos', 'postgresql://me@till:5432/pos'],
])('%s becomes %s', (text, expected) => expect(redact(text)).toBe(expected))

test('no key survives, wherever it stands', () => {
  const key = fc.string({
    unit: fc.constantFrom(...'ACDEFGHJKLMNPQRSTUVWXYZ023456789'.split('')),
    minLength: 58,
    maxLength: 58,
  })
  fc.assert(
    fc.property(fc.string(), key, fc.string(), (before, secret, after) => {
      expect(redact(`${before}AGE-SECRET-KEY-1${secret}${after}`)).not.toContain(secret)
    }),
  )
})

test('what was written through the log is redacted', () => {
  openLog(folder()).error('postgresql://me:hunter2@till/pos')
  expect(read()).toContain('postgresql://me:[secret]@till/pos')
})
