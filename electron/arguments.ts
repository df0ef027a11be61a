import { resolve } from 'node:path'
import { defaultDataFolder } from './engine/data-folder.ts'

const verbs = [
  'setup',
  'backup',
  'list',
  'show',
  'verify',
  'restore',
  'undo',
  'release',
  'restores',
  'status',
  'alerts',
  'doctor',
  'confirm-key',
  'password',
  'pin',
  'probes',
  'run',
  'pause',
  'resume',
  'prune',
  'pin-backup',
  'unpin-backup',
  'help',
]

/**
 * What follows the program when it is used as the command `larder`, or undefined when the app is wanted. Electron and
 * test drivers put switches of their own before it, so the first known verb counts.
 */
export function commandIn(argv: readonly string[]): readonly string[] | undefined {
  const first = argv.findIndex((word, at) => at > 0 && verbs.includes(word))
  return first === -1 ? undefined : argv.slice(first)
}

/** The data folder that `--data <folder>` names, or the usual one. Absolute. */
export function dataFolderIn(argv: readonly string[]): string {
  const at = argv.indexOf('--data')
  const named = at === -1 ? undefined : argv[at + 1]
  return named === undefined ? defaultDataFolder() : resolve(named)
}
