// `npm run demo`: Larder's main job on a restaurant made up for it. With `--window` the app opens on the same sample.
import { withStage } from './demo/stage.ts'
import { tellStory } from './demo/story.ts'
import { openWindow, requireDisplay } from './demo/window.ts'

const words = process.argv.slice(2)
const unknown = words.find((word) => word !== '--window')
const inWindow = words.includes('--window')

const stopping = new AbortController()
// Not `once`: while execa runs a program it ends a process that seems to have no listener of its own.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort())

try {
  if (unknown !== undefined) throw new Error(`The demo does not know ${unknown}. There is --window.`)
  if (inWindow) requireDisplay()
  await withStage(stopping.signal, inWindow ? openWindow : tellStory)
} catch (error) {
  process.exitCode = stopping.signal.aborted ? 130 : 1
  const reason = error instanceof Error ? error.message : String(error)
  console.error(
    stopping.signal.aborted ? '\nStopped. Everything is cleaned up.' : `The demo failed. ${reason}`,
  )
}
