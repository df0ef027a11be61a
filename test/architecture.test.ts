import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

interface Edge {
  readonly from: string
  readonly to: string
}

/** Which imports may not be, as `from -> to`. What is not forbidden here is allowed. */
const forbidden: readonly { readonly rule: string; readonly from: RegExp; readonly to: RegExp }[] = [
  {
    rule: 'the engine and the contract know no Electron',
    from: /^electron\/(engine|shared|command)\//,
    to: /^electron(\/(main|renderer|common))?$/,
  },
  {
    rule: 'the engine knows no desktop',
    from: /^electron\/(engine|shared)\//,
    to: /^electron\/(desktop|command)\//,
  },
  {
    rule: 'rules are pure',
    from: /-rules\.ts$/,
    to: /^(?!zod$|electron\/shared\/)(?!.*-rules\.ts$)/,
  },
  { rule: 'the window knows the contract only', from: /^renderer\//, to: /^electron\/(?!shared\/)/ },
  {
    rule: 'execa lives in postgres/ and in the program after a restore',
    from: /^electron\/(?!engine\/postgres\/|engine\/restore\/after-command\.ts$)/,
    to: /^execa$/,
  },
  { rule: 'pg lives in postgres/', from: /^electron\/(?!engine\/postgres\/)/, to: /^pg$/ },
  { rule: 'SQLite lives in catalogue/', from: /^electron\/(?!engine\/catalogue\/)/, to: /^better-sqlite3$/ },
  { rule: 'node-cron lives in schedule/', from: /^electron\/(?!engine\/schedule\/)/, to: /^node-cron$/ },
  { rule: 'only execa spawns', from: /^electron\//, to: /^(node:)?child_process$/ },
  {
    rule: 'nodemailer lives in the channel for mail',
    from: /^electron\/(?!engine\/monitor\/channels\/email\.ts$)/,
    to: /^nodemailer/,
  },
  { rule: 'commander lives in command/', from: /^electron\/(?!command\/|headless\.ts)/, to: /^commander$/ },
]

const valueImport = /^\s*(?:import|export)\s+(?!type\b)(?:[^'"]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm

/** Value imports only: a type leaves nothing behind in the running program. */
function edgesOf(file: string, source: string): Edge[] {
  return [...source.matchAll(valueImport)].map(([, fixed, late]) => {
    const to = fixed ?? late ?? ''
    return { from: file, to: to.startsWith('.') ? normalize(join(dirname(file), to)) : to }
  })
}

const violations = (edges: readonly Edge[]): string[] =>
  edges.flatMap(({ from, to }) =>
    forbidden
      .filter((rule) => rule.from.test(from) && rule.to.test(to))
      .map(({ rule }) => `${rule}: ${from} -> ${to}`),
  )

const sources = ['electron', 'renderer'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(folder, file)),
)

test('no file imports what its place forbids', () => {
  expect(sources.length).toBeGreaterThan(50)
  expect(sources.flatMap((file) => violations(edgesOf(file, readFileSync(file, 'utf8'))))).toEqual([])
})

test.each([
  ['electron/engine/backup/run-backup.ts', "import { app } from 'electron/main'"],
  ['electron/engine/backup/run-backup.ts', "import { openLog } from '../../desktop/log.ts'"],
  ['electron/engine/backup/backup-rules.ts', "import { join } from 'node:path'"],
  ['electron/engine/backup/backup-rules.ts', "import { formatBytes } from './dump.ts'"],
  ['renderer/today.tsx', "import { Engine } from '../electron/engine/engine.ts'"],
  ['electron/engine/backup/dump.ts', "import { execa } from 'execa'"],
  ['electron/engine/monitor/deliver.ts', "import { createTransport } from 'nodemailer'"],
  ['electron/desktop/tray.ts', "import Sqlite from 'better-sqlite3'"],
  ['electron/engine/engine.ts', "import { schedule } from 'node-cron'"],
  ['electron/engine/sync/late.ts', "const { app } = await import('electron/main')"],
])('a planted violation in %s is found', (file, source) => {
  expect(violations(edgesOf(file, source))).not.toEqual([])
})

test('types and allowed neighbours are left alone', () => {
  const allowed = [
    ...edgesOf('electron/engine/site.ts', "import type { App } from 'electron/main'"),
    ...edgesOf(
      'electron/engine/monitor/health-rules.ts',
      "import { toInstant } from '../../shared/calendar.ts'",
    ),
    ...edgesOf('renderer/today.tsx', "import { texts } from '../electron/shared/texts.ts'"),
  ]
  expect(violations(allowed)).toEqual([])
})
