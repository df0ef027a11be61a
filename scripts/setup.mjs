// Makes a fresh clone ready to build, test and start. Needs Node 20 or newer and npm; a second run does nothing.
import { installDebianPackages, reportMissingPrograms } from './setup/debian.mjs'
import { provideElectron } from './setup/electron-runtime.mjs'
import { installNodeModules } from './setup/node-modules.mjs'
import { hasCommand, say, SetupError } from './setup/shell.mjs'

try {
  installNodeModules()
  if (hasCommand('dpkg-query')) installDebianPackages()
  else reportMissingPrograms()
  say(`Set-up is complete: ${await provideElectron()}.`)
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  say(`Set-up stopped. ${error.message}`)
  process.exitCode = 1
}
