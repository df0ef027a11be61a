import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { CancelledError } from '../shared/fault.ts'

interface Terminal {
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
  /** Ends the question. */
  readonly signal: AbortSignal
}

/** Asks at the terminal for one line that is not shown while it is typed. Ctrl-C and Ctrl-D cancel. */
export function askHidden({ input, output, signal }: Terminal, question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input, output: nowhere, terminal: true, historySize: 0, signal })
  // Only now, when the terminal has stopped to show what is typed.
  output.write(question)
  const answer = new Promise<string>((resolve, reject) => {
    lines.once('line', (line) => {
      resolve(line)
      lines.close()
    })
    lines.once('SIGINT', () => lines.close())
    // Comes after an answer as well, and then changes nothing.
    lines.once('close', () => reject(new CancelledError('No answer was given.')))
  })
  return answer.finally(() => output.write('\n'))
}
