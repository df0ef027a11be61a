import { afterAll, describe, expect, test } from 'vitest'
import { Probe } from '../../electron/shared/model.ts'
import { makeCommandSite, type Answer } from '../support/larder-command.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { makeEmpty } from '../support/small-till.ts'
import { tempFolder } from '../support/temp-folder.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const place = tempFolder()
afterAll(() => place[Symbol.dispose]())
await makeEmpty(server, 'till')
await makeEmpty(server, 'bar')
await server.psql('bar', 'CREATE TABLE drinks (name text)')
await server.psql(
  'till',
  `CREATE TABLE dishes (id integer PRIMARY KEY, name text);
   CREATE TABLE orders (id integer, dish integer REFERENCES dishes, paid_at timestamptz, total numeric(8,2));
   INSERT INTO dishes VALUES (1, 'pasta'); INSERT INTO orders VALUES (1, 1, '2026-03-01 20:00Z', 13.5)`,
)
const { run } = await makeCommandSite(server, place.path, ['till'])
const probes = (...words: string[]) => run('probes', ...words)

const read = ({ json }: Answer) => Probe.array().parse(json())
const problem = ({ json }: Answer) => (json() as { fault: { code: string; text: string } }).fault
const names = async () => read(await probes('list', '--json')).map(({ name }) => name)

const lately = 'orders: rows of the last day'
const takings = 'orders: sum of total of the last day'

describe('larder probes', () => {
  test('are proposed, and only those taken get into the plan', async () => {
    expect((await probes('list')).out).toContain('Next: larder probes propose')
    const proposed = read(await probes('propose', '--json'))
    expect(proposed.map(({ name }) => name)).toEqual([
      lately,
      takings,
      'dishes: not empty',
      'orders: dishes of every dish',
    ])
    expect(await names()).toEqual([])
    expect((await probes('propose')).out).toContain(` 1  ${lately}  > 0\n    in till\n    SELECT count(*)`)
    expect(read(await probes('propose', '--take', '1, 3', '--json'))).toEqual([proposed[0], proposed[2]])
    expect(await names()).toEqual([lately, 'dishes: not empty'])
    expect((await probes('propose', '--take', 'all')).out).toContain('Taken into the plan: 4.')
    expect((await names()).toSorted()).toEqual(proposed.map(({ name }) => name).toSorted())
    for (const wrong of ['0', '9', 'x', '1,'])
      expect(problem(await probes('propose', '--take', wrong, '--json'))).toMatchObject({ code: 'USAGE' })
  })

  test('are added by hand once they hold, and removed by name', async () => {
    const menu = ['add', '--name', 'the menu', '--sql', 'SELECT count(*) FROM dishes', '--json', '--expect']
    expect(problem(await probes(...menu, '> 1')).text).toContain('expected > 1, found 1')
    expect(problem(await probes(...menu, '1')).text).toContain('--expect wants')
    expect((await probes(...menu, '= 1')).exitCode).toBe(0)
    expect(problem(await probes(...menu, '= 1')).text).toContain('two probes named “the menu”')
    expect(await names()).toContain('the menu')
    expect((await probes('remove', 'the menu')).exitCode).toBe(0)
    expect(await names()).not.toContain('the menu')
    expect(problem(await probes('remove', 'the menu', '--json')).code).toBe('USAGE')
    const writing = ['--name', 'x', '--sql', 'DELETE FROM dishes RETURNING 1', '--expect', '= 1', '--json']
    expect(problem(await probes('add', ...writing)).text).toContain('does not hold')
    expect(await server.psql('till', 'SELECT count(*) FROM dishes')).toBe('1')
  })

  test('are tried against the till as it is now', async () => {
    const well = await probes('try')
    expect([well.exitCode, well.out]).toEqual([
      0,
      expect.stringContaining(`Probe “${takings}”: 13.50, as expected`),
    ])
    await server.psql('till', 'UPDATE orders SET total = 0')
    const ill = await probes('try', '--json')
    expect(ill.exitCode).toBe(1)
    expect(ill.json()).toMatchObject({
      differences: [{ object: `probe “${takings}”`, expected: '> 0', found: '0.00' }],
    })
  })

  test('make a backup that does not answer as expected other than proven', async () => {
    expect((await run('backup')).exitCode).toBe(0)
    const proof = await run('verify', 'latest', '--proof', '--json')
    expect(proof.exitCode).toBe(1)
    expect(proof.json()).toMatchObject({
      verdict: 'different',
      differences: [{ object: `probe “${takings}”`, expected: '> 0', found: '0.00' }],
      notes: expect.arrayContaining([`Probe “${lately}”: 1, as expected (> 0).`]),
    })
  })

  test('are of one database of the plan, which is named where there are several', async () => {
    const both = await makeCommandSite(server, place.path, ['till', 'bar'])
    const [unnamed, foreign, named] = [
      await both.run('probes', 'propose', '--json'),
      await both.run('probes', 'propose', '--database', 'postgres', '--json'),
      await both.run('probes', 'propose', '--database', 'bar', '--json'),
    ]
    expect(problem(unnamed).text).toContain('--database')
    expect(problem(foreign).text).toContain('does not cover “postgres”')
    expect(named.json()).toEqual([])
    expect((await both.run('probes', 'propose', '--database', 'bar')).out).toContain('Nothing to propose')
    const one = ['--name', 'one', '--sql', 'SELECT 1', '--expect', '= 1']
    for (const database of ['till', 'bar'])
      expect((await both.run('probes', 'add', '--database', database, ...one)).exitCode).toBe(0)
    expect(problem(await both.run('probes', 'remove', 'one', '--json')).text).toContain('--database')
    expect((await both.run('probes', 'remove', 'one', '--database', 'bar')).exitCode).toBe(0)
    const left = read(await both.run('probes', 'list', '--json'))
    expect(left.map(({ database }) => database)).toEqual(['till'])
  })
})
