// Another Larder on the same catalogue, for tests with several processes: does what its parent says.
import { writeSync } from 'node:fs'
import { toFault } from '../../../electron/shared/fault.ts'
import { openCatalogue } from '../../../electron/engine/catalogue/catalogue.ts'
import { beginJob, endJob, heartbeat } from '../../../electron/engine/catalogue/jobs.ts'
import { openOrReplaceCatalogue } from '../../../electron/engine/catalogue/open-or-replace.ts'
import { thisProcess } from '../../../electron/engine/catalogue/process-identity.ts'
import { record } from './temp-catalogue.ts'

const [file = '', order = ''] = process.argv.slice(2)

/** Says who got the lease of *pos*, keeps it until told to end it, and can be asked again. */
function competeForLeases(): void {
  const { catalogue, replaced } = openOrReplaceCatalogue(file, Date.now())
  let jobId: string | undefined
  const begin = (): void => {
    try {
      jobId = beginJob(catalogue, { kind: 'backup', database: 'pos', owner: thisProcess(), now: Date.now() })
      heartbeat(catalogue, jobId, { phase: 'dump', partialPaths: ['/backups/half.partial'] }, Date.now())
      process.send?.({ jobId })
    } catch (error) {
      process.send?.({ fault: toFault(error) })
    }
  }
  const end = (): void => {
    if (jobId !== undefined) endJob(catalogue, jobId, { state: 'done' }, Date.now())
    jobId = undefined
    process.send?.({ ended: true })
  }
  process.on('message', (message) => (message === 'begin' ? begin() : end()))
  process.send?.({ replaced })
}

/** Lists one backup after another and says each id once it is committed, until it is killed or fails. */
function recordForEver(prefix: string): void {
  const catalogue = openCatalogue(file)
  try {
    for (let n = 0; ; n += 1) {
      record(catalogue, { id: `${prefix}-${n}`, takenAt: n })
      writeSync(1, `${prefix}-${n}\n`)
    }
  } catch (error) {
    writeSync(1, `${toFault(error).code}\n`)
  }
}

if (order === 'compete') competeForLeases()
else if (order.startsWith('record-')) recordForEver(order)
else throw new Error('no order')
