import { Button, Skeleton } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { texts } from '../../electron/shared/texts.ts'
import type { Backup } from '../../electron/shared/model.ts'
import type { RestoreLook, RoleChoice } from '../../electron/shared/restore-model.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { Warnings } from '../first-run/report-notes.tsx'
import { Form } from '../form.tsx'
import { format } from '../format.ts'
import { ScreenTitle } from '../screen-title.tsx'
import { Advanced } from './advanced.tsx'
import { isLookDone, type Draft } from './draft-rules.ts'
import { LossTable } from './loss-table.tsx'
import { MissingRoles } from './missing-roles.tsx'
import { Sessions } from './sessions.tsx'
import { useLook } from './use-look.ts'

const words = texts.restore.look

interface LookStepProps {
  readonly draft: Draft
  readonly backup: Backup
  readonly change: (part: Partial<Draft>) => void
  readonly onDone: (look: RestoreLook) => void
}

/** What stands in the way and what it would cost, from a look at the till of this very moment. */
export function LookStep({ draft, backup, change, onDone }: LookStepProps) {
  const { look, fault, looking, again, lookWith } = useLook(draft, backup.id)
  const title = draft.where === 'replace' ? words.title : words.titleInto
  const chooseRoles = (roles: RoleChoice): void => {
    change({ roles })
    lookWith(roles)
  }
  const goOn = (): void => {
    if (look !== null && isLookDone(draft, look)) onDone(look)
  }
  return (
    <Form className="step wide" onSubmit={goOn}>
      <ScreenTitle>{title}</ScreenTitle>
      {look === null && fault === null && <Looking />}
      {fault !== null && <FaultNotice fault={fault} />}
      {look !== null && <Found look={look} draft={draft} onRoles={chooseRoles} />}
      {(look !== null || fault !== null) && (
        <Advanced draft={draft} isOpen={fault !== null || isStopped(look)} change={change} onLook={again} />
      )}
      <div className="buttons step-buttons">
        <Button type="submit" size="md" disabled={look === null || looking || !isLookDone(draft, look)}>
          {texts.common.continue}
        </Button>
        {(fault !== null || isStopped(look)) && (
          <Button variant="default" size="md" loading={looking} onClick={again}>
            {words.again}
          </Button>
        )}
        {isStopped(look) && <p className="side-quiet">{words.stopped}</p>}
      </div>
    </Form>
  )
}

const isStopped = (look: RestoreLook | null): boolean => (look?.problems.length ?? 0) > 0

const Looking = () => (
  <div role="status">
    <p className="lead">{words.looking}</p>
    <Skeleton height={180} radius="md" mt="md" />
  </div>
)

interface FoundProps {
  readonly look: RestoreLook
  readonly draft: Draft
  readonly onRoles: (roles: RoleChoice) => void
}

function Found({ look, draft, onRoles }: FoundProps) {
  const replaces = draft.where === 'replace'
  return (
    <>
      <Problems problems={look.problems} />
      {replaces && !isStopped(look) && <Losses look={look} />}
      {replaces && look.liveExists && !isStopped(look) && <Sessions sessions={look.sessions} />}
      <Warnings warnings={look.warnings} />
      <MissingRoles look={look} roles={draft.roles} onChange={onRoles} />
      {!isStopped(look) && (
        <p className="side-quiet">
          {look.measuredMs === null ? words.unmeasured : words.measured(format.duration(look.measuredMs))}
        </p>
      )}
    </>
  )
}

function Losses({ look: { liveExists, losses } }: { readonly look: RestoreLook }) {
  if (losses !== null && liveExists) return <LossTable losses={losses} />
  return (
    <section className="plain-answer">
      <h2>{words.gone}</h2>
      <p>{words.goneText}</p>
    </section>
  )
}

function Problems({ problems }: Pick<RestoreLook, 'problems'>) {
  if (problems.length === 0) return null
  return (
    <section className="notice" role="alert" aria-labelledby="restore-problems">
      <IconAlertTriangle className="notice-icon" size={22} stroke={1.75} aria-hidden />
      <div className="notice-body">
        <h2 id="restore-problems">{words.problems}</h2>
        <ul className="problems">
          {problems.map(({ text, next }) => (
            <li key={`${text} ${next}`}>
              <p>{text}</p>
              <p>
                <strong>{texts.fault.next}:</strong> {next}
              </p>
            </li>
          ))}
        </ul>
      </div>
    </section>
  )
}
