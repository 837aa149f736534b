/** What the logs say of a sandbox job that made a result. Node only. */
import type { EntryIndex, Recorded } from './entry-index.ts'

export interface JobTrace {
  readonly digest: string
  readonly registered: Recorded<'job.registered'> | undefined
  readonly started: Recorded<'job.started'> | undefined
  readonly finished: Recorded<'job.finished'> | undefined
  readonly judged: readonly Recorded<'disclosure.judged'>[]
  readonly reviewed: readonly Recorded<'review.decided'>[]
}

/** Gathers by digest alone. */
export function traceJob(index: EntryIndex, job: string, request: string): JobTrace {
  const ofRequest = index.naming('job.finished', request)
  const finished = ofRequest.find(({ entry }) => entry.job === job)
  return {
    digest: job,
    registered: index.naming('job.registered', job)[0],
    started: index.naming('job.started', request).find(({ entry }) => entry.job === job),
    finished,
    judged: index.naming('disclosure.judged', request),
    reviewed: finished ? index.naming('review.decided', finished.entry.output) : [],
  }
}
