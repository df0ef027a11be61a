import { constants } from 'node:fs'
import { access, readdir, realpath } from 'node:fs/promises'
import { posix, win32 } from 'node:path'
import { askTool } from './run-tool.ts'
import { parseToolVersion, registryFolders, type ToolSet } from './tool-rules.ts'

/** The computer as the search sees it, so that a test can offer another one. */
export interface Computer {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  /** Names in a folder; none when there is no such folder. */
  list(folder: string): Promise<readonly string[]>
  /** Where a program really is, behind all links; undefined when it is not there or cannot be run. */
  program(path: string): Promise<string | undefined>
  /** What a program prints; rejects with a reason when it does not run. */
  ask(path: string, args: readonly string[]): Promise<string>
}

/** Tools that are there and cannot be used, for the technician who wonders why. */
export interface BrokenTools {
  readonly folder: string
  readonly reason: string
}

export interface ToolSearch {
  readonly found: readonly ToolSet[]
  readonly broken: readonly BrokenTools[]
}

/** All usable PostgreSQL client tools of this computer, the installers' folders before PATH. */
export const findToolSets = async (computer = thisComputer): Promise<readonly ToolSet[]> =>
  (await searchTools(computer)).found

/** The same with what was passed over. Every set found has just answered `pg_dump --version`. */
export async function searchTools(computer = thisComputer): Promise<ToolSearch> {
  const places = await usualFolders(computer)
  const real = await Promise.all(places.map((folder) => behindLinks(folder, computer)))
  const folders = new Set(real.filter((folder) => folder !== undefined))
  const looks = await Promise.all([...folders].map((folder) => lookAt(folder, computer)))
  return {
    found: looks.filter((look) => 'pgDump' in look),
    broken: looks.filter((look) => 'reason' in look),
  }
}

/** What was passed over and why, a line each, for the detail of a fault. */
export const passedOver = (broken: readonly BrokenTools[]): string[] =>
  broken.map(({ folder, reason }) => `Not usable: ${folder}: ${reason}`)

/** The folder where pg_dump really is. Debian's /usr/bin/pg_dump leads to a script that guesses a version. */
async function behindLinks(folder: string, computer: Computer): Promise<string | undefined> {
  const paths = pathsOf(computer)
  const name = fileName('pg_dump', computer)
  const real = await computer.program(paths.join(folder, name))
  return real !== undefined && paths.basename(real).toLowerCase() === name ? paths.dirname(real) : undefined
}

async function lookAt(folder: string, computer: Computer): Promise<ToolSet | BrokenTools> {
  const locate = (program: string): Promise<string | undefined> =>
    computer.program(pathsOf(computer).join(folder, fileName(program, computer)))
  const [pgDump, pgDumpall, pgRestore, psql, initdb, pgCtl, postgres] = await Promise.all(
    ['pg_dump', 'pg_dumpall', 'pg_restore', 'psql', 'initdb', 'pg_ctl', 'postgres'].map(locate),
  )
  if (!pgDump || !pgDumpall || !pgRestore || !psql) {
    return { folder, reason: 'pg_dump, pg_dumpall, pg_restore and psql are not all there.' }
  }
  try {
    const answer = await computer.ask(pgDump, ['--version'])
    const version = parseToolVersion(answer)
    if (!version) return { folder, reason: `pg_dump --version answered: ${answer.slice(0, 200)}` }
    const serverPrograms = {
      ...(initdb && { initdb }),
      ...(pgCtl && { pgCtl }),
      ...(postgres && { postgres }),
    }
    return { folder, ...version, pgDump, pgDumpall, pgRestore, psql, ...serverPrograms }
  } catch (error) {
    return { folder, reason: error instanceof Error ? error.message : String(error) }
  }
}

/** Where installers put the tools, then the folders of PATH. Many of these do not exist. */
async function usualFolders(computer: Computer): Promise<readonly string[]> {
  const paths = pathsOf(computer)
  const path = computer.env['PATH'] ?? computer.env['Path'] ?? ''
  const onPath = path.split(paths.delimiter).filter((folder) => paths.isAbsolute(folder))
  const search = { win32: windowsFolders, darwin: macFolders }[computer.platform as string] ?? linuxFolders
  return [...(await search(computer)), ...onPath]
}

async function linuxFolders(computer: Computer): Promise<readonly string[]> {
  return [
    ...(await each('/usr/lib/postgresql', /^\d/, computer)),
    ...(await each('/usr', /^pgsql-/, computer)),
  ]
}

/** Homebrew on Apple and Intel processors, Postgres.app, the installer from EnterpriseDB. */
async function macFolders(computer: Computer): Promise<readonly string[]> {
  const places = [
    each('/opt/homebrew/opt', /^(?:postgresql|libpq)/, computer),
    each('/usr/local/opt', /^(?:postgresql|libpq)/, computer),
    each('/Applications/Postgres.app/Contents/Versions', /^\d/, computer),
    each('/Library/PostgreSQL', /^\d/, computer),
  ]
  return (await Promise.all(places)).flat()
}

async function windowsFolders(computer: Computer): Promise<readonly string[]> {
  const { env } = computer
  const programFolders = [env['ProgramW6432'], env['ProgramFiles'], env['ProgramFiles(x86)']]
  const usual = programFolders.filter((folder) => folder !== undefined)
  const installed = await Promise.all(
    usual.map((folder) => each(win32.join(folder, 'PostgreSQL'), /^\d/, computer)),
  )
  return [...(await registered(computer)), ...installed.flat()]
}

/** What the installers left in the registry. A 64-bit and a 32-bit program see different halves of it. */
async function registered(computer: Computer): Promise<readonly string[]> {
  const reg = win32.join(computer.env['SystemRoot'] ?? String.raw`C:\Windows`, 'System32', 'reg.exe')
  const key = String.raw`HKLM\SOFTWARE\PostgreSQL\Installations`
  const answers = await Promise.all(
    ['/reg:64', '/reg:32'].map((view) => computer.ask(reg, ['query', key, '/s', view]).catch(() => '')),
  )
  return answers.flatMap(registryFolders).map((folder) => win32.join(folder, 'bin'))
}

/** The `bin` folders of all versions that are side by side in one folder. */
async function each(folder: string, name: RegExp, computer: Computer): Promise<readonly string[]> {
  const names = await computer.list(folder)
  return names.filter((one) => name.test(one)).map((one) => pathsOf(computer).join(folder, one, 'bin'))
}

const pathsOf = ({ platform }: Computer): typeof posix => (platform === 'win32' ? win32 : posix)
const fileName = (program: string, { platform }: Computer): string =>
  platform === 'win32' ? `${program}.exe` : program

const answerLimitMs = 10_000

const thisComputer: Computer = {
  platform: process.platform,
  env: process.env,
  list: (folder) => readdir(folder).catch(() => []),
  program: async (path) => {
    try {
      await access(path, constants.X_OK)
      return await realpath(path)
    } catch {
      return undefined
    }
  },
  ask: async (path, args) => {
    const { text, end } = await askTool(path, args, { timeLimitMs: answerLimitMs })
    if (end.how === 'exited' && end.code === 0) return text
    throw new Error(
      `${path} ended with ${end.code ?? end.signal ?? end.how}. ${end.stderr.slice(-500)}`.trim(),
    )
  },
}
