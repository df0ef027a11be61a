// The npm packages: installed by `npm ci`, and only when what is there differs from package-lock.json.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { developmentNode, npm, projectRoot, say } from './shell.mjs'

/** Makes node_modules equal to package-lock.json; leaves it alone when it is, however it came about. */
export function installNodeModules() {
  if (!isInstalled()) {
    say('Installing the npm packages (about a minute)')
    npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  }
  // Where npm is told not to run install scripts, the `node` package has fetched no Node yet.
  if (!existsSync(developmentNode)) npm(['rebuild', 'node'])
}

// npm writes node_modules/.package-lock.json last, so it describes a tree that is whole.
function isInstalled() {
  const installed = lockedPackages('node_modules/.package-lock.json')
  const wanted = lockedPackages('package-lock.json')
  if (installed === undefined || wanted === undefined) return false
  return isSameTree(wanted, installed)
}

function lockedPackages(file) {
  const path = join(projectRoot, file)
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined
}

// Compares two "packages" tables. Optional packages may be absent: most are for other platforms.
function isSameTree(wanted, installed) {
  const isPresent = ([path, entry]) => {
    const found = installed[path]
    return found
      ? found.version === entry.version && found.integrity === entry.integrity
      : entry.optional === true
  }
  const packages = Object.entries(wanted).filter(([path]) => path !== '')
  return packages.every(isPresent) && Object.keys(installed).every((path) => path in wanted)
}
