import type { Freeze, Retention, Verdict } from './retention-model.ts'

const counted = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`

const kept = (policy: Retention) => ({
  pinned: 'Pinned: never deleted.',
  safety: 'Taken before a restore: kept as long as that can be undone.',
  future: 'Dated in the future: kept, and not counted.',
  'not-good': 'Not known to be good: kept for a technician, and not counted.',
  newest: 'The newest that can be relied on.',
  recent: `This computer keeps everything of the last ${counted(policy.days.thisPc, 'day', 'days')}.`,
  daily: `One of ${counted(policy.daily, 'daily backup', 'daily backups')}.`,
  weekly: `One of ${counted(policy.weekly, 'weekly backup', 'weekly backups')}.`,
  monthly: `One of ${counted(policy.monthly, 'monthly backup', 'monthly backups')}.`,
  floor: `One of the ${policy.floor} proven backups that are never given up.`,
  frozen: 'Would be deleted, but nothing is deleted now.',
})

const tiersInWords = ({ daily, weekly, monthly }: Retention): string =>
  [
    [daily, 'daily'],
    [weekly, 'weekly'],
    [monthly, 'monthly'],
  ]
    .filter(([count]) => count !== 0)
    .map((tier) => tier.join(' '))
    .join(', ')

const deleted = (policy: Retention, standIn: string) => ({
  'day-kept': `Its day is kept by backup ${standIn}.`,
  'week-kept': `Its week is kept by backup ${standIn}.`,
  'month-kept': `Its month is kept by backup ${standIn}.`,
  outlived: `Older than all that the plan keeps: ${tiersInWords(policy)}.`,
  'held-farther': 'Old enough for this place, and held by a farther one.',
})

/** Why one backup stays or goes, in a sentence. */
export const sayVerdict = (verdict: Verdict, policy: Retention): string =>
  verdict.action === 'keep'
    ? kept(policy)[verdict.because]
    : deleted(policy, verdict.standIn ?? '')[verdict.because]

/** Why nothing is deleted, in a sentence. */
export const freezeTexts: Readonly<Record<Freeze, string>> = {
  clock:
    'The computer’s clock cannot be relied on just now. Nothing is deleted until it has been right for a while.',
  failed: 'The last backup of this database did not work. Nothing is deleted until one does.',
  'no-backup':
    'There was no good backup of this database yet since the list of backups was made. Nothing is deleted until there is one.',
  shrunk:
    'The newest backup is less than half as large as usual. Nothing is deleted until that is the usual size.',
  busy: 'A backup, check or restore of this database is under way. Nothing is deleted meanwhile.',
  folder: 'The backup folder is away, or is not this site’s. Nothing is deleted.',
  files: 'Files of backups that are counted on are not where they should be. Nothing is deleted.',
}
