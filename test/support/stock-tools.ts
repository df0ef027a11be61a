import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { escapeIdentifier } from 'pg'
import { newestDebianBinDir } from '../../scripts/private-postgres/binaries.ts'
import type { PrivatePostgres } from './postgres-server.ts'
import { tempFolder } from './temp-folder.ts'

/*
 * What a technician does without Larder, on a computer that never had it: age, zstd, pg_restore and psql from Debian.
 * Anything that these refuse is no backup, whatever Larder says of it (INV-28).
 */

const shell = (script: string, args: readonly string[], env: Record<string, string> = {}) =>
  execa('bash', ['-euo', 'pipefail', '-c', script, 'bash', ...args], {
    env,
    encoding: 'buffer',
    stripFinalNewline: false,
  })

/** `age -d` with this identity; null for a file that is not sealed. */
const opening = (identity: string | null): string => (identity === null ? 'cat "$1"' : 'age -d -i "$2" "$1"')

/** The plain custom-format archive inside a stored one. */
export const openArchive = async (file: string, identity: string | null): Promise<Uint8Array> =>
  withKeyFile(identity, async (key) => (await shell(`${opening(identity)} | zstd -dc`, [file, key])).stdout)

/** The plain text of a stored roles file. */
export const openGlobals = async (file: string, identity: string | null): Promise<string> =>
  withKeyFile(identity, async (key) =>
    Buffer.from((await shell(opening(identity), [file, key])).stdout).toString(),
  )

/** `pg_restore --list` of a stored archive. */
export async function listArchive(file: string, identity: string | null): Promise<string> {
  const pgRestore = join(await newestDebianBinDir('pg_restore'), 'pg_restore')
  return withKeyFile(identity, async (key) => {
    // It reads no further than the table of contents, and breaks the pipe behind it.
    const script = `set +o pipefail; ${opening(identity)} | zstd -dc | "$3" --list`
    const { stdout } = await shell(script, [file, key, pgRestore])
    return Buffer.from(stdout).toString()
  })
}

/** Restores a stored archive into a new database by hand. Throws at the first error of any tool. */
export async function restoreByHand(
  file: string,
  identity: string | null,
  server: PrivatePostgres,
  into: string,
): Promise<void> {
  await server.psql('postgres', `CREATE DATABASE ${escapeIdentifier(into)} TEMPLATE template0`)
  const pgRestore = join(await newestDebianBinDir('pg_restore'), 'pg_restore')
  const env = {
    PGHOST: server.host,
    PGPORT: String(server.port),
    PGUSER: server.user,
    PGPASSWORD: server.password,
  }
  // A name such as `a=b` given to --dbname is a connection string, so it goes in as one, as a technician learns once.
  const target = `dbname='${into.replaceAll(/['\\]/g, String.raw`\$&`)}'`
  await withKeyFile(identity, (key) =>
    shell(
      `${opening(identity)} | zstd -dc | "$3" --exit-on-error --dbname="$4"`,
      [file, key, pgRestore, target],
      env,
    ),
  )
}

async function withKeyFile<T>(identity: string | null, work: (keyFile: string) => Promise<T>): Promise<T> {
  using folder = tempFolder()
  const keyFile = join(folder.path, 'key.txt')
  writeFileSync(keyFile, `${identity}\n`, { mode: 0o600 })
  return await work(keyFile)
}
