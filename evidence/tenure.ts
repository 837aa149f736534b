import { latestBefore } from './defect.ts'
import type { EntryType } from './entry-fields.ts'
import type { EntryIndex, Recorded } from './entry-index.ts'
import { isLogOf } from './log-owner.ts'

/** The records about one thing that is issued, may be interrupted, and ends. */
export interface Tenure<Issued extends EntryType, Event extends EntryType> {
  readonly digest: string
  readonly issued: Recorded<Issued> | undefined
  readonly events: readonly Recorded<Event>[]
}

export interface PolicyTenure extends Tenure<'policy.enabled', 'policy.disabled'> {
  /** By its owner's own log, where the owner keeps one. */
  readonly published: Recorded<'policy.published'> | undefined
}

/**
 * A policy as whoever decided at `moment` had it in force, by that party's own log: enabled last
 * before then, where it was enabled more than once.
 */
export function policyTenure(index: EntryIndex, digest: string, moment: Recorded): PolicyTenure {
  const isOwn = ({ log }: Recorded) => log === moment.log
  const enabled = index.naming('policy.enabled', digest).filter(isOwn)
  return {
    digest,
    published: index.naming('policy.published', digest).find(({ log, entry }) => {
      return entry.policy === digest && isLogOf(log, entry.owner)
    }),
    issued: latestBefore(enabled, moment) ?? enabled[0],
    events: index.naming('policy.disabled', digest).filter(isOwn),
  }
}
