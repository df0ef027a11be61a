import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { fromInstant, toInstant } from '../../shared/calendar.ts'

const Heartbeat = z.object({ tickedAt: z.iso.datetime(), pid: z.int() })

const fileIn = (dataFolder: string): string => join(dataFolder, 'heartbeat.json')

/**
 * Says that a scheduler is alive, in a file that anybody can read without SQLite (INV-23). Not made to survive a power
 * cut: nothing that it says would be true after one.
 */
export function writeHeartbeat(dataFolder: string, now: number): void {
  const draft = `${fileIn(dataFolder)}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify({ tickedAt: toInstant(now), pid: process.pid })}\n`, { mode: 0o600 })
  renameSync(draft, fileIn(dataFolder))
}

/** When a scheduler of this data folder, in whichever process, was last alive, ms; null when none was ever. */
export function readHeartbeat(dataFolder: string): number | null {
  try {
    return fromInstant(Heartbeat.parse(JSON.parse(readFileSync(fileIn(dataFolder), 'utf8'))).tickedAt)
  } catch {
    return null
  }
}
