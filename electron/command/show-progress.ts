import type { Doing } from '../engine/engine.ts'
import { progressLine } from './progress-rules.ts'
import { isCancelled } from './failure.ts'
import type { Io } from './io.ts'
import { printable } from './output.ts'
import { durationOf } from './words-rules.ts'

const clearLine = '\r\u001B[2K'

/**
 * Does work while one line on the terminal shows how far it is; where no terminal is, one line says that it begins and
 * one how it ended. The first signal cancels it.
 */
export async function showingProgress<T>(
  io: Io,
  what: string,
  work: (doing: Doing) => Promise<T>,
): Promise<T> {
  const { signal } = io
  const startedAt = Date.now()
  if (io.columns() === undefined) io.note(printable(`${what} …\n`))
  const report: Doing['report'] = (progress) => {
    const columns = io.columns()
    if (columns !== undefined) io.note(clearLine + printable(progressLine(progress, columns)))
  }
  const end = (word: string): void =>
    io.note(
      io.columns() === undefined
        ? printable(`${what}: ${word} after ${durationOf(Date.now() - startedAt)}\n`)
        : clearLine,
    )
  try {
    const result = await work({ signal, report })
    end('done')
    return result
  } catch (error) {
    end(isCancelled(error) ? 'cancelled' : 'failed')
    throw error
  }
}
