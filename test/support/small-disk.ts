import { spawnSync } from 'node:child_process'
import { closeSync, ftruncateSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { tempFolder } from './temp-folder.ts'

/** A real file system of a few megabytes that can be pulled out, write-protected, and plugged in again. */
export interface SmallDisk extends Disposable {
  /** Where it is plugged in. The folder is there without the disk too, and then it is the system disk. */
  readonly path: string
  /** As when somebody takes the stick: files that are open stay open, and nobody finds the others. */
  pull(): void
  plugIn(): void
  writeProtect(): void
  /** Nothing can be made, renamed or removed in this folder of the disk any more, not even by root. */
  freeze(folder: string): void
  thaw(folder: string): void
}

/** Throws where file systems may not be mounted; ask `mayMount` first. */
export function smallDisk(megabytes: number): SmallDisk {
  const place = tempFolder()
  const image = join(place.path, 'image')
  const path = join(place.path, 'disk')
  const file = openSync(image, 'wx')
  ftruncateSync(file, megabytes * 1024 * 1024)
  closeSync(file)
  mkdirSync(path)
  // Without a journal and the room that is kept for root, so that full means full.
  run('mkfs.ext4', '-q', '-m', '0', '-O', '^has_journal', image)
  const plugIn = (): void => run('mount', '-o', 'loop', image, path)
  const pull = (): void => run('umount', '--lazy', path)
  plugIn()
  return {
    path,
    pull,
    plugIn,
    writeProtect: () => run('mount', '-o', 'remount,ro', path),
    freeze: (folder) => run('chattr', '+i', folder),
    thaw: (folder) => run('chattr', '-i', folder),
    [Symbol.dispose]: () => {
      spawnSync('umount', ['--lazy', path])
      place[Symbol.dispose]()
    },
  }
}

/** Whether this account may mount file systems here: root may on a PC, and not in every container. */
export function mayMount(): boolean {
  try {
    smallDisk(2)[Symbol.dispose]()
    return true
  } catch {
    return false
  }
}

function run(command: string, ...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`, { cause: error })
}
