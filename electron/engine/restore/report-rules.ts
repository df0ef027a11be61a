import { fromInstant, sayInFull, sayMinute } from '../../shared/calendar.ts'
import type { Fault } from '../../shared/fault.ts'
import { formatBytes } from '../../shared/format.ts'
import type { Manifest } from '../../shared/model.ts'
import type {
  AfterResult,
  Losses,
  RestoreKind,
  RestoreResult,
  RestoreVerdict,
  TableLoss,
} from '../../shared/restore-model.ts'
import { reportTexts as texts } from '../../shared/texts-report.ts'
import { facts, html, page, section, table, type Markup } from './page-rules.ts'
import { figure, sayDuration, sayTotal } from './report-figures-rules.ts'

/** Everything that the report of one restore tells. Times in ms. */
export interface ReportFacts {
  readonly siteName: string
  readonly id: string
  readonly kind: RestoreKind
  readonly database: string
  /** Null when it ended with a fault. */
  readonly result: RestoreResult | null
  readonly fault: Fault | null
  readonly backup:
    | (Pick<Manifest, 'id' | 'takenAt' | 'server' | 'tool'> & {
        /** Of the archive. */
        readonly bytes: number
        readonly tables: number
        readonly rows: number
      })
    | null
  /** The file that was restored, when it was not one of Larder's backups. */
  readonly source: string | null
  /** `host:port`, never with a password. */
  readonly server: string
  /** Account and computer, `user@host`. */
  readonly who: string
  readonly startedAt: number
  readonly endedAt: number
  readonly steps: readonly { readonly name: string; readonly durationMs: number }[]
  /** Null when nobody looked. */
  readonly losses: Losses | null
  readonly timeZone: string
  readonly locale: string
}

/** The report as one page that prints on A4, with nothing on it but what it was given, shown as it is. */
export const reportPage = (report: ReportFacts): string =>
  page(
    texts.language,
    texts.title(report.siteName),
    html`<header>
        <strong>${texts.kind[report.kind](report.database)}</strong><span>${report.siteName}</span>
      </header>
      <main>
        ${[
          verdict(report),
          wentWrong(report.fault),
          whoWhenWhere(report),
          restored(report),
          differences(report),
          notes(report.result),
          undo(report),
          losses(report),
          after(report.result?.after ?? null),
          steps(report),
          signature,
        ]}
      </main>
      <footer>${texts.footer(report.id, report.timeZone)}</footer>`,
  )

/** Null when neither an end nor a fault is known; a fault is never outweighed. */
const verdictOf = ({ result, fault }: ReportFacts): RestoreVerdict | null =>
  fault === null ? (result?.verdict ?? null) : 'not-restored'

function verdict(report: ReportFacts): Markup {
  const found = verdictOf(report)
  return html`<div class="verdict">
    ${signs[found ?? 'restored-with-differences']}
    <h1>${found === null ? texts.unknown : sentence(report, found)}</h1>
  </div> `
}

function sentence(report: ReportFacts, found: RestoreVerdict): string {
  const { kind, database, backup } = report
  if (found === 'not-restored') return texts.verdict[found][kind]
  const what = backup ? texts.theBackup(when(report, backup.takenAt)) : texts.theFile
  return texts.verdict[found][kind](database, what)
}

/** One shape per verdict, so that a fax of a copy still tells. */
const sign = (shape: Markup): Markup =>
  html`<svg viewBox="0 0 24 24" fill="none" stroke="#000" stroke-width="2" aria-hidden="true">${shape}</svg>`

const signs: Readonly<Record<RestoreVerdict, Markup>> = {
  restored: sign(html`<circle cx="12" cy="12" r="10" /><path d="m7 12.5 3.5 3.5L17 9" />`),
  'restored-with-differences': sign(
    html`<path d="M12 2.5 22.5 21h-21z" stroke-linejoin="round" /><path d="M12 9v6M12 17v2" />`,
  ),
  'not-restored': sign(html`<rect x="2.5" y="2.5" width="19" height="19" /><path d="m8 8 8 8M16 8l-8 8" />`),
}

const wentWrong = (fault: Fault | null): Markup | null =>
  fault &&
  section(
    texts.fault.title,
    html`<p>${fault.text}</p>
      <p><strong>${texts.nextStep}:</strong> ${fault.next}</p>
      <p>${texts.fault.code}: <code>${fault.code}</code></p>
      ${
        fault.detail === undefined
          ? null
          : html`<p>${texts.fault.detail}:</p>
              <pre>${fault.detail}</pre>`
      }`,
  )

function whoWhenWhere(report: ReportFacts): Markup {
  const { siteName, database, server, who, startedAt, endedAt, result } = report
  const words = texts.facts
  return section(
    words.title,
    facts([
      [words.site, siteName],
      [words.started, sayInFull(startedAt, report)],
      [words.database, database],
      [words.ended, sayInFull(endedAt, report)],
      [words.server, server],
      [words.took, sayDuration(endedAt - startedAt, report)],
      [words.who, who],
      ...(result === null ? [] : costs(report, result)),
    ]),
  )
}

/** After a fault nothing is known of them, and “none” would be a claim. */
function costs(report: ReportFacts, { downtimeMs, safetyBackupId }: RestoreResult) {
  const words = texts.facts
  const downtime = downtimeMs === null ? words.noDowntime : sayDuration(downtimeMs, report)
  const safety = [words.safety, safetyBackupId ?? words.none] as const
  return [[words.downtime, downtime] as const, ...(report.kind === 'replace' ? [safety] : [])]
}

function restored(report: ReportFacts): Markup | null {
  const { backup, source, locale } = report
  const words = texts.backup
  const title = verdictOf(report) === 'not-restored' ? words.titleNot : words.title
  if (source !== null) return section(title, html`<p>${words.source}: <code>${source}</code></p>`)
  if (backup === null) return null
  const contents = words.counts(figure(backup.tables, locale), figure(backup.rows, locale))
  return section(
    title,
    facts([
      [words.id, backup.id],
      [words.takenAt, when(report, backup.takenAt)],
      [words.contents, contents],
      [words.size, formatBytes(backup.bytes, locale)],
      [words.made, words.madeWith(`${backup.tool.name} ${backup.tool.version}`, backup.server.version)],
    ]),
  )
}

/** That nothing differs is only said where a backup was compared. */
function differences({ kind, result, fault, backup }: ReportFacts): Markup | null {
  const words = texts.differences
  if (result === null) return null
  if (result.differences.length === 0) {
    const isCompared = backup !== null && kind !== 'undo' && fault === null && result.verdict === 'restored'
    return isCompared ? section(words.title, html`<p>${words.none}</p>`) : null
  }
  const columns = [{ title: words.object }, { title: words.expected }, { title: words.found }]
  const rows = result.differences.map(({ object, expected, found }) => [object, expected, found])
  return section(words.title, table(columns, rows))
}

const notes = (result: RestoreResult | null): Markup | null =>
  result === null || result.notes.length === 0
    ? null
    : section(
        texts.notes,
        html`<ul>
          ${result.notes.map((note) => html`<li>${note}</li>`)}
        </ul>`,
      )

function after(ran: AfterResult | null): Markup | null {
  if (ran === null) return null
  const words = texts.after
  const end = ran.code === null ? words.never : words.code(String(ran.code))
  return section(
    words.title,
    html`<p>${words.command}: <code>${ran.command}</code></p>
      <p>${words.end}: ${end}</p>
      ${
        ran.output.trim() === ''
          ? html`<p>${words.silent}</p>`
          : html`<p>${words.output}:</p>
              <pre>${ran.output}</pre>`
      }`,
  )
}

function losses(report: ReportFacts): Markup | null {
  const words = texts.losses
  if (report.losses === null) return null
  const { takenAt, tables } = report.losses
  if (tables.length === 0) return section(words.title, html`<p>${words.none}</p>`)
  const columns = [
    { title: words.table },
    { title: words.till, holds: 'figure' },
    { title: words.backup, holds: 'figure' },
    { title: words.newer, holds: 'figure' },
    { title: words.newest, holds: 'moment' },
    { title: words.sums },
  ] as const
  const rows = tables.slice(0, mostLosses).map((loss) => lossRow(report, loss))
  const left = tables.length - rows.length
  return section(
    words.title,
    html`<p>${words.taken(when(report, takenAt))}</p>
      ${table(columns, rows)} ${left > 0 ? html`<p>${words.more(figure(left, report.locale))}</p>` : null}`,
  )
}

/** The biggest come first; what follows would be paper. */
const mostLosses = 60

function lossRow(report: ReportFacts, loss: TableLoss): string[] {
  const words = texts.losses
  const count = (rows: number | null, otherwise: string): string =>
    rows === null ? otherwise : figure(rows, report.locale)
  return [
    loss.schema === 'public' ? loss.name : `${loss.schema}.${loss.name}`,
    count(loss.liveRows, words.absent),
    count(loss.backupRows, words.absent),
    count(loss.newerRows, loss.liveRows === null ? '' : words.unknown),
    loss.newestAt === null ? '' : sayMinute(fromInstant(loss.newestAt), report.timeZone),
    loss.sums.map(({ column, total }) => `${column} ${sayTotal(total, report.locale)}`).join('\n'),
  ]
}

function steps(report: ReportFacts): Markup | null {
  const words = texts.steps
  if (report.steps.length === 0) return null
  const columns = [{ title: words.step }, { title: words.took, holds: 'figure' }] as const
  const rows = report.steps.map(({ name, durationMs }) => [name, sayDuration(durationMs, report)])
  return section(
    words.title,
    html`${table(columns, rows)}
      <p>${words.note}</p>`,
  )
}

function undo(report: ReportFacts): Markup | null {
  const { result, id, kind } = report
  const words = texts.undo
  if (verdictOf(report) === 'not-restored') return section(words.title, html`<p>${words.notNeeded}</p>`)
  if (result === null) return null
  const { keptAs, keptUntil, safetyBackupId } = result
  if (keptAs === null) return section(words.title, html`<p>${words.nothing[kind]}</p>`)
  const until = keptUntil === null ? words.noLimit : words.until(when(report, keptUntil))
  return section(
    words.title,
    html`<p>${words.kept[kind](keptAs)}${until}</p>
      <p>${words.how}</p>
      <pre>${words.command(id)}</pre>
      <p>${words.cost}${safetyBackupId === null ? '' : ` ${words.later(safetyBackupId)}`}</p>`,
  )
}

const signature = html`<section class="signature">
  <h2>${texts.signature.title}</h2>
  <div class="sign">
    <span>${texts.signature.name}</span><span>${texts.signature.date}</span
    ><span>${texts.signature.sign}</span>
  </div>
</section>`

const when = (report: ReportFacts, instant: string): string => sayInFull(fromInstant(instant), report)
