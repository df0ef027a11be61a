import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  chooseToolSet,
  majorOf,
  parseToolVersion,
  registryFolders,
  safeMinor,
  toolWarnings,
  type Version,
} from '../../../electron/engine/postgres/tool-rules.ts'

const tools = (version: string): Version =>
  parseToolVersion(`pg_dump (PostgreSQL) ${version}`) ?? expect.fail(version)
const chosen = (versions: readonly string[], server: number) => chooseToolSet(versions.map(tools), server)
const numberOf = ({ major, minor }: { major: number; minor: number }): number => major * 10_000 + minor

describe('the version of a tool', () => {
  test.each([
    ['pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)', 15, '15.18', 150_018],
    ['pg_dump (PostgreSQL) 18.4\n', 18, '18.4', 180_004],
    ['pg_dump (PostgreSQL) 9.6.24', 9, '9.6.24', 90_624],
    ['pg_dump (PostgreSQL) 19beta1', 19, '19beta1', 190_000],
  ])('is read from %j', (text, major, version, versionNum) => {
    expect(parseToolVersion(text)).toEqual({ major, version, versionNum })
  })

  test('is unknown when something else answers', () => {
    expect(parseToolVersion('pg_dump 1.0 by somebody else')).toBeUndefined()
  })
})

describe('the tools for a server', () => {
  test.each([
    ['its own major version, in the newest minor', ['15.4', '15.18', '15.9', '18.4'], 150_002, '15.18'],
    ['else the smallest newer major', ['18.4', '16.2', '16.4', '14.9'], 150_018, '16.4'],
  ])('are those of %s', (_, versions, server, version) => {
    expect(chosen(versions, server)).toMatchObject({ tools: { version } })
  })

  test('are too old when all are older, and both versions are named', () => {
    expect(chosen(['14.9', '15.18'], 180_004)).toEqual({
      fault: 'TOOL_TOO_OLD',
      values: { server: '18', tool: '15.18' },
    })
  })

  test('are not found when there are none', () => {
    expect(chosen([], 150_018)).toEqual({ fault: 'TOOL_NOT_FOUND', values: {} })
  })

  test('of two alike are the ones found first', () => {
    const sets = [
      { ...tools('15.18'), folder: 'installer' },
      { ...tools('15.18'), folder: 'path' },
    ]
    expect(chooseToolSet(sets, 150_018)).toMatchObject({ tools: { folder: 'installer' } })
  })

  test('are never older than the server, and no other set would be closer', () => {
    const versions = fc.record({
      major: fc.integer({ min: 10, max: 20 }),
      minor: fc.integer({ min: 0, max: 30 }),
    })
    fc.assert(
      fc.property(fc.array(versions), versions, (sets, server) => {
        const all = sets.map((set) => ({ major: set.major, version: '', versionNum: numberOf(set) }))
        const choice = chooseToolSet(all, numberOf(server))
        const fitting = all.filter((set) => set.major >= server.major)
        if ('fault' in choice) {
          expect(fitting).toEqual([])
          return
        }
        const smallest = Math.min(...fitting.map((set) => set.major))
        const newest = Math.max(
          ...fitting.filter((set) => set.major === smallest).map((set) => set.versionNum),
        )
        expect(choice.tools.versionNum).toBe(newest)
      }),
    )
  })
})

describe('known holes', () => {
  test.each([
    [150_018, ['CVE-2026-116314', 'CVE-2026-18408']],
    [150_019, ['CVE-2026-116314']],
    [150_020, []],
    [180_006, ['CVE-2026-116314']],
    [180_007, []],
    [190_000, []],
  ])('of version %i are %j', (versionNum, cves) => {
    const warnings = toolWarnings(versionNum)
    expect(warnings).toHaveLength(cves.length)
    for (const [index, cve] of cves.entries()) expect(warnings[index]).toContain(cve)
  })

  test('of a version without support are one sentence', () => {
    expect(toolWarnings(130_022)).toEqual([
      expect.stringContaining('PostgreSQL 13 tools get no security fixes'),
    ])
  })

  test('are fewer, never more, after an update of the same major version', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 25 }), fc.nat(40), (major, minor) => {
        const before = toolWarnings(major * 10_000 + minor)
        const after = toolWarnings(major * 10_000 + minor + 1)
        expect(after.length).toBeLessThanOrEqual(before.length)
        expect(majorOf(major * 10_000 + minor)).toBe(major)
      }),
    )
  })
})

describe('the first client that may open a foreign file', () => {
  test.each([
    ['pg_restore', 150_018, '15.20'],
    ['pg_restore', 150_019, '15.20'],
    ['pg_restore', 150_020, null],
    ['pg_restore', 180_006, '18.7'],
    ['psql', 150_018, '15.19'],
    ['psql', 150_019, null],
    ['psql', 180_006, null],
    ['psql', 190_000, null],
    // Without support: no minor version of its own has the fix.
    ['psql', 130_099, '14.24'],
    ['pg_restore', 90_624, '14.25'],
  ] as const)('of %s %i is %s', (tool, versionNum, safe) => {
    expect(safeMinor(tool, versionNum)).toBe(safe)
  })

  test('is itself safe, and every client before it has a known hole', () => {
    const either = fc.constantFrom('pg_restore' as const, 'psql' as const)
    fc.assert(
      fc.property(either, fc.integer({ min: 9, max: 25 }), fc.nat(40), (tool, major, minor) => {
        const versionNum = major * 10_000 + minor
        const safe = safeMinor(tool, versionNum)
        if (toolWarnings(versionNum).length === 0) expect(safe).toBeNull()
        if (safe === null) return
        const { versionNum: first } = tools(safe)
        expect(first).toBeGreaterThan(versionNum)
        expect(safeMinor(tool, first)).toBeNull()
      }),
    )
  })
})

test('the folders of a registry answer are found among everything else, spaces and all', () => {
  const answer = [
    '',
    String.raw`HKEY_LOCAL_MACHINE\SOFTWARE\PostgreSQL\Installations\postgresql-x64-15`,
    String.raw`    Base Directory    REG_SZ    C:\Program Files\PostgreSQL\15`,
    String.raw`    Data Directory    REG_SZ    C:\Program Files\PostgreSQL\15\data`,
    '    Version    REG_SZ    15.18-1',
    '',
    String.raw`    Base Directory    REG_SZ    D:\pg 17`,
  ].join('\r\n')
  expect(registryFolders(answer)).toEqual([String.raw`C:\Program Files\PostgreSQL\15`, String.raw`D:\pg 17`])
})
