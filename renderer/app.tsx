import { Button } from '@mantine/core'
import { useCallback, useEffect, useState } from 'react'
import { texts } from '../electron/shared/texts.ts'
import type { Fault } from '../electron/shared/fault.ts'
import { FaultNotice } from './fault-notice.tsx'
import { firstStep, type Step } from './first-run/first-run-rules.ts'
import { FirstRun } from './first-run/first-run.tsx'
import { Home } from './home.tsx'
import { ask, faultOf } from './larder.ts'
import { Mark } from './mark.tsx'

type Start =
  | { readonly place: 'opening' }
  | { readonly place: 'fault'; readonly fault: Fault }
  | { readonly place: 'first-run'; readonly step: Step }
  | { readonly place: 'home' }

/** The window: the first run until there is something to look after, the everyday places afterwards. */
export function App() {
  const [start, setStart] = useState<Start>({ place: 'opening' })
  const open = useCallback(() => {
    findStart().then(setStart, (error: unknown) => setStart({ place: 'fault', fault: faultOf(error) }))
  }, [])
  useEffect(open, [open])
  if (start.place === 'opening') return <Opening />
  if (start.place === 'first-run') {
    return <FirstRun from={start.step} onDone={() => setStart({ place: 'home' })} />
  }
  if (start.place === 'home') return <Home />
  return (
    <main className="alone">
      <Mark size={72} level={0} />
      <FaultNotice fault={start.fault}>
        <Button variant="default" size="sm" onClick={open}>
          {texts.common.tryAgain}
        </Button>
      </FaultNotice>
    </main>
  )
}

async function findStart(): Promise<Start> {
  const setUp = await ask('setUpState', undefined)
  const today = setUp.done ? await ask('today', undefined) : null
  const step = firstStep(setUp, today)
  return step === null ? { place: 'home' } : { place: 'first-run', step }
}

const Opening = () => (
  <main className="alone" aria-busy="true" aria-label={texts.app.loading}>
    <Mark size={96} />
  </main>
)
