import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isBuildOutOfDate } from '../../scripts/build-age.mjs'
import { tempFolder } from '../support/temp-folder.ts'

let root: ReturnType<typeof tempFolder>
beforeEach(() => {
  root = tempFolder()
  for (const name of ['electron/main.ts', 'renderer/main.tsx', 'resources/icon.png']) file(name, 1000)
  for (const name of made) file(`out/${name}`, 2000)
})
afterEach(() => root[Symbol.dispose]())

const made = ['electron/main.js', 'electron/preload.cjs', 'renderer/index.html']

/** Makes a file that was last changed in that second. */
function file(name: string, second: number): void {
  const path = join(root.path, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '')
  utimesSync(path, second, second)
}

test('a build newer than every source is used as it is', () => {
  expect(isBuildOutOfDate(root.path)).toBe(false)
})

describe('it is made anew', () => {
  test.each(made)('when %s is missing', (name) => {
    rmSync(join(root.path, 'out', name))
    expect(isBuildOutOfDate(root.path)).toBe(true)
  })

  test.each(made)('when %s is older than a source', (name) => {
    file('renderer/home.tsx', 1500)
    expect(isBuildOutOfDate(root.path)).toBe(false)
    file(`out/${name}`, 1200)
    expect(isBuildOutOfDate(root.path)).toBe(true)
  })
})
