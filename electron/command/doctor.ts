import { latestIntact, totals } from '../engine/catalogue/backups.ts'
import type { Engine } from '../engine/engine.ts'
import { examineClock, examineTools } from './doctor-computer.ts'
import { examine, ok, type Check } from './doctor-check.ts'
import { examineFolder } from './doctor-folder.ts'
import { examineKeys } from './doctor-keys.ts'
import { examineServer } from './doctor-server.ts'
import { exitCodes } from './exit-codes.ts'
import { answer } from './output.ts'
import type { Context, Verb } from './verb.ts'
import { withSite } from './with-site.ts'
import { counted, sizeOf } from './words-rules.ts'

/** `larder doctor`: looks at everything that a backup needs, and says what to do about what is missing. */
export const addDoctor: Verb = (larder, act) => {
  larder
    .command('doctor')
    .description('look at everything a backup needs: tools, login, rights, folder, space, clock, keys')
    .action(() => act(doctor))
}

async function doctor(context: Context) {
  const tools = await examineTools()
  // A site that cannot be opened, for whatever reason, is a finding like the others.
  const site = await examine('settings', () => withSite(context, examineSite))
  const checks = [...tools, ...site]
  answer(context, { checks }, () => inWords(checks))
  return checks.some(({ state }) => state === 'problem') ? exitCodes.failed : exitCodes.done
}

async function examineSite({ site, knownDatabases }: Engine): Promise<readonly Check[]> {
  const { catalogue, settings, world } = site
  const { count, bytes } = totals(catalogue)
  const server = await examineServer(site)
  const newest = knownDatabases
    .map((name) => latestIntact(catalogue, name)?.takenAt ?? '')
    .toSorted()
    .at(-1)
  return [
    ok('settings', `${settings.site.name}, ${settings.plan.kind} plan, in ${world.dataFolder}`),
    ok('catalogue', `readable: ${counted(count, 'backup')}, ${sizeOf(bytes)}`),
    ...(await examineKeys(site)),
    ...server.checks,
    ...(await examineFolder(site, server.looked)),
    examineClock({ now: world.now(), serverNow: server.serverNow, newestBackup: newest || undefined }),
  ]
}

const labels: Record<Check['state'], string> = { ok: 'ok', warning: 'WARNING', problem: 'PROBLEM' }

function inWords(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length))
  const indent = ' '.repeat(9 + width + 2)
  const lines = checks.flatMap(({ state, name, text, next }) => [
    `${labels[state].padEnd(9)}${name.padEnd(width)}  ${text}`,
    ...(next === undefined ? [] : [`${indent}→ ${next}`]),
  ])
  return [...lines, '', closing(checks)].join('\n')
}

function closing(checks: readonly Check[]): string {
  const many = (wanted: Check['state']): number => checks.filter(({ state }) => state === wanted).length
  if (many('problem') > 0) return `${counted(many('problem'), 'problem')}: backups will not work like this.`
  return many('warning') > 0 ? `No problem, ${counted(many('warning'), 'warning')}.` : 'All is well.'
}
