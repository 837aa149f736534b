/** Session, inputs and release: did every holder take part once, and was one result made of them? */
import { type Defect, disagrees, missing } from './defect.ts'
import type { Lineage } from './lineage.ts'

export function* checkSession(lineage: Lineage): Generator<Defect> {
  const { transcript, transcripts, delivered, voided, inputs } = lineage
  if (transcript === undefined) return yield missing(delivered, 'session.transcript')
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
  const { sealed, gated, delivered, inputs, moreInputs, submitted } = lineage
  const own = sealed.find(({ entry }) => entry.result === delivered.entry.result)
  if (own === undefined) return yield missing(delivered, 'release.sealed')
  for (const { log, index, entry } of sealed) {
    const isSame = entry.result === own.entry.result && entry.audit === own.entry.audit
    if (!isSame) yield disagrees({ log, index, entry }, 'a second release of one session')
  }
  for (const record of gated) {
    if (record.entry.verdicts !== own.entry.verdicts) yield disagrees(record, 'other verdicts')
  }
  const relayed = new Set(inputs.flatMap(({ entry }) => entry.ciphertexts))
  const used = new Set([...sealed, ...moreInputs].flatMap(({ entry }) => entry.inputs))
  if (!used.isSubsetOf(relayed)) yield disagrees(own, 'released from an unknown input')
  if (!relayed.isSubsetOf(used)) yield disagrees(own, 'released without a submitted input')
  const submissions = new Set(inputs.map(({ entry }) => entry.submission))
  for (const holder of new Set(inputs.map(({ entry }) => entry.holder))) {
    const isRecorded = submitted.some(({ entry }) => entry.actor === holder)
    if (!isRecorded) yield missing(own, `holder.submitted of ${holder}`, 'holder')
  }
  for (const mine of submitted) {
    if (!submissions.has(mine.entry.submission)) {
      yield disagrees(mine, 'the holder submitted something else')
    }
  }
}
