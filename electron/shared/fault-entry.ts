/** Who must act: the program tries again, a person does something, or it is a mistake in Larder. */
type WhoActs = 'retry' | 'operator' | 'bug'

export interface FaultEntry {
  readonly who: WhoActs
  /** What happened and whether the data is safe, in the owner's words. `{name}` is filled from the fault. */
  readonly text: string
  /** What the technician does next. */
  readonly next: string
}
