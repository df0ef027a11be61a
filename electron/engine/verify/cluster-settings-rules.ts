interface Place {
  readonly port: number
  /** Null: no sockets, and the port is opened on this computer only. */
  readonly socketFolder: string | null
}

/**
 * Lines for the postgresql.conf of a cluster that is thrown away. The first ones decide who can reach it; the others
 * leave out what only a server that must survive a crash has to do (PostgreSQL manual, "Non-Durable Settings").
 */
export const clusterSettings = ({ port, socketFolder }: Place): string => `
listen_addresses = ${quoted(socketFolder === null ? '127.0.0.1' : '')}
unix_socket_directories = ${quoted(socketFolder ?? '')}
unix_socket_permissions = 0700
port = ${port}
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
max_wal_size = 4GB
jit = off
shared_buffers = 128MB
maintenance_work_mem = 256MB
`

/** Single quotes and backslashes are the only special characters in there (PostgreSQL manual, "Parameter Names and Values"). */
const quoted = (value: string): string => `'${value.replaceAll(/['\\]/g, String.raw`\$&`)}'`
