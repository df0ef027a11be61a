import type { IpcMain, WebContents } from 'electron/main'
import { CancelledError, FaultError, toFault } from '../shared/fault.ts'
import { calls, type Call, type Handlers, type Reply } from '../shared/ipc.ts'
import type { Log } from '../engine/world.ts'

/**
 * The only door between window and engine. A call is answered when it comes from the main frame of our own window,
 * names something in the contract and fits its schema (INV-27); everything else is refused and logged. Faults travel
 * as data, without stack or cause.
 */
export function answerCalls(
  ipc: Pick<IpcMain, 'handle'>,
  isOurs: (sender: WebContents, isMainFrame: boolean) => boolean,
  handlers: Handlers,
  log: Log,
): void {
  ipc.handle('call', async (event, name: unknown, input: unknown): Promise<Reply<Call>> => {
    try {
      const isMainFrame = event.senderFrame !== null && event.senderFrame === event.sender.mainFrame
      if (!isOurs(event.sender, isMainFrame) || !isCall(name)) throw refused(name)
      const asked = calls[name].input.safeParse(input)
      if (!asked.success) throw refused(name)
      // TypeScript cannot see that handlers[name] takes exactly what calls[name].input gives.
      // oxlint-disable-next-line no-unsafe-type-assertion
      const answer = handlers[name] as (input: unknown) => Promise<never>
      return { ok: true, value: await answer(asked.data) }
    } catch (error) {
      if (!(error instanceof FaultError) && !(error instanceof CancelledError)) log.error(describe(error))
      return { ok: false, fault: toFault(error) }
    }
  })
}

const isCall = (name: unknown): name is Call => typeof name === 'string' && Object.hasOwn(calls, name)

const refused = (name: unknown): FaultError =>
  new FaultError('REQUEST_REFUSED', { detail: String(name).slice(0, 100) })

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)
