/** A sandbox job: the registered code ran on registered inputs, and its output was judged. */
import { type Defect, disagrees, missing, mustPrecede, notInForce } from './defect.ts'
import type { JobTrace } from './job-trace.ts'
import type { Lineage } from './lineage.ts'

export function* checkJob(lineage: Lineage, job: JobTrace): Generator<Defect> {
  const { delivered } = lineage
  const { registered, started, finished, judged, reviewed } = job
  if (registered === undefined) yield missing(delivered, 'job.registered')
  if (started === undefined) yield missing(delivered, 'job.started')
  if (finished === undefined) return yield missing(delivered, 'job.finished')
  yield* mustPrecede(finished, delivered)
  if (started) yield* mustPrecede(started, finished)
  if (registered && started) {
    yield* mustPrecede(registered, started)
    if (registered.entry.engine !== started.entry.engine) {
      yield disagrees(started, 'ran on another engine than was registered')
    }
  }
  if (judged.length === 0) yield missing(finished, 'disclosure.judged')
  if (reviewed.length === 0) yield missing(finished, 'review.decided', 'review')
  for (const review of reviewed) {
    if (review.entry.outcome !== 'APPROVED') yield notInForce(review, 'the review did not approve')
    if (review.entry.reviewer === lineage.received?.entry.consumer) {
      yield disagrees(review, 'reviewed by who asked')
    }
  }
}
