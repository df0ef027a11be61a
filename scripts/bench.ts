// npm run bench [-- --only backup|tray|catalogue] [--quick]
// Every ratio is taken within one run, in turns with what it is compared to. Absolute times say nothing elsewhere.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Figure } from './bench/accounting.ts'
import { benchBackup } from './bench/backup.ts'
import { benchCatalogue } from './bench/catalogue.ts'
import { benchTray } from './bench/tray.ts'

const { values } = parseArgs({
  options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } },
})
const isWanted = (part: string): boolean => values.only === undefined || values.only === part
const folder = mkdtempSync(join(tmpdir(), 'larder-bench-'))

async function measure(): Promise<Figure[]> {
  const figures: Figure[] = []
  if (isWanted('catalogue'))
    figures.push(
      ...benchCatalogue().map(({ question, medianMs, mustMs, aimMs }) => ({
        figure: `100,000 backups: ${question} (ms)`,
        measured: medianMs,
        must: mustMs,
        aim: aimMs,
      })),
    )
  if (isWanted('backup')) figures.push(...(await benchBackup(folder, values.quick ? 2 : 5)))
  if (isWanted('tray')) figures.push(...(await benchTray(folder, values.quick ? 3 : 9)))
  return figures
}

const round = (value: number | null): number | null => (value === null ? null : Number(value.toPrecision(3)))
const isMet = ({ measured, must }: Figure): boolean => must === null || measured <= must

try {
  const figures = await measure()
  console.table(
    figures.map((one) => ({
      figure: one.figure,
      measured: round(one.measured),
      from: round(one.spread?.[0] ?? null),
      to: round(one.spread?.[1] ?? null),
      must: round(one.must),
      aim: round(one.aim),
      '': isMet(one) ? (one.aim === null || one.measured <= one.aim ? 'aim reached' : 'ok') : 'MISSED',
    })),
  )
  const results = join(import.meta.dirname, '../bench-results')
  mkdirSync(results, { recursive: true })
  const file = join(results, `${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`)
  writeFileSync(file, `${JSON.stringify(figures, undefined, 2)}\n`)
  console.log(`Written to ${file}`)
  if (!figures.every(isMet)) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
