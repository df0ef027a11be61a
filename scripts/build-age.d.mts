export function isBuildOutOfDate(projectRoot: string): boolean
