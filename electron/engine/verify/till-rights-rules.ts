import type { Difference } from './compare-fingerprints-rules.ts'

/** What came of a restore by a login that is no superuser, without what its rights alone explain. */
export interface Fair {
  readonly differences: readonly Difference[]
  readonly notes: readonly string[]
  /** What the login may not do, so that nothing can be said about the backup. */
  readonly denied: Difference | undefined
}

/** As an entry of an archive, as the statement that made it, and as the fingerprint lists it. */
const eventTrigger = /^(?:(?:CREATE|ALTER|COMMENT|COMMENT ON) )?EVENT TRIGGER /i
const comment = /^COMMENT /
/** As servers say it in English, German and Spanish. */
const refusal =
  /permission denied|must be (?:owner|superuser|member)|role "[^"]*" does not exist|keine Berechtigung|nur (?:Superuser|Eigentümer)|permiso denegado|debe ser (?:dueño|superusuario)/i

const isRefused = ({ found }: Difference): boolean => refusal.test(found)
const isTrigger = ({ object }: Difference): boolean => eventTrigger.test(object)
const isComment = (one: Difference): boolean => comment.test(one.object) && isRefused(one)

/**
 * Takes out of the differences what only a superuser may make: event triggers, and comments on what belongs to one.
 * Neither holds a row. Anything else that was refused is `denied`: it is no difference, and it is not proven either.
 */
export function withoutRights(differences: readonly Difference[]): Fair {
  const rest = differences.filter((one) => !isTrigger(one) && !isComment(one))
  return {
    differences: rest,
    notes: [
      ...(differences.some(isTrigger)
        ? ['Event triggers were left out: only a superuser of the till may make them.']
        : []),
      ...(differences.some((one) => isComment(one) && !isTrigger(one))
        ? ['Comments on what belongs to a superuser of the till were left out.']
        : []),
    ],
    denied: rest.find(isRefused),
  }
}
