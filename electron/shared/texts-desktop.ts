/** What tray, menu and pop-ups say. English; other languages follow the same keys. */
export const desktopTexts = {
  starting: 'Larder is starting.',
  notSetUp: 'Larder is not set up yet: nothing is being backed up.',
  failureTitle: (database: string) => `Backup of ${database} failed`,
  trayTitle: (sentence: string) => `Larder: ${sentence}`,
  backUpNow: 'Back up now',
  cancelBackup: 'Stop the running backup',
  open: 'Open Larder',
  quit: 'Quit (no backups while Larder is closed)',
  quitQuestion: 'A backup is running. Stop it and quit?',
  quitDetail: 'The unfinished file is removed. Earlier backups are untouched.',
  quitYes: 'Stop it and quit',
  quitNo: 'Keep going',
  saveKeyTitle: 'Save the recovery key',
  saveKeyName: (site: string) => `larder-recovery-key-${site.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}.txt`,
  chooseFolderTitle: 'Choose where backups go',
} as const
