import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { toInstant } from '../../shared/calendar.ts'
import { writeAtomically } from '../atomic-file.ts'
import { reportPage, type ReportFacts } from './report-rules.ts'

/**
 * Writes the report of a restore, whatever its end, and returns its path. Only the account that runs Larder can read
 * it: it says what the till takes. Throws what the disk throws.
 */
export async function writeReport(dataFolder: string, report: ReportFacts): Promise<string> {
  const folder = join(dataFolder, 'reports')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const stamp = `${toInstant(report.startedAt).slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const id = report.id.replaceAll(/[^\w-]/g, '_')
  const file = join(folder, `restore-${stamp}-${id}.html`)
  await writeAtomically(file, reportPage(report))
  return file
}
