/** The sentences of what came of restores, and of taking them back. Part of the texts of restoring. */
export const restoredTexts = {
  result: {
    restored: {
      replace: (name: string, when: string) =>
        `${name} holds the backup of ${when} again, equal in every table.`,
      into: (name: string, when: string) => `${name} holds the backup of ${when}, equal in every table.`,
      undo: (name: string) => `${name} is again what it was before the restore.`,
    },
    'restored-with-differences': {
      replace: (name: string, when: string) =>
        `${name} holds the backup of ${when} again. Every row is there; what differs is named below.`,
      into: (name: string, when: string) =>
        `${name} holds the backup of ${when}. Every row is there; what differs is named below.`,
      undo: (name: string) => `${name} is again what it was before the restore. What differs is named below.`,
    },
    'not-restored': {
      replace: (name: string, _when: string) => `${name} is exactly as it was.`,
      into: (name: string, _when: string) => `There is no ${name}, and the till is exactly as it was.`,
      undo: (name: string) => `${name} is exactly as the restore left it.`,
    },
    words: {
      restored: 'Restored',
      'restored-with-differences': 'Restored, with differences',
      'not-restored': 'Not restored',
    },
    undoWords: {
      restored: 'Undone',
      'restored-with-differences': 'Undone, with differences',
      'not-restored': 'Not undone',
    },
    asItWas: (name: string) => `${name} is exactly as it was.`,
    instead:
      'What came of this backup beside the till was not what was taken, so nothing changed places. Do not rely on this backup; try an earlier one.',
    unknown:
      'How this restore ended is not known here. Today and the list of restores show what became of it.',
    unknownWord: 'Not known',
    facts: 'In figures',
    took: 'Took',
    downtime: 'Till cut off for',
    never: 'not at all',
    keptAs: 'Before it, kept as',
    putAsideAs: 'Restored data, kept as',
    keptUntil: 'Kept until',
    safety: 'Safety backup',
    safetyTaken: 'taken first',
    safetyNone: 'none was taken',
    differences: 'What differs',
    notes: 'Notes',
    after: 'The program that ran afterwards',
    afterDone: (command: string) => `${command} ended well.`,
    afterFailed: (command: string, code: string) =>
      `${command} ended with code ${code}. The restored data is in place; what this program was to do may be missing.`,
    afterNever: (command: string) =>
      `${command} did not start or was ended. The restored data is in place; what this program was to do is missing.`,
    noOutput: 'It printed nothing.',
    report: 'Open report',
    today: 'Go to Today',
    again: 'Back to the question',
    someWhen: 'an unknown time',
  },
  kept: {
    restored: (name: string, to: string, at: string) => `You restored ${name} to ${to}, at ${at}`,
    undone: (name: string, at: string) => `You put ${name} back to before its restore, at ${at}`,
    what: {
      replace: 'What was there before is kept as',
      undo: 'What the restore had put there is kept as',
    },
    until: (when: string) => `until ${when}.`,
    untilUnknown: '; until when is not known.',
    undo: 'Undo',
    undoNamed: (name: string) => `Undo the restore of ${name}`,
    again: 'Change back',
    release: 'Release…',
    releaseNamed: (name: string) => `Release ${name}`,
  },
  undo: {
    title: (name: string) => `Put ${name} back to what it was?`,
    text: (name: string) =>
      `Both databases change names again. ${name} is cut off for a moment, usually under two seconds.`,
    rows: 'Rows entered since the restore are not in what comes back. They stay in the database that is put aside, and nothing is deleted.',
    action: (name: string) => `Put ${name} back`,
    cancel: 'Leave it as it is',
  },
  release: {
    title: 'Release what was kept?',
    text: (kept: string) =>
      `The database ${kept} is deleted from the server and its room is free again. The restore can then not be undone any more. The safety backup stays.`,
    type: 'Type the name of the database that is deleted',
    action: (kept: string) => `Delete ${kept}`,
    cancel: 'Keep it',
  },
  list: {
    title: 'Restores',
    caption: 'Restores and undos, newest first',
    when: 'Started',
    what: 'What',
    state: 'How it ended',
    report: 'Report',
    reportOf: (when: string) => `Open the report of the restore at ${when}`,
    open: (when: string, name: string) => `Show the restore of ${name} at ${when}`,
    more: 'Show all',
    kind: {
      replace: (name: string, to: string | null) => (to === null ? name : `${name} to ${to}`),
      into: (name: string, to: string | null) => (to === null ? `into ${name}` : `${to} into ${name}`),
      undo: (name: string, _to: string | null) => `${name} put back`,
    },
    states: {
      running: 'running',
      kept: 'restored, can be undone',
      done: 'restored',
      failed: 'not restored',
      undone: 'restored, later undone',
      released: 'restored, released',
    },
    undoStates: {
      running: 'running',
      kept: 'undone',
      done: 'undone',
      failed: 'not undone',
      undone: 'undone, later restored again',
      released: 'undone, released',
    },
    back: 'All backups',
    detail: (when: string) => `Restore at ${when}`,
    running: 'It is running now. Today shows how far it is.',
    none: 'It failed before anything came of it, and the till stayed as it was. The report has the reason.',
  },
}
