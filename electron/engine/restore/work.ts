import type { AfterCommand } from '../../shared/restore-model.ts'
import type { Authentic } from '../verify/check-integrity.ts'
import type { Wanted } from './look.ts'
import type { Steps } from './steps.ts'

export interface RestoreOrder extends Wanted {
  readonly after: AfterCommand | null
  /** Goes on where the live database cannot be backed up any more. It is kept all the same. */
  readonly withoutSafety: boolean
}

/** What every step of one restore knows. */
export interface Work {
  readonly authentic: Authentic
  readonly order: RestoreOrder
  readonly steps: Steps
  /** The name under which the restored data is to answer. */
  readonly database: string
  readonly missingRoles: readonly string[]
  /** There is a live database, which is backed up before and kept after. */
  readonly replaces: boolean
}
