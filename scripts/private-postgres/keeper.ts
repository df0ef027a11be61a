import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import type { Readable, Writable } from 'node:stream'

import { asServerAccount } from './account.ts'

// The keeper makes the folder and outlives us. Its standard input is a pipe whose other end only we hold, so
// it ends when we say so and also when we crash or are killed. SIGQUIT is PostgreSQL's immediate shutdown.
// It removes more than once because an `initdb` orphaned with us may still be adding files.
const keeperScript = `
trap '' HUP INT TERM PIPE
cd /
folder=$(mktemp -d "$1/private-pg-XXXXXX" 2>/dev/null || mktemp -d /tmp/private-pg-XXXXXX) || exit 1
echo "$folder"
cat >/dev/null
pidfile=$folder/data/postmaster.pid
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  if [ -s "$pidfile" ]; then
    pid=$(head -n 1 "$pidfile")
    kill -QUIT "$pid"
    tenths=0
    while [ -e "$pidfile" ] && [ $tenths -lt 200 ]; do sleep 0.1; tenths=$((tenths + 1)); done
    [ -e "$pidfile" ] && kill -KILL "$pid"
  fi
  rm -rf -- "$folder" && exit 0
  sleep 0.2
done
exit 1
`

// A socket path has room for 107 bytes (`sockaddr_un`), and our folder and PostgreSQL add to this one.
const longestBaseBytes = 64

/** Sees to it that the server in `folder` ends and `folder` goes, however our process ends. */
export type Keeper = {
  /** An empty folder of the server's account that nobody else can read. */
  readonly folder: string
  /** Stops the server without ceremony, removes the folder, and returns when both are gone. */
  readonly release: () => Promise<void>
}

export async function startKeeper(): Promise<Keeper> {
  const base = Buffer.byteLength(tmpdir()) <= longestBaseBytes ? tmpdir() : '/tmp'
  const [command, args] = asServerAccount('sh', ['-c', keeperScript, 'keeper', base])
  // Detached: Ctrl-C in a terminal goes to our whole process group and must not end the keeper.
  const child = spawn(command, args, { detached: true, stdio: ['pipe', 'pipe', 'ignore'], cwd: '/' })
  const ended = once(child, 'exit').then(([exitCode]) => exitCode === 0)
  const folder = await firstLine(child)
  child.unref()
  return {
    folder,
    release: async () => {
      child.ref()
      child.stdin.end()
      if (!(await ended)) throw new Error(`The private PostgreSQL in ${folder} could not be removed.`)
    },
  }
}

async function firstLine(child: ChildProcessByStdio<Writable, Readable, null>): Promise<string> {
  let text = ''
  for await (const part of child.stdout) {
    text += String(part)
    if (text.endsWith('\n')) return text.trimEnd()
  }
  throw new Error('No temporary folder could be made for a private PostgreSQL.')
}
