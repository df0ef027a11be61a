import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RestoreRequest } from '../../electron/engine/restore/restore-jobs.ts'
import type { PrivatePostgres } from './postgres-server.ts'
import { makeTill } from './small-till.ts'
import { makeSite, type TestSite } from './test-site.ts'

export const inPlace: RestoreRequest = { into: null, roles: { kind: 'create' } }

/** Questions that every test of a restore asks of its server. */
export function restoring(server: PrivatePostgres) {
  let tills = 0
  const databases = async (): Promise<string[]> =>
    (await server.psql('postgres', 'SELECT datname FROM pg_database ORDER BY 1')).trim().split('\n')
  return {
    databases,
    rowsIn: async (database: string, table: string): Promise<number> =>
      Number(await server.psql(database, `SELECT count(*) FROM ${table}`)),
    /** Nothing half-made may be left on the server or on disk. */
    leftovers: async ({ dataFolder }: TestSite): Promise<string[]> => {
      const folder = join(dataFolder, 'restore')
      const opened = existsSync(folder) ? readdirSync(folder) : []
      return [...opened, ...(await databases()).filter((name) => name.includes('_larder_new_'))]
    },
    /** A till of its own with one backup. */
    backedUpTill: async () => {
      const database = await makeTill(server, `Kasse ${++tills} "öäü"`)
      const site = await makeSite({ server, database })
      const backup = await site.engine.backUp(database)
      return { site, database, backup, engine: site.engine }
    },
  }
}
