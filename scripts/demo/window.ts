import { fileURLToPath } from 'node:url'

import { execa } from 'execa'

import { larder, setUpLarder } from './larder.ts'
import type { Stage } from './stage.ts'

const start = fileURLToPath(new URL('../start.mjs', import.meta.url))

/** Throws before anything is built for a window that could not be shown. */
export function requireDisplay(): void {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY)
    throw new Error('There is no screen here. Without one, use: xvfb-run -a npm run demo -- --window')
}

/** Opens the app on the sample, with one backup taken already, and stays until the app is quit. */
export async function openWindow(stage: Stage): Promise<void> {
  const { dataFolder, folder, signal } = stage
  await setUpLarder(stage)
  await larder(stage, ['backup'])
  console.log(`The recovery key is in ${folder}/larder-recovery-key.txt, its last 8 characters confirm it.`)
  console.log('Larder opens. Quit it from the icon in the tray, or end the demo with Ctrl-C.')
  await execa(process.execPath, [start, '--data', dataFolder], { stdio: 'inherit', cancelSignal: signal })
}
