import { Button } from '@mantine/core'
import { useState } from 'react'
import { texts } from '../electron/shared/texts.ts'
import type { Output } from '../electron/shared/ipc.ts'
import { format } from './format.ts'
import { ask } from './larder.ts'
import { Name } from './name.tsx'

/** Where the backups are, how much room is left there, and when the next one is due. */
export function Storage({ today }: { readonly today: Output<'today'> }) {
  const { folder, storedBytes, backupCount, freeBytes, status } = today
  return (
    <div className="today-side">
      <section className="block" aria-labelledby="where">
        <h2 id="where">{texts.today.where}</h2>
        <p className="side-strong">{texts.today.copyOnThisPc}</p>
        <p className="side-quiet">
          <Name of={folder} />
        </p>
        {freeBytes !== null && <Space stored={storedBytes} free={freeBytes} />}
        <p>{texts.today.stored(backupCount, format.number(backupCount), format.bytes(storedBytes))}</p>
        <p>{freeBytes === null ? texts.today.freeUnknown : texts.today.free(format.bytes(freeBytes))}</p>
      </section>
      <section className="block" aria-labelledby="next">
        <h2 id="next">{texts.today.next}</h2>
        <p className={status.nextSlotAt === null ? 'side-quiet' : 'side-strong'}>
          {status.nextSlotAt === null ? texts.today.noSchedule : format.when(status.nextSlotAt)}
        </p>
        {status.health === 'paused' && <Resume />}
      </section>
    </div>
  )
}

/** Today is told anew when the schedule goes on; until then the button waits. */
function Resume() {
  const [asked, setAsked] = useState(false)
  const resume = (): void => {
    setAsked(true)
    ask('resumeSchedule', undefined).catch(() => setAsked(false))
  }
  return (
    <div className="buttons">
      <Button variant="default" size="sm" loading={asked} onClick={resume}>
        {texts.today.resume}
      </Button>
    </div>
  )
}

function Space({ stored, free }: { readonly stored: number; readonly free: number }) {
  const share = stored / Math.max(1, stored + free)
  return (
    <div className="space" aria-hidden>
      <div style={{ width: `${Math.max(share * 100, stored > 0 ? 1.5 : 0)}%` }} />
    </div>
  )
}
