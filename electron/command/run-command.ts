import { resolve } from 'node:path'
import { Command } from 'commander'
import about from '../../package.json' with { type: 'json' }
import { defaultDataFolder } from '../engine/data-folder.ts'
import { openLog } from '../log.ts'
import { FaultError } from '../shared/fault.ts'
import { addAlerts } from './alerts.ts'
import { addBackup } from './backup.ts'
import { addConfirmKey } from './confirm-key.ts'
import { addDoctor } from './doctor.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { isCancelled, tellFailure } from './failure.ts'
import { processIo, type Io } from './io.ts'
import { addList } from './list.ts'
import { addPassword } from './password.ts'
import { addPause, addResume } from './pause.ts'
import { addPin } from './pin.ts'
import { addPinBackup, addUnpinBackup } from './pin-backup.ts'
import { addProbes } from './probes.ts'
import { addPrune } from './prune.ts'
import { addRestore } from './restore.ts'
import { addRun } from './run.ts'
import { addSetup } from './setup.ts'
import { addShow } from './show.ts'
import { addStatus } from './status.ts'
import { addRelease, addRestores, addUndo } from './undo.ts'
import type { Act, Verb } from './verb.ts'
import { addVerify } from './verify.ts'

const verbs: readonly Verb[] = [
  addSetup,
  addBackup,
  addList,
  addShow,
  addVerify,
  addRestore,
  addUndo,
  addRelease,
  addRestores,
  addStatus,
  addAlerts,
  addDoctor,
  addConfirmKey,
  addPassword,
  addPin,
  addProbes,
  addPrune,
  addPinBackup,
  addUnpinBackup,
  addRun,
  addPause,
  addResume,
]

/**
 * The command `larder`, without the program's own name. Never throws: returns the exit code (exit-codes.ts) when all
 * words are out and nothing of the run is left, also after a signal.
 */
export async function runCommand(argv: readonly string[], io: Io = processIo()): Promise<ExitCode> {
  // Looked up here as well: wrong usage must be told as JSON too, and then nothing was parsed.
  const json = argv.includes('--json')
  const larder = makeProgram(io)
  let exitCode: ExitCode = exitCodes.done
  const act: Act = async (work) => {
    const dataFolder = resolve(larder.opts<{ data?: string }>().data ?? defaultDataFolder(io.env))
    exitCode = await work({ io, json, dataFolder }).catch((error: unknown) => {
      logBug(error, dataFolder)
      throw error
    })
  }
  try {
    for (const addVerb of verbs) addVerb(larder, act)
    await larder.parseAsync(argv, { from: 'user' })
  } catch (error) {
    exitCode = tellFailure(error, { io, json })
  }
  await io.flush()
  return exitCode
}

function makeProgram(io: Io): Command {
  return new Command('larder')
    .description("Backups of a restaurant's own PostgreSQL.")
    .version(about.version)
    .option('--data <folder>', 'where settings, keys and catalogue are (LARDER_DATA)')
    .option('--json', 'answer with one JSON document')
    .configureHelp({ showGlobalOptions: true, helpWidth: 100 })
    .addHelpText('after', exitCodeHelp)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.note(text),
      outputError: () => undefined,
    })
}

const exitCodeHelp = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 4 status is not protected, 11 busy, 12 wrong key, 130 cancelled.
Progress and faults go to standard error; with --json a fault is the document.`

/** What nobody foresaw must be found again in the log: INTERNAL says that it is there. */
function logBug(error: unknown, dataFolder: string): void {
  if (error instanceof FaultError || isCancelled(error) || !(error instanceof Error)) return
  openLog(resolve(dataFolder, 'logs')).error(`the command failed: ${error.stack ?? error.message}`)
}
