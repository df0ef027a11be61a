import type { Fault } from '../../shared/fault.ts'
import type { Backup, CheckResult, Progress, ProofResult } from '../../shared/model.ts'
import type { SlotReason } from '../../shared/schedule-model.ts'
import type { SlotId } from '../catalogue/slots.ts'
import type { Site } from '../site.ts'
import type { World } from '../world.ts'

/** How a piece of work is stopped and watched; as the engine takes it. */
export interface Doing {
  readonly signal?: AbortSignal
  readonly report?: (progress: Progress) => void
}

/** What the scheduler asks of the engine. */
export interface Scheduled {
  readonly world: World
  readonly isSetUp: boolean
  readonly site: Site
  readonly knownDatabases: readonly string[]
  /** Takes over settings that another process has saved. */
  refresh(): Promise<void>
  databases(): Promise<readonly string[]>
  serverAnswers(): Promise<boolean>
  backUp(database: string, doing: Doing): Promise<Backup>
  prove(id: string, doing: Doing): Promise<ProofResult>
  verify(id: string, doing: Doing): Promise<CheckResult>
}

/** How somebody rings: what is known of the computer, and how the work is watched. */
export interface Ringing {
  /** How long Larder and the computer have been awake, ms. Infinity: nothing waits for them to come up. */
  readonly awakeMs: number
  /** Ends what is under way, and begins nothing more. */
  readonly signal?: AbortSignal
  /** Wraps every piece of work, for those who show and stop it themselves. */
  readonly during?: <T>(work: (doing: Doing) => Promise<T>) => Promise<T>
  /** Hears of every run as it ends. */
  readonly onRun?: (run: Run) => void
}

/** One piece of work that was done for a slot. */
export interface Step {
  readonly database: string
  readonly backupId?: string
  /** What became of that backup: a rung of the ladder, or the verdict of a check. */
  readonly found?: Backup['state'] | ProofResult['verdict'] | CheckResult['verdict']
  readonly fault?: Fault
}

/** One attempt at one slot. */
export interface Run extends SlotId {
  readonly outcome: 'covered' | 'put off' | 'missed'
  readonly reason?: SlotReason
  readonly steps: readonly Step[]
}
