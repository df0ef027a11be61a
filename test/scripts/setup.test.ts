import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { electronLaunch } from '../../scripts/electron.mjs'
import { verifyIntegrity } from '../../scripts/setup/integrity.mjs'

const runFile = promisify(execFile)
const setUp = () => runFile(process.execPath, ['scripts/setup.mjs'])

describe('set-up', () => {
  // On a machine where `npm test` did not run it yet, the first run installs things.
  beforeAll(async () => void (await setUp()), 20 * 60_000)

  it('has nothing to do the second time, and is quick to say so', async () => {
    const startedAt = performance.now()
    const { stdout, stderr } = await setUp()

    expect(performance.now() - startedAt).toBeLessThan(3_000)
    expect(stdout).toMatch(/^Set-up is complete: Electron .+\.\n$/)
    expect(stderr).toBe('')
  })

  it('leaves an Electron in which the catalogue opens', async () => {
    const script = `
      const { existsSync } = require('node:fs')
      const compiled = process.resourcesPath + '/better_sqlite3.node'
      const options = existsSync(compiled) ? { nativeBinding: compiled } : {}
      const database = new (require('better-sqlite3'))(':memory:', options)
      const row = database.prepare('select @word as word').get({ word: 'jar' })
      console.log(JSON.stringify({ electron: process.versions.electron, row }))`
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
    const { stdout } = await runFile(electronLaunch().executablePath, ['-e', script], { env })

    expect(JSON.parse(stdout)).toEqual({ electron: expect.stringMatching(/^\d+\./), row: { word: 'jar' } })
  })
})

describe('the check of a downloaded file', () => {
  let folder = ''
  let file = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-integrity-'))
    file = join(folder, 'package.tgz')
    await writeFile(file, 'abc')
  })
  afterAll(() => rm(folder, { recursive: true }))

  // The digest of "abc" is the first example of FIPS 180-2, appendix C.
  const digest =
    'sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=='

  it('accepts the file that was meant', async () => {
    await expect(verifyIntegrity(file, digest)).resolves.toBeUndefined()
  })

  it('refuses any other, and names it', async () => {
    await writeFile(file, 'abd')
    await expect(verifyIntegrity(file, digest)).rejects.toThrow(/^package\.tgz is not the expected file/)
  })
})
