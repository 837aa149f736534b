/** Session, inputs and release: did every holder take part once, and was one result made of them? */
import { type Defect, disagrees, missing } from './defect.ts'
import type { EntryType } from './entry-fields.ts'
import type { Recorded } from './entry-index.ts'
import type { Lineage } from './lineage.ts'
import { isLogOf } from './log-owner.ts'

export function* checkSession(lineage: Lineage): Generator<Defect> {
  const { transcript, transcripts, delivered, voided, inputs, plan, openings } = lineage
  const isOwn = ({ log }: Recorded) => log === delivered.log
  if (!transcripts.some(isOwn)) yield missing(delivered, 'session.transcript')
  if (transcript === undefined) return
  if (!openings.some(isOwn)) yield missing(transcript, 'session.opened', 'release')
  if (plan === undefined) yield missing(transcript, 'plan.made', 'product')
  for (const opening of openings) {
    const isSame = opening.entry.release === openings[0]?.entry.release
    if (!isSame) yield disagrees(opening, 'opened by another release authority')
    if (plan && opening.entry.plan !== plan.entry.plan) {
      yield disagrees(opening, 'a session of another plan')
    }
  }
  if (transcript.entry.request !== delivered.entry.request) {
    yield disagrees(transcript, 'session of another request')
  }
  for (const record of voided) {
    const named = record.entry.transcript ?? transcript.entry.transcript
    if (named === transcript.entry.transcript) yield disagrees(record, 'delivered although voided')
  }
  const roster = rosterIn(transcripts, transcript.log)
  for (const other of transcripts) {
    const isSame = rosterIn(transcripts, other.log).symmetricDifference(roster).size === 0
    if (!isSame) yield disagrees(other, 'another roster of the same session')
  }
  for (const holder of roster) {
    const own = inputs.filter(({ entry }) => entry.holder === holder)
    if (own.length === 0) yield missing(transcript, `input.submitted of ${holder}`)
    const other = own.find(({ entry }) => entry.submission !== own[0]?.entry.submission)
    if (other) yield disagrees(other, 'a second submission of one holder')
  }
  for (const input of inputs) {
    if (!roster.has(input.entry.holder))
      yield disagrees(input, 'input of a holder outside the roster')
  }
}

// A long roster is told in several records of one log.
function rosterIn(transcripts: Lineage['transcripts'], log: string): Set<string> {
  const own = transcripts.filter((record) => record.log === log)
  return new Set(own.flatMap(({ entry }) => entry.holders))
}

export function* checkRelease(lineage: Lineage): Generator<Defect> {
  const { sealed, delivered, inputs, moreInputs, submitted } = lineage
  const own = sealed.find(({ log, entry }) => {
    return log === delivered.log && entry.result === delivered.entry.result
  })
  if (own === undefined) return yield missing(delivered, 'release.sealed')
  for (const { log, index, entry } of sealed) {
    const isSame = (['result', 'audit', 'verdicts'] as const).every((field) => {
      return entry[field] === own.entry[field]
    })
    if (!isSame) yield disagrees({ log, index, entry }, 'a second release of one session')
  }
  yield* checkReleaser(lineage, own)
  const relayed = new Set(inputs.flatMap(({ entry }) => entry.ciphertexts))
  for (const record of sealed) {
    const told = [...sealed, ...moreInputs].filter(({ log }) => log === record.log)
    const used = new Set(told.flatMap(({ entry }) => entry.inputs))
    if (!used.isSubsetOf(relayed)) yield disagrees(record, 'released from an unknown input')
    if (!relayed.isSubsetOf(used)) yield disagrees(record, 'released without a submitted input')
  }
  const submissions = new Set(inputs.map(({ entry }) => entry.submission))
  for (const mine of submitted) {
    if (!submissions.has(mine.entry.submission)) {
      yield disagrees(mine, 'the holder submitted something else')
    }
  }
}

// Whoever relays a release can write that there was one; only the log of who made it proves it.
function* checkReleaser(lineage: Lineage, own: Recorded): Generator<Defect> {
  const release = lineage.opened?.entry.release
  if (release === undefined) return
  const { openings, transcripts, sealed } = lineage
  const steps: readonly (readonly [EntryType, readonly Recorded[]])[] = [
    ['session.opened', openings],
    ['session.transcript', transcripts],
    ['release.sealed', sealed],
  ]
  for (const [type, records] of steps) {
    const isRecorded = records.some(({ log, entry }) => {
      return entry.actor === release && isLogOf(log, release)
    })
    if (!isRecorded) yield missing(own, `${type} of ${release}`, 'release')
  }
}
