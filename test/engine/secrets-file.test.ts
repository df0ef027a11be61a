import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lockIfFree } from '../../electron/engine/catalogue/opening-lock.ts'
import { Secret } from '../../electron/engine/secret.ts'
import { keepersOf, secretsInFile, type Keyring } from '../../electron/engine/secrets-file.ts'
import { tempFolder } from '../support/temp-folder.ts'

let folder: ReturnType<typeof tempFolder>
let file: string
beforeEach(() => {
  folder = tempFolder()
  file = join(folder.path, 'secrets.json')
})
afterEach(() => folder[Symbol.dispose]())

/** A keyring as a desktop has one; it can be locked. */
function makeKeyring(): Keyring & { isLocked: boolean } {
  return {
    isLocked: false,
    async seal(plain) {
      return this.isLocked ? undefined : Buffer.from(plain).toString('hex')
    },
    async open(sealed) {
      return this.isLocked ? undefined : Buffer.from(sealed, 'hex').toString()
    },
  }
}

describe('a secret kept by file rights alone', () => {
  test('comes back, to another process too, and is nobody else’s to read', async () => {
    await secretsInFile(folder.path).write('database-password', new Secret('pa"ss\nwörd 🍝'))
    const found = await secretsInFile(folder.path).read('database-password')
    expect(found?.reveal()).toBe('pa"ss\nwörd 🍝')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await keepersOf(folder.path)).toEqual({ 'database-password': 'file' })
  })

  test('does not widen the rights when it is written again', async () => {
    const secrets = secretsInFile(folder.path)
    await secrets.write('signing-key', new Secret('one'))
    chmodSync(file, 0o644)
    await secrets.write('signing-key', new Secret('two'))
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect((await secrets.read('signing-key'))?.reveal()).toBe('two')
  })

  test('is undefined when there is none, also where there is no file', async () => {
    const secrets = secretsInFile(folder.path)
    expect(await secrets.read('signing-key')).toBeUndefined()
    await secrets.write('database-password', new Secret('x'))
    expect(await secrets.read('signing-key')).toBeUndefined()
  })
})

describe('a secret sealed by the keyring', () => {
  test('stands in the file as the keyring wrote it', async () => {
    const keyring = makeKeyring()
    const secrets = secretsInFile(folder.path, keyring)
    await secrets.write('database-password', new Secret('canary'))
    expect(readFileSync(file, 'utf8')).not.toContain('canary')
    expect((await secrets.read('database-password'))?.reveal()).toBe('canary')
    expect(await keepersOf(folder.path)).toEqual({ 'database-password': 'keyring' })
  })

  test('is locked, not lost, while the keyring does not answer', async () => {
    const keyring = makeKeyring()
    const secrets = secretsInFile(folder.path, keyring)
    await secrets.write('database-password', new Secret('canary'))
    keyring.isLocked = true
    await expect(secrets.read('database-password')).rejects.toMatchObject({ code: 'SECRETS_LOCKED' })
    // Headless there is no keyring at all.
    await expect(secretsInFile(folder.path).read('database-password')).rejects.toMatchObject({
      code: 'SECRETS_LOCKED',
    })
    keyring.isLocked = false
    expect((await secrets.read('database-password'))?.reveal()).toBe('canary')
  })

  test('is kept by file rights when the keyring does not answer as it is written', async () => {
    const keyring = makeKeyring()
    keyring.isLocked = true
    const secrets = secretsInFile(folder.path, keyring)
    await secrets.write('database-password', new Secret('open'))
    expect((await secretsInFile(folder.path).read('database-password'))?.reveal()).toBe('open')
  })
})

test('the site identity that went is kept, and opens again when the keyring does', async () => {
  const keyring = makeKeyring()
  const secrets = secretsInFile(folder.path, keyring)
  await secrets.write('site-identity', new Secret('first'))
  keyring.isLocked = true
  await secrets.write('site-identity', new Secret('second'))
  const former = async (): Promise<string[]> => (await secrets.formerIdentities()).map((one) => one.reveal())
  expect(await former()).toEqual([])
  keyring.isLocked = false
  await secrets.write('site-identity', new Secret('third'))
  expect(await former()).toEqual(['second', 'first'])
  expect((await secrets.read('site-identity'))?.reveal()).toBe('third')
})

describe('two who write at once', () => {
  const names = ['database-password', 'site-identity', 'signing-key'] as const

  test('lose nothing of each other in one process', async () => {
    const secrets = secretsInFile(folder.path)
    await Promise.all(names.map((name) => secrets.write(name, new Secret(name))))
    const found = await Promise.all(names.map((name) => secrets.read(name)))
    expect(found.map((secret) => secret?.reveal())).toEqual(names)
  })

  test('lose nothing of each other in several processes', async () => {
    const rounds = 15
    const write = (name: string): Promise<unknown> =>
      promisify(execFile)(process.execPath, [
        '--input-type=module',
        '-e',
        `import { secretsInFile } from ${JSON.stringify(moduleAt('secrets-file'))}
         import { Secret } from ${JSON.stringify(moduleAt('secret'))}
         const secrets = secretsInFile(${JSON.stringify(folder.path)})
         for (let round = 1; round <= ${rounds}; round++) await secrets.write(${JSON.stringify(name)}, new Secret(String(round)))`,
      ])
    await Promise.all(names.map(write))
    const secrets = secretsInFile(folder.path)
    for (const name of names) expect((await secrets.read(name))?.reveal()).toBe(String(rounds))
    const former = await secrets.formerIdentities()
    expect(former).toHaveLength(rounds - 1)
  })

  test('wait for a moment and then say who is in the way', async () => {
    const free = lockIfFree(`${file}.lock`, {})
    const writing = secretsInFile(folder.path).write('signing-key', new Secret('x'))
    await expect(writing).rejects.toMatchObject({ code: 'SECRETS_LOCKED' })
    free?.()
    await secretsInFile(folder.path).write('signing-key', new Secret('y'))
  }, 15_000)
})

const moduleAt = (name: string): string => new URL(`../../electron/engine/${name}.ts`, import.meta.url).href

describe('a credentials file that is damaged', () => {
  test.each([
    ['cut off', '{"version":1,"secrets":{"database-password":{"keeper":"file","value":"canary'],
    ['of another form', '{"version":1,"secrets":{"database-password":"canary"}}'],
    ['empty', ''],
  ])(
    'because it is %s is not believed, not quoted, and kept aside when all is entered again',
    async (_how, text) => {
      writeFileSync(file, text)
      const secrets = secretsInFile(folder.path)
      const error = await secrets.read('database-password').catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'SECRETS_LOCKED' })
      expect(JSON.stringify(error)).not.toContain('canary')
      expect(readFileSync(file, 'utf8')).toBe(text)

      await secrets.write('database-password', new Secret('new'))
      expect((await secrets.read('database-password'))?.reveal()).toBe('new')
      expect(readFileSync(`${file}.damaged`, 'utf8')).toBe(text)
    },
  )

  test('but by a newer Larder only, is left alone', async () => {
    const text = '{"version":2,"secrets":{}}'
    writeFileSync(file, text)
    const secrets = secretsInFile(folder.path)
    const locked = { code: 'SECRETS_LOCKED', fault: { detail: expect.stringContaining('newer Larder') } }
    await expect(secrets.read('database-password')).rejects.toMatchObject(locked)
    await expect(secrets.write('database-password', new Secret('new'))).rejects.toMatchObject(locked)
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  test('or is no file is not taken for a missing one', async () => {
    mkdirSync(file)
    await expect(secretsInFile(folder.path).read('signing-key')).rejects.toMatchObject({
      code: 'SECRETS_LOCKED',
    })
  })
})
