import { posix, win32 } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findToolSets, searchTools, type Computer } from '../../../electron/engine/postgres/find-tools.ts'

const clients = ['pg_dump', 'pg_dumpall', 'pg_restore', 'psql']

interface Made {
  readonly platform: NodeJS.Platform
  readonly env?: Readonly<Record<string, string>>
  /** Version by `bin` folder. */
  readonly installed: Readonly<Record<string, string>>
  /** What a path really leads to, where that is another one. */
  readonly links?: Readonly<Record<string, string>>
  readonly programs?: readonly string[]
  readonly registry?: string
}

/** A computer made of a list of folders; every set has the client tools unless `programs` says otherwise. */
function computer({
  platform,
  env = {},
  installed,
  links = {},
  programs = clients,
  registry,
}: Made): Computer {
  const paths = platform === 'win32' ? win32 : posix
  const folders = Object.keys(installed)
  return {
    platform,
    env,
    list: async (folder) =>
      folders
        .filter((bin) => paths.dirname(paths.dirname(bin)) === folder)
        .map((bin) => paths.basename(paths.dirname(bin))),
    program: async (path) => {
      const real = links[path] ?? path
      const present =
        paths.dirname(real) in installed && programs.includes(paths.basename(real).replace(/\.exe$/, ''))
      return present || path in links ? real : undefined
    },
    ask: async (path, args) => {
      if (path.endsWith('reg.exe') && registry !== undefined && args.includes('/reg:64')) return registry
      const version = installed[paths.dirname(path)]
      if (version === undefined || version === 'broken') throw new Error('missing library libpq.so.5')
      return version.includes(' ') ? version : `pg_dump (PostgreSQL) ${version}\n`
    },
  }
}

const versions = async (made: Made) =>
  (await findToolSets(computer(made))).map(({ folder, version }) => `${version} in ${folder}`)

describe('the places', () => {
  test('on Debian and Red Hat are the folders of each version, then PATH', async () => {
    const installed = {
      '/usr/lib/postgresql/15/bin': '15.18',
      '/usr/lib/postgresql/17/bin': '17.2',
      '/usr/pgsql-16/bin': '16.4',
      '/opt/pg/bin': '18.1',
      '/home/me/pg/bin': '14.1',
    }
    const found = await versions({
      platform: 'linux',
      env: { PATH: '/usr/bin:/opt/pg/bin:relative:' },
      installed,
    })
    expect(found).toEqual([
      '15.18 in /usr/lib/postgresql/15/bin',
      '17.2 in /usr/lib/postgresql/17/bin',
      '16.4 in /usr/pgsql-16/bin',
      '18.1 in /opt/pg/bin',
    ])
  })

  test('on a Mac are those of Homebrew, Postgres.app and the installer', async () => {
    const installed = {
      '/opt/homebrew/opt/libpq/bin': '18.1',
      '/opt/homebrew/opt/postgresql@15/bin': '15.18',
      '/opt/homebrew/opt/redis/bin': '7.0',
      '/usr/local/opt/postgresql@14/bin': '14.9',
      '/Applications/Postgres.app/Contents/Versions/17/bin': '17.2',
      '/Library/PostgreSQL/16/bin': '16.4',
    }
    const found = await findToolSets(computer({ platform: 'darwin', installed }))
    expect(found.map(({ version }) => version)).toEqual(['18.1', '15.18', '14.9', '17.2', '16.4'])
  })

  test('on Windows are those of the registry and of the program folders', async () => {
    const registered = String.raw`D:\Kasse\pg 15`
    const found = await findToolSets(
      computer({
        platform: 'win32',
        env: {
          ProgramW6432: String.raw`C:\Program Files`,
          SystemRoot: String.raw`C:\Windows`,
          Path: String.raw`C:\pg\bin`,
        },
        registry: `HKEY_LOCAL_MACHINE\\X\r\n    Base Directory    REG_SZ    ${registered}\r\n`,
        installed: {
          [String.raw`D:\Kasse\pg 15\bin`]: '15.18',
          [String.raw`C:\Program Files\PostgreSQL\17\bin`]: '17.2',
          [String.raw`C:\pg\bin`]: '18.1',
        },
      }),
    )
    expect(found.map(({ pgDump }) => pgDump)).toEqual([
      String.raw`D:\Kasse\pg 15\bin\pg_dump.exe`,
      String.raw`C:\Program Files\PostgreSQL\17\bin\pg_dump.exe`,
      String.raw`C:\pg\bin\pg_dump.exe`,
    ])
  })
})

describe('what is passed over', () => {
  test('is Debian’s script of the same name, and a second way to the same folder', async () => {
    const found = await versions({
      platform: 'linux',
      env: { PATH: '/usr/bin:/usr/local/bin' },
      installed: { '/usr/lib/postgresql/15/bin': '15.18', '/usr/bin': 'a script' },
      links: {
        '/usr/bin/pg_dump': '/usr/share/postgresql-common/pg_wrapper',
        '/usr/local/bin/pg_dump': '/usr/lib/postgresql/15/bin/pg_dump',
      },
    })
    expect(found).toEqual(['15.18 in /usr/lib/postgresql/15/bin'])
  })

  test.each([
    ['does not run', 'broken', clients, 'libpq.so.5'],
    ['is another program', 'hello from somebody else', clients, 'hello from somebody else'],
    ['lacks a tool', '15.18', ['pg_dump', 'psql'], 'not all there'],
  ])('is a set that %s, with the reason', async (_, version, programs, reason) => {
    const bin = '/usr/lib/postgresql/15/bin'
    const { found, broken } = await searchTools(
      computer({ platform: 'linux', installed: { [bin]: version }, programs }),
    )
    expect(found).toEqual([])
    expect(broken).toEqual([{ folder: bin, reason: expect.stringContaining(reason) }])
  })
})

test('the server’s own programs are named where they are there', async () => {
  const made = { platform: 'linux', installed: { '/usr/pgsql-16/bin': '16.4' } } as const
  const [clientOnly] = await findToolSets(computer(made))
  const [full] = await findToolSets(
    computer({ ...made, programs: [...clients, 'initdb', 'pg_ctl', 'postgres'] }),
  )
  expect(clientOnly).not.toHaveProperty('initdb')
  expect(full).toMatchObject({ initdb: '/usr/pgsql-16/bin/initdb', pgCtl: '/usr/pgsql-16/bin/pg_ctl' })
})

test('the tools of this computer are found and have the version they say', async () => {
  const [first] = await findToolSets()
  expect(first?.versionNum).toBeGreaterThan(100_000)
  expect(first?.pgDump).toBe(`${first?.folder}/pg_dump`)
})
