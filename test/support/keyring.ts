import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { until, type Desktop } from './desktop.ts'

const run = promisify(execFile)

/** The real keyring of GNOME on the bus of one desktop. What it holds outlives it, as on a PC that is switched off. */
export interface KeyringDaemon extends AsyncDisposable {
  /** As a desktop leaves it that logs in without a password: there, and closed. */
  lock(): Promise<void>
}

export async function startKeyring({ env }: Desktop): Promise<KeyringDaemon> {
  const daemon = spawn('gnome-keyring-daemon', ['--unlock', '--components=secrets', '--foreground'], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  daemon.stdin.end('the password of the desktop')
  const call = (object: string, method: string, ...args: string[]): Promise<{ stdout: string }> =>
    run('gdbus', ['call', '--session', ...object.split(' '), '--method', method, ...args], {
      env: { ...process.env, ...env },
    })
  const service = '--dest org.freedesktop.secrets --object-path /org/freedesktop/secrets'
  const isOpen = async (): Promise<boolean> =>
    call(
      `${service}/collection/login`,
      'org.freedesktop.DBus.Properties.Get',
      'org.freedesktop.Secret.Collection',
      'Locked',
    ).then(
      ({ stdout }) => stdout.includes('false'),
      () => false,
    )
  await until(isOpen)
  return {
    async lock() {
      await call(
        service,
        'org.freedesktop.Secret.Service.Lock',
        "['/org/freedesktop/secrets/collection/login']",
      )
      await until(async () => !(await isOpen()))
    },
    async [Symbol.asyncDispose]() {
      const gone = once(daemon, 'exit')
      if (daemon.exitCode === null && daemon.signalCode === null && daemon.kill()) await gone
    },
  }
}
