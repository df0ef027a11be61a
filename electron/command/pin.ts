import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import * as z from 'zod'
import { pinState, resetPin, setPin } from '../engine/pin.ts'
import { waitInWords } from '../engine/pin-rules.ts'
import type { PinState } from '../shared/ipc.ts'
import { exitCodes } from './exit-codes.ts'
import type { Io } from './io.ts'
import { answer } from './output.ts'
import { parseOptions, usage, type Act, type Context, type Verb } from './verb.ts'
import { withSite } from './with-site.ts'

const Options = z.object({ keyFile: z.string().min(1, 'The recovery key file has no name.').optional() })

/** `larder pin set|reset|state`: the technician PIN. It is typed or comes on standard input, never as an argument. */
export const addPin: Verb = (larder, act) => {
  const pin = larder.command('pin').description('the technician PIN, without which nothing is restored')
  addSet(pin, act)
  addReset(pin, act)
  pin
    .command('state')
    .description('is there a PIN, and may one be tried now?')
    .action(() => act(state))
}

const addSet = (pin: Command, act: Act): Command =>
  pin
    .command('set')
    .description('set the PIN: the old one (if there is one) and the new one, a line each')
    .action(() => act(set))

const addReset = (pin: Command, act: Act): Command =>
  pin
    .command('reset')
    .description('set another PIN with the recovery key, or with PGPASSWORD where nothing is encrypted')
    .option('--key-file <file>', 'the recovery key file')
    .action((options: unknown) => act((context) => reset(context, parseOptions(Options, options))))

async function set(context: Context) {
  return withSite(context, async ({ world }) => {
    const { isSet } = await pinState(world)
    const [oldPin, pin] = isSet
      ? await readLines(context.io, ['PIN until now', 'New PIN'])
      : [null, ...(await readLines(context.io, ['New PIN']))]
    answer(context, await setPin(world, { pin: pin ?? '', oldPin: oldPin ?? null }), () => 'The PIN is set.')
    return exitCodes.done
  })
}

async function reset(context: Context, { keyFile }: z.output<typeof Options>) {
  return withSite(context, async ({ world, site: { settings } }) => {
    const recoveryKey = await readRecovery(context.io, settings.keys.recoveryRecipient !== null, keyFile)
    const [pin = ''] = await readLines(context.io, ['New PIN'])
    answer(context, await resetPin(world, settings, { pin, recoveryKey }), () => 'The PIN is set anew.')
    return exitCodes.done
  })
}

async function state(context: Context) {
  return withSite(context, async ({ world }) => {
    const found = await pinState(world)
    answer(context, found, () => stateInWords(found))
    return exitCodes.done
  })
}

function stateInWords({ isSet, waitMs }: PinState): string {
  if (!isSet) return 'There is no PIN yet. Next: larder pin set'
  if (waitMs > 0)
    return `There is a PIN. After too many wrong ones, the next is looked at in ${waitInWords(waitMs)}.`
  return 'There is a PIN.'
}

/** The key from its file; where nothing is encrypted there is none, and the database password takes its place. */
async function readRecovery({ env }: Io, isEncrypted: boolean, keyFile: string | undefined): Promise<string> {
  if (!isEncrypted && keyFile !== undefined)
    throw usage(
      'The backups are not encrypted, so there is no recovery key: give the password by PGPASSWORD.',
    )
  if (!isEncrypted) return env['PGPASSWORD'] ?? ''
  if (keyFile === undefined) throw usage('Name the recovery key file with --key-file.')
  return readFile(resolve(keyFile), 'utf8').catch(() => {
    throw usage(`${keyFile} cannot be read.`)
  })
}

/** One line for each question: asked for at a terminal, the last one twice; else the lines of standard input. */
async function readLines(io: Io, questions: readonly string[]): Promise<string[]> {
  if (io.ask === undefined) return linesOf(await io.readInput(), questions)
  const answers: string[] = []
  for (const question of questions) answers.push(await io.ask(`${question}: `))
  if ((await io.ask(`${questions.at(-1)} again: `)) !== answers.at(-1))
    throw usage('The two are not the same.')
  return answers
}

function linesOf(input: string, questions: readonly string[]): string[] {
  const lines = input.replace(/\r?\n$/, '').split(/\r?\n/)
  if (lines.length === questions.length && lines.every((line) => line !== '')) return lines
  throw usage(`On standard input is wanted, a line each: ${questions.join(', ')}.`)
}
