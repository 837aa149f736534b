/**
 * Judges the lineage of one delivered result: every link there, in force when the request was
 * decided, and saying the same as its neighbours. Node only.
 */
import type { ChainRules } from './chain-rules.ts'
import { checkAuthority } from './check-authority.ts'
import { checkHolders } from './check-holder.ts'
import { checkJob } from './check-job.ts'
import { checkRelease, checkSession } from './check-release.ts'
import { isPermitting } from './decision-code.ts'
import { type Defect, disagrees, missing, mustPrecede } from './defect.ts'
import type { Finding } from './finding.ts'
import type { Lineage } from './lineage.ts'

/** Every defect that counts under `rules`, named at the sequence number that it concerns. */
export function checkChain(lineage: Lineage, rules: ChainRules): Finding[] {
  return [...chainDefects(lineage)]
    .filter(({ link }) => link === undefined || rules.require.has(link))
    .map(({ code, at, detail }) => ({ code, log: at.log, index: at.index, detail }))
}

function* chainDefects(lineage: Lineage): Generator<Defect> {
  yield* decisionDefects(lineage)
  if (lineage.decided) yield* checkAuthority(lineage, lineage.decided)
  const { delivered, budgets, metered, job, transcript } = lineage
  if (job) yield* checkJob(lineage, job)
  if (!job || delivered.entry.transcript) {
    yield* checkSession(lineage)
    if (transcript) yield* checkHolders(lineage, transcript)
    yield* checkRelease(lineage)
  }
  if (budgets.length === 0) yield missing(delivered, 'budget.reserved', 'budget')
  if (metered.length === 0) yield missing(delivered, 'meter.counted', 'meter')
}

function* decisionDefects({ received, decided, delivered }: Lineage): Generator<Defect> {
  if (received === undefined) yield missing(delivered, 'request.received')
  if (decided === undefined) return yield missing(delivered, 'request.decided')
  yield* mustPrecede(decided, delivered)
  if (!isPermitting(decided.entry.decision)) {
    yield disagrees(delivered, 'delivered although the decision was a refusal')
  }
  if (received === undefined) return
  yield* mustPrecede(received, decided)
  if (received.entry.contract !== decided.entry.contract) {
    yield disagrees(decided, 'decided under another contract than was asked under')
  }
  if (received.entry.consumer !== delivered.entry.recipient) {
    yield disagrees(delivered, 'delivered to another than who asked')
  }
}
