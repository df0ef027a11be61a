import { Button, Modal } from '@mantine/core'
import { useState } from 'react'
import { texts } from '../electron/shared/texts.ts'
import type { Progress } from '../electron/shared/model.ts'
import { format } from './format.ts'
import { ask } from './larder.ts'
import { Name } from './name.tsx'
import { canCancel, countsBytes, doneFraction, timeLeft } from './progress-rules.ts'

/** One running job: what it does just now, how far it is, how long it may take, and a way to stop it. */
export function JobProgress({ progress }: { readonly progress: Progress }) {
  const { kind, database, phase } = progress
  return (
    <section className="job" aria-label={`${texts.jobs.running[kind]} ${database}`}>
      <div className="job-head">
        <div className="job-what">
          <h3>
            {texts.jobs.running[kind]} <Name of={database} />
          </h3>
          <p>{texts.jobs.phase[phase]}</p>
        </div>
        <CancelJob progress={progress} />
      </div>
      <JobFigures progress={progress} />
    </section>
  )
}

/** The bar, the figures below it, and the same for those who listen. */
export function JobFigures({ progress }: { readonly progress: Progress }) {
  const done = doneFraction(progress)
  return (
    <>
      <JobBar label={texts.jobs.phase[progress.phase]} done={done} />
      <Figures progress={progress} />
      <Announcement progress={progress} done={done} />
    </>
  )
}

/** A bar of unknown length only moves; it claims no percentage. */
function JobBar({ label, done }: { readonly label: string; readonly done: number | null }) {
  const value = done === null ? {} : { 'aria-valuenow': Math.round(done * 100) }
  return (
    <div className="job-bar" role="progressbar" aria-label={label} {...value}>
      <div
        className={done === null ? 'job-bar-moving' : 'job-bar-done'}
        style={{ width: `${(done ?? 0.3) * 100}%` }}
      />
    </div>
  )
}

function Figures({ progress }: { readonly progress: Progress }) {
  const { table, elapsedMs } = progress
  const estimate = timeLeft(progress)
  return (
    <div className="job-figures">
      <span>{countsBytes(progress) && amounts(progress)}</span>
      {typeof estimate === 'number' ? (
        <strong>{texts.jobs.left(format.duration(estimate))}</strong>
      ) : (
        <span>{texts.jobs.estimate[estimate]}</span>
      )}
      <span>{table !== null && <Name of={texts.jobs.table(table)} cut />}</span>
      <span>{texts.jobs.elapsed(format.duration(elapsedMs))}</span>
    </div>
  )
}

function amounts({ bytes, expectedBytes, storedBytes }: Progress): string {
  const read = format.bytes(bytes)
  const sofar =
    expectedBytes === null ? texts.jobs.bytes(read) : texts.jobs.bytesOf(read, format.bytes(expectedBytes))
  return storedBytes === 0 ? sofar : texts.jobs.stored(sofar, format.bytes(storedBytes))
}

/** For screen readers: speaks when the phase changes and at every quarter, not at every figure. */
function Announcement({ progress, done }: { readonly progress: Progress; readonly done: number | null }) {
  const { kind, database, phase } = progress
  const quarter = done === null ? null : format.percent(Math.floor(done * 4) / 4)
  return (
    <p className="for-readers" aria-live="polite">
      {texts.jobs.announce(texts.jobs.running[kind], database, texts.jobs.phase[phase], quarter)}
    </p>
  )
}

/** Nothing where stopping would not leave everything as it was. */
export const CancelJob = ({ progress }: { readonly progress: Progress }) =>
  canCancel(progress) ? <Cancel progress={progress} /> : null

function Cancel({ progress: { jobId, kind, database } }: { readonly progress: Progress }) {
  const [asking, setAsking] = useState(false)
  const [cancelling, setCancelling] = useState(false)
  const words = texts.jobs.cancelAsk[kind]
  const cancel = async () => {
    setAsking(false)
    setCancelling(true)
    // A job that has just ended by itself cannot be cancelled any more, and nothing is wrong with that.
    await ask('cancelJob', { id: jobId }).catch(() => setCancelling(false))
  }
  return (
    <>
      <Button
        variant="default"
        size="sm"
        loading={cancelling}
        aria-label={texts.jobs.cancelNamed(texts.jobs.running[kind], database)}
        onClick={() => setAsking(true)}
      >
        {texts.jobs.cancel}
      </Button>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={words.title}
        closeButtonProps={{ 'aria-label': texts.common.close }}
      >
        <p className="question">{words.text}</p>
        <div className="buttons end">
          <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
            {words.no}
          </Button>
          <Button onClick={() => void cancel()}>{words.yes}</Button>
        </div>
      </Modal>
    </>
  )
}
