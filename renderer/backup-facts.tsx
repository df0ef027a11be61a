import type { ReactNode } from 'react'
import { texts } from '../electron/shared/texts.ts'
import type { Output } from '../electron/shared/ipc.ts'
import type { Backup, Job } from '../electron/shared/model.ts'
import { CopyButton } from './copy-button.tsx'
import { format } from './format.ts'
import { Name } from './name.tsx'

/** The plain facts of one backup, its copies, and the runs that concern it. */
export function BackupFacts({ details }: { readonly details: Output<'showBackup'> }) {
  const { backup, jobs } = details
  return (
    <div className="details-side">
      <section className="block" aria-labelledby="facts">
        <h2 id="facts">{texts.details.facts}</h2>
        <Facts details={details} />
      </section>
      <section className="block" aria-labelledby="copies">
        <h2 id="copies">{texts.details.copies}</h2>
        <Copies backup={backup} />
      </section>
      <section className="block" aria-labelledby="runs">
        <h2 id="runs">{texts.details.runs}</h2>
        {jobs.length === 0 ? <p className="side-quiet">{texts.details.noRuns}</p> : <Runs jobs={jobs} />}
      </section>
    </div>
  )
}

function Facts({
  details: { backup, serverVersion, toolVersion, proofMs },
}: {
  readonly details: Output<'showBackup'>
}) {
  const words = texts.details
  return (
    <dl className="facts">
      <Fact name={words.size}>
        {words.sizeValue(format.bytes(backup.bytes), format.bytes(backup.plainBytes))}
      </Fact>
      <Fact name={words.checked}>
        {backup.checkedAt === null ? words.never : format.when(backup.checkedAt)}
      </Fact>
      <Fact name={words.took}>{format.duration(backup.durationMs)}</Fact>
      <Fact name={words.restoring}>{proofMs === null ? words.notMeasured : format.duration(proofMs)}</Fact>
      <Fact name={words.encryption}>{backup.encrypted ? words.encrypted : words.notEncrypted}</Fact>
      <Fact name={words.server}>{serverVersion}</Fact>
      <Fact name={words.tool}>{toolVersion}</Fact>
      <Fact name={words.file}>
        <Name of={backup.file} />
        <CopyButton text={backup.file} label={words.copyPath} />
      </Fact>
      <Fact name={words.sha}>
        <code className="breaks">{backup.sha256}</code>
        <CopyButton text={backup.sha256} label={words.copySha} />
      </Fact>
    </dl>
  )
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <div className="fact">
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

function Copies({ backup }: { readonly backup: Backup }) {
  if (backup.copies.length === 0) return <p className="side-quiet">{texts.details.noCopies}</p>
  return (
    <ul className="pairs">
      {backup.copies.map(({ destination, state }) => (
        <li key={destination}>
          <Name of={destination} />
          <span>{texts.details.copyState[state]}</span>
        </li>
      ))}
    </ul>
  )
}

function Runs({ jobs }: { readonly jobs: readonly Job[] }) {
  return (
    <ul className="pairs">
      {jobs.map((job) => (
        <li key={job.id}>
          <span>
            {texts.jobs.kind[job.kind]}, {format.when(job.startedAt)}
          </span>
          <span>{outcome(job)}</span>
        </li>
      ))}
    </ul>
  )
}

function outcome({ state, startedAt, endedAt, fault }: Job): string {
  if (fault !== null) return `${texts.jobs.state[state]}: ${fault.code}`
  if (endedAt === null) return texts.jobs.state[state]
  return `${texts.jobs.state[state]}, ${format.duration(Date.parse(endedAt) - Date.parse(startedAt))}`
}
