// The demo and the benchmark start the same server, so it lives with the scripts; tests import it from here.
export { embeddedPostgres18BinDir } from '../../scripts/private-postgres/binaries.ts'
export { type PrivatePostgres, startPostgres } from '../../scripts/private-postgres/server.ts'
