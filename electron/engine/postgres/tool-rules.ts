/** A PostgreSQL version. `versionNum` counts as the server does: 150018 for 15.18, 90624 for 9.6.24. */
export interface Version {
  readonly major: number
  readonly version: string
  readonly versionNum: number
}

/** The client tools of one PostgreSQL version, as absolute paths. The server's own programs may be missing. */
export interface ToolSet extends Version {
  readonly folder: string
  readonly pgDump: string
  readonly pgDumpall: string
  readonly pgRestore: string
  readonly psql: string
  readonly initdb?: string
  readonly pgCtl?: string
  readonly postgres?: string
}

/** What a rule answers when it has a fault to offer instead of a result. The shell throws it. */
export type ToolChoice<Tools> =
  | { readonly tools: Tools }
  | {
      readonly fault: 'TOOL_NOT_FOUND' | 'TOOL_TOO_OLD'
      readonly values: Readonly<Record<string, string>>
    }

/** Reads what `pg_dump --version` prints. Before a release (`19beta1`) the minor version counts as 0. */
export function parseToolVersion(output: string): Version | undefined {
  const found = /\(PostgreSQL\) ((\d+)(?:\.(\d+))?(?:\.(\d+))?\S*)/.exec(output)
  if (!found) return undefined
  const [, version = '', first = '0', second = '0', third = '0'] = found
  const major = Number(first)
  // Until 9.6 the first two numbers named the major version.
  const minor = major >= 10 ? Number(second) : Number(second) * 100 + Number(third)
  return { major, version, versionNum: major * 10_000 + minor }
}

export const majorOf = (versionNum: number): number => Math.floor(versionNum / 10_000)

/**
 * The tools for a server: its own major version in its newest minor, else the smallest newer major. pg_dump
 * refuses a newer server, and the newest pg_dump of all writes archives that an older server cannot take back.
 */
export function chooseToolSet<Tools extends Version>(
  sets: readonly Tools[],
  serverVersionNum: number,
): ToolChoice<Tools> {
  const [newest, ...others] = sets.toSorted((a, b) => b.versionNum - a.versionNum)
  if (!newest) return { fault: 'TOOL_NOT_FOUND', values: {} }
  const serverMajor = majorOf(serverVersionNum)
  if (newest.major < serverMajor) {
    return { fault: 'TOOL_TOO_OLD', values: { server: String(serverMajor), tool: newest.version } }
  }
  // From the newest down: the last change of major version that still fits is the one.
  const isCloser = (best: Tools, next: Tools): boolean => next.major >= serverMajor && next.major < best.major
  return { tools: others.reduce((best, next) => (isCloser(best, next) ? next : best), newest) }
}

/** What a server of its own needs, all of one version. */
export interface ServerPrograms extends Version {
  readonly initdb: string
  readonly pgCtl: string
  readonly postgres: string
}

/** The newest server programs of exactly this major version; undefined when there are none. */
export function chooseServer(sets: readonly ToolSet[], major: number): ServerPrograms | undefined {
  const whole = sets.flatMap(({ initdb, pgCtl, postgres, ...set }) =>
    set.major === major && initdb && pgCtl && postgres ? [{ ...set, initdb, pgCtl, postgres }] : [],
  )
  return whole.toSorted((a, b) => b.versionNum - a.versionNum)[0]
}

/** The folders in what `reg query …\\PostgreSQL\\Installations /s` prints: name, type, value, four spaces apart. */
export const registryFolders = (output: string): string[] =>
  [...output.matchAll(/^ +Base Directory +REG_SZ +(.+?)\r?$/gm)].flatMap(([, folder]) => folder ?? [])

/** Security fixes that a client may lack. The minor version that brought them, for each major version. */
const fixes = [
  {
    cve: 'CVE-2026-116314',
    tool: 'pg_restore',
    harm: 'a doctored archive takes over the computer that opens it with pg_restore',
    minors: new Map([
      [18, 7],
      [17, 12],
      [16, 16],
      [15, 20],
      [14, 25],
    ]),
  },
  {
    cve: 'CVE-2026-18408',
    tool: 'psql',
    harm: 'a doctored SQL file takes over the computer that runs it with psql',
    minors: new Map([
      [18, 6],
      [17, 11],
      [16, 15],
      [15, 19],
      [14, 24],
    ]),
  },
] as const
const oldestSupportedMajor = 14

/** Sentences for a technician about known holes in this client version. They stop nothing. */
export function toolWarnings(versionNum: number): string[] {
  const major = majorOf(versionNum)
  const minor = versionNum % 10_000
  if (major < oldestSupportedMajor) {
    return [`The PostgreSQL ${major} tools get no security fixes any more. Install newer ones.`]
  }
  return fixes.flatMap(({ cve, harm, minors }) => {
    const fixed = minors.get(major)
    if (fixed === undefined || minor >= fixed) return []
    return [
      `The PostgreSQL tools ${major}.${minor} have a known hole (${cve}): ${harm}. Update to ${major}.${fixed}.`,
    ]
  })
}

/**
 * Null when this client may open a file that a stranger made; otherwise the first version that may, of the same major
 * version where that still gets fixes.
 */
export function safeMinor(tool: 'pg_restore' | 'psql', versionNum: number): string | null {
  const major = Math.max(majorOf(versionNum), oldestSupportedMajor)
  const minor = fixes.find((fix) => fix.tool === tool)?.minors.get(major)
  return minor === undefined || versionNum >= major * 10_000 + minor ? null : `${major}.${minor}`
}
