// Another Larder that looks at a paper site in a process of its own, for tests of two at once: it says that it is
// ready, waits for its parent's word, looks once, and ends.
import { once } from 'node:events'
import { openSite } from '../../electron/engine/open-site.ts'
import { loadSettings } from '../../electron/engine/settings.ts'
import { usualLimits } from '../../electron/engine/site.ts'
import { watchAndTell } from '../../electron/engine/monitor/watch.ts'
import { makeWorld } from './test-site.ts'

const [dataFolder = '', now = '0'] = process.argv.slice(2)
const world = makeWorld(dataFolder, [], { now: () => Number(now) })
const settings = await loadSettings(dataFolder)
if (settings === undefined) throw new Error('no settings')
const site = await openSite(world, settings, usualLimits)
process.send?.('ready')
await once(process, 'message')
await watchAndTell({ world, site, isSetUp: true, knownDatabases: ['pos'] })
process.disconnect()
