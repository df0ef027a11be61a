import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { leaksOf, secretsOf, watchArgv } from './canaries.ts'
import { startPostgres } from './postgres-server.ts'
import { allProcesses } from './processes.ts'
import { makeTill } from './small-till.ts'
import { makeSite } from './test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
await makeTill(server)
const site = await makeSite({ server })
afterAll(() => site[Symbol.asyncDispose]())
const secrets = await secretsOf(site)

test('a site has four secrets, and shows none of them', () => {
  expect([...secrets.keys()]).toEqual(['database-password', 'site-identity', 'signing-key', 'recovery-key'])
  expect(leaksOf(site, secrets)).toEqual([])
})

test('a secret in the arguments of any process is seen', async () => {
  const watch = watchArgv(secrets)
  const careless = spawn('tail', ['-f', '--', '/dev/null', secrets.get('database-password') ?? ''], {
    stdio: 'ignore',
  })
  await vi.waitFor(() =>
    expect(allProcesses()).toContainEqual(expect.objectContaining({ pid: careless.pid, name: 'tail' })),
  )
  expect(watch.stop()).toEqual(['database-password in the arguments of tail'])
  careless.kill()
})

test.each(['settings.json', 'catalogue.db', 'log'])('a secret in the file %s is seen', (name) => {
  const file = join(site.dataFolder, `copy-of-${name}`)
  writeFileSync(file, Buffer.from(`\0\u{1F35D} … ${secrets.get('signing-key')} …`, 'utf8'))
  expect(leaksOf(site, secrets)).toEqual([`signing-key in ${file}`])
  writeFileSync(file, '')
})

test('a secret in the backup folder or in the log is seen', () => {
  const file = join(site.folder, 'a.manifest.json')
  writeFileSync(file, `{"note":"${site.recoveryKey}"}`)
  site.world.log.info(`password=${secrets.get('database-password')}`)
  expect(leaksOf(site, secrets)).toEqual(['database-password in the log', `recovery-key in ${file}`])
})
