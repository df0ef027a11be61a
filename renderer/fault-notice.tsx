import { IconAlertTriangle, IconChevronRight, IconInfoCircle } from '@tabler/icons-react'
import { useEffect, useRef, type ReactNode } from 'react'
import { texts } from '../electron/shared/texts.ts'
import { CopyButton } from './copy-button.tsx'

interface Told {
  readonly code?: string
  readonly text: string
  readonly next: string
  readonly detail?: string | undefined
}

interface FaultNoticeProps {
  readonly fault: Told
  /** What did not work, where the place alone does not say it. */
  readonly title?: string
  /** Opened with its detail and brought into view, because somebody came here for this reason. */
  readonly asked?: boolean
  readonly children?: ReactNode
}

/** What happened, whether the data is safe, what to do; the technician's detail folded away. */
export function FaultNotice({ fault, title, asked = false, children }: FaultNoticeProps) {
  const place = useRef<HTMLElement>(null)
  useEffect(() => {
    if (asked) place.current?.focus()
  }, [asked])
  // What somebody has just asked for is no alarm.
  if (fault.code === 'CANCELLED') {
    return (
      <p className="aside" role="status">
        <IconInfoCircle size={20} stroke={1.75} aria-hidden /> {fault.text}
      </p>
    )
  }
  return (
    <section ref={place} tabIndex={-1} className="notice" role={title === undefined ? 'alert' : undefined}>
      <IconAlertTriangle className="notice-icon" size={22} stroke={1.75} aria-hidden />
      <div className="notice-body">
        {title !== undefined && <h2>{title}</h2>}
        <p>{fault.text}</p>
        <p>
          <strong>{texts.fault.next}:</strong> {fault.next}
        </p>
        {fault.detail !== undefined && <Detail text={fault.detail} code={fault.code} open={asked} />}
        {children}
      </div>
    </section>
  )
}

interface DetailProps {
  readonly text: string
  readonly code: string | undefined
  readonly open: boolean
}

function Detail({ text, code, open }: DetailProps) {
  return (
    <details className="detail" open={open}>
      <summary>
        <IconChevronRight size={15} aria-hidden /> {texts.fault.detail}
      </summary>
      <div className="detail-text">
        <pre>{text}</pre>
        <CopyButton text={text} label={texts.fault.copyDetail} />
      </div>
      {code !== undefined && <p className="detail-code">{texts.fault.code(code)}</p>}
    </details>
  )
}
