import { fileURLToPath } from 'node:url'

import { execa } from 'execa'

import type { Stage } from './stage.ts'

const command = fileURLToPath(new URL('../../electron/headless.ts', import.meta.url))

type Larder = {
  /** What it said on standard output, by line. */
  readonly lines: readonly string[]
  readonly exitCode: number
  readonly tookMs: number
}

type Options = {
  readonly env?: Readonly<Record<string, string>>
  /** The exit code that is right here; another one ends the demo. */
  readonly expected?: number
}

/** Runs the command `larder` in a process of its own, in the stage's folder, with its progress on our terminal. */
export async function larder(
  { folder, dataFolder, signal }: Stage,
  args: readonly string[],
  { env = {}, expected = 0 }: Options = {},
): Promise<Larder> {
  const startedAt = Date.now()
  const { stdout, stderr, exitCode } = await execa(process.execPath, [command, ...args], {
    cwd: folder,
    env: { ...env, LARDER_DATA: dataFolder },
    stdin: 'ignore',
    // The bar belongs to a terminal; elsewhere the words are kept for the case that it fails.
    stderr: process.stderr.isTTY ? 'inherit' : 'pipe',
    reject: false,
    cancelSignal: signal,
    // It cancels its work and tidies up; a backup that hung would be ended the hard way.
    forceKillAfterDelay: 15_000,
  })
  signal.throwIfAborted()
  if (exitCode !== expected)
    throw new Error(`larder ${args[0] ?? ''} ended with ${exitCode ?? 'a signal'}. ${stderr ?? ''}`)
  return { lines: stdout.split('\n'), exitCode, tookMs: Date.now() - startedAt }
}

/** Sets Larder up for the stage's restaurant, and returns what a technician would have typed. */
export async function setUpLarder(stage: Stage): Promise<Larder & { readonly typed: string }> {
  const { server, backupRole, database } = stage
  const url = `postgresql://${backupRole.name}@${server.host}:${server.port}/${database}`
  const args = ['setup', '--url', url, '--folder', 'backups', '--name', 'Trattoria']
  const done = await larder(stage, args, { env: { PGPASSWORD: backupRole.password } })
  return { ...done, typed: `larder ${args.join(' ')}` }
}
