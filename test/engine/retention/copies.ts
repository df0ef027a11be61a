import { decide, type Copy } from '../../../electron/engine/retention/retention-rules.ts'

/** A good backup of that moment. */
export const copyOf = (id: string, takenAt: number, more: Partial<Copy> = {}): Copy => ({
  id,
  takenAt,
  isGood: true,
  isProven: false,
  isPinned: false,
  isSafety: false,
  isHeldFarther: false,
  ...more,
})
export type Decided = ReturnType<typeof decide>
export const kept = (decided: Decided): Copy[] =>
  decided.filter(({ verdict }) => verdict.action === 'keep').map(({ copy }) => copy)
export const gone = (decided: Decided): Copy[] =>
  decided.filter(({ verdict }) => verdict.action === 'delete').map(({ copy }) => copy)
