import { FaultError } from '../../shared/fault.ts'
import type { Server } from '../../shared/model.ts'
import { Secret } from '../secret.ts'
import { parseConnectionText } from './connection-rules.ts'

/**
 * Reads what somebody pasted or typed as the way to a database: a URL or libpq's `name=value` line. Throws USAGE
 * with what is wrong with it, or DB_POOLER when it leads to a pooler that cannot carry a backup.
 */
export function readConnectionText(text: string): {
  readonly server: Server
  readonly password: Secret | undefined
} {
  const read = parseConnectionText(text)
  if ('problem' in read) throw new FaultError('USAGE', { values: { problem: read.problem } })
  const { server, password, pooled } = read.connection
  if (pooled) throw new FaultError('DB_POOLER', { detail: `${server.host}, port ${server.port}` })
  return { server, password: password === undefined ? undefined : new Secret(password) }
}
