import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { Fault } from '../../electron/shared/fault.ts'
import type { RestoreLook, RoleChoice } from '../../electron/shared/restore-model.ts'
import { ask, faultOf } from '../larder.ts'
import { areRolesChosen, lookOf, type Draft } from './draft-rules.ts'

interface Looked {
  readonly look: RestoreLook | null
  readonly fault: Fault | null
  readonly looking: boolean
}

/** A look at the restore as it is chosen, and ways to look again: as it is now, or with other users. */
export function useLook(draft: Draft, backupId: string) {
  const [looked, setLooked] = useState<Looked>({ look: null, fault: null, looking: true })
  const turn = useRef(0)
  const look = (chosen: Draft): void => {
    const mine = ++turn.current
    const take = (news: (old: Looked) => Looked): void => {
      // An answer that was overtaken by a later question belongs to another choice.
      if (mine === turn.current) setLooked(news)
    }
    ask('lookAtRestore', lookOf(chosen, backupId)).then(
      (found) => take(() => ({ look: found, fault: null, looking: false })),
      (error: unknown) => take((old) => ({ ...old, fault: faultOf(error), looking: false })),
    )
  }
  const lookAtOnce = useEffectEvent(() => look(draft))
  useEffect(() => lookAtOnce(), [])
  const lookAgain = (chosen: Draft): void => {
    setLooked((old) => ({ ...old, looking: true }))
    look(chosen)
  }
  return {
    ...looked,
    again: () => lookAgain(draft),
    /** Another choice about users may need other rights. Half of one is not asked about. */
    lookWith: (roles: RoleChoice) => {
      if (looked.look !== null && areRolesChosen(roles, looked.look)) lookAgain({ ...draft, roles })
    },
  }
}
