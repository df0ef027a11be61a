// What Larder needs from the operating system. On Debian and its relatives it is installed, elsewhere only named.
import { hasCommand, run, say, SetupError } from './shell.mjs'

const packages = [
  // A real server and its tools. The tests start servers of their own; no cluster of the system is used.
  'postgresql-15',
  // The stock tools that open a backup without Larder.
  'age',
  'zstd',
  // Electron, and a display for it.
  'xvfb',
  'xauth',
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  // Desktop services that the end-to-end tests look at: the session bus, notifications, the tray, the keyring.
  'dbus',
  'dbus-daemon',
  'python3-dbus',
  'python3-gi',
  'libnotify4',
  'libsecret-1-0',
  'gnome-keyring',
  'libglib2.0-bin',
  'dunst',
  // For tests that look at a process from outside, or need a certificate.
  'strace',
  'openssl',
  // Where Electron cannot be downloaded, it is unpacked, and one addon compiled (electron-runtime.mjs).
  'unzip',
  'g++',
]

// Older clients have a hole that a doctored file could use, and Larder refuses to open a foreign file with them.
const leastVersions = [['postgresql-client-15', '15.20']]

const programs = [
  ['initdb', 'PostgreSQL with its server programs'],
  ['age', 'age'],
  ['zstd', 'zstd'],
]

/**
 * Installs the Debian packages that are missing, and newer ones for those that are too old, as far as the system
 * offers them. Throws a SetupError with the one command that does it when we may not.
 */
export function installDebianPackages() {
  const present = installedPackages()
  const missing = packages.filter((name) => !present.has(name))
  const wanted = [...missing, ...outdatedPackages(present)]
  if (wanted.length === 0) return

  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...wanted]
  const sudo = rootPrefix()
  if (sudo === undefined) {
    throw new SetupError(`Type this, then start again:\n  sudo apt-get update && sudo ${install.join(' ')}`)
  }
  say(`Installing Debian packages: ${wanted.join(' ')}`)
  asRoot(sudo, ['apt-get', 'update'])
  asRoot(sudo, [...install, '-o', 'DPkg::Lock::Timeout=300'])
}

// Newer releases renamed some packages (libgtk-3-0t64) and say so in "Provides". Name to version.
function installedPackages() {
  const format = '${db:Status-Status}\t${Package}\t${Version}\t${Provides}\n'
  const rows = run('dpkg-query', ['-W', '-f', format]).split('\n')
  const names = rows
    .map((row) => row.split('\t'))
    .filter(([status]) => status === 'installed')
    .flatMap(([, name, version, provides]) =>
      [name, ...provides.split(',').map((entry) => entry.trim().split(' ')[0])].map((one) => [one, version]),
    )
  return new Map(names)
}

/** Those below their least version for which the package lists that are here already offer a better one. */
function outdatedPackages(present) {
  return leastVersions
    .filter(([name, least]) => present.has(name) && isOlder(present.get(name), least))
    .filter(([name, least]) => !isOlder(candidateOf(name), least))
    .map(([name]) => name)
}

function candidateOf(name) {
  return (
    /^ {2}Candidate: (\S+)$/m.exec(run('apt-cache', ['policy', name], { env: { LC_ALL: 'C' } }))?.[1] ?? '0'
  )
}

function isOlder(version, least) {
  try {
    run('dpkg', ['--compare-versions', version, 'lt', least])
    return true
  } catch {
    return false
  }
}

function rootPrefix() {
  if (process.getuid() === 0) return []
  try {
    run('sudo', ['-n', 'true'])
    return ['sudo', '-n']
  } catch {
    return undefined
  }
}

// `env` carries the setting through sudo, which clears the environment.
function asRoot(sudo, command) {
  const [program, ...args] = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', ...command]
  run(program, args)
}

/** Says which programs are missing on a system without dpkg; the tests that use them will fail. */
export function reportMissingPrograms() {
  for (const [program, product] of programs) {
    if (!hasCommand(program)) say(`Not found: ${program}. Install ${product} for the tests that use it.`)
  }
}
