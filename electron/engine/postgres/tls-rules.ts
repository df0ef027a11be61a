import type { FaultCode } from '../../shared/fault.ts'
import type { Server } from '../../shared/model.ts'

export type Way = 'plain' | 'tls'

/** libpq's order (PostgreSQL manual, "SSL Mode Descriptions"). A Unix socket never carries TLS. */
export function waysToConnect({ host, tls }: Pick<Server, 'host' | 'tls'>): readonly Way[] {
  if (isSocketFolder(host) || tls === 'disable') return ['plain']
  if (tls === 'allow') return ['plain', 'tls']
  if (tls === 'prefer') return ['tls', 'plain']
  return ['tls']
}

export const isSocketFolder = (host: string): boolean => host.startsWith('/') || host.startsWith('@')

/**
 * How far the certificate is checked. As in libpq, a root certificate makes every mode check the chain; with
 * `prefer` a certificate that does not pass then leads to a plain connection.
 */
export function certificateCheck({
  tls,
  rootCertificate,
}: Pick<Server, 'tls' | 'rootCertificate'>): 'none' | 'chain' | 'chain-and-name' {
  if (tls === 'verify-full') return 'chain-and-name'
  return tls === 'verify-ca' || rootCertificate !== undefined ? 'chain' : 'none'
}

export interface Failure {
  readonly code: FaultCode
  readonly detail: string
  /** The server does not speak TLS at all; its certificate was never seen. */
  readonly withoutTls: boolean
}

/** Only what the other way may cure is worth a second try; a closed port stays closed. */
export const mayHelpOtherWay = ({ code }: Failure): boolean =>
  code === 'DB_TLS' || code === 'DB_ACCESS_RULE' || code === 'DB_AUTH'

/**
 * Of the failures of both ways, the one to tell. "No rule for an unencrypted connection" or "no TLS here" only
 * echoes that the second way was tried at all, so whatever the first way met is the real reason.
 */
export function tellingFailure<F extends Failure>(failures: readonly F[]): F | undefined {
  const byWeight = failures.toSorted((a, b) => weight(a) - weight(b))
  return byWeight[0]
}

function weight({ code, withoutTls }: Failure): number {
  if (withoutTls) return 4
  if (code === 'DB_ACCESS_RULE') return 3
  if (code === 'DB_TLS') return 2
  return code === 'DB_AUTH' ? 1 : 0
}
