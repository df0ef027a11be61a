import { renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import electronLog from 'electron-log/node'
import type { Log } from './engine/world.ts'
import { redact } from './redact-rules.ts'

const fileName = 'larder'
const maxBytes = 1_000_000
const keptFiles = 5

/**
 * The log of this PC, `larder.log` in the folder and four older files beside it, of 1 MB each; the window and the
 * command write the same one. It never throws and never speaks up: where it cannot be written, there is none.
 */
export function openLog(folder: string): Log {
  // The library reports its own trouble on the console, where the command's one JSON document goes.
  electronLog.transports.console.writeFn = () => undefined
  const log = electronLog.create({ logId: folder })
  const { console, file, ipc, remote } = log.transports
  for (const other of [console, ipc, remote]) if (other) other.level = false
  // It would look for the nearest package.json to name a folder that is not used.
  file.setAppName(fileName)
  file.resolvePathFn = () => join(folder, `${fileName}.log`)
  file.writeOptions = { flag: 'a', mode: 0o600, encoding: 'utf8' }
  file.format = '{iso} {level} {text}'
  file.maxSize = maxBytes
  file.archiveLogFn = ({ path }) => rotate(path, folder)
  log.hooks.push((message) => ({ ...message, data: message.data.map((part) => redact(String(part))) }))
  return {
    info: (message) => log.info(message),
    warn: (message) => log.warn(message),
    error: (message) => log.error(message),
  }
}

/** Another process may have rotated already, so the size is looked at again. */
function rotate(path: string, folder: string): void {
  try {
    if (statSync(path).size < maxBytes) return
    for (let older = keptFiles - 1; older > 0; older -= 1) {
      const from = older === 1 ? path : join(folder, `${fileName}.${older - 1}.log`)
      renameIfThere(from, join(folder, `${fileName}.${older}.log`))
    }
  } catch {
    // A log that cannot be rotated grows; that is better than none.
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}
