import { type Digest, type Preimage, preimageOf } from '#crypto/digest'
import { ProtocolError } from './errors.ts'
import type { Panel, Plan } from './plans/plan.ts'

/** What the release authority opened of one panel: sums over its holders, modulo 2^50. */
export interface ReleasedPanel {
  /** The padded canary of the value region of each ciphertext. */
  readonly canaries: readonly bigint[]
  /** Per group: n and the n of each flag. Zeros for a withheld group. */
  readonly counts: readonly (readonly bigint[])[]
  /** Per group: the padded value coefficients. Zeros for a withheld group. */
  readonly values: readonly (readonly bigint[])[]
}

/** What is sealed to the consumer. One verdict per group covers all its measures. */
export interface ReleasedTable {
  readonly transcript: Digest
  /** Salt of the verdicts' digest in the log, 32 bytes. */
  readonly salt: Uint8Array
  readonly verdicts: readonly boolean[]
  readonly panels: readonly ReleasedPanel[]
}

const HEAD_BYTES = 64

/**
 * Fixed layout, so that its length tells only the plan: H, salt, then little-endian 64-bit words:
 * one per verdict; per panel its canaries, then per group its counts and its values.
 */
export function encodeReleasedTable(plan: Plan, table: ReleasedTable): Uint8Array {
  const words = [
    ...table.verdicts.map((passes) => (passes ? 1n : 0n)),
    ...table.panels.flatMap(({ canaries, counts, values }) => [
      ...canaries,
      ...counts.flatMap((slots, group) => [...slots, ...(values[group] ?? [])]),
    ]),
  ]
  if (words.length !== wordsOf(plan)) throw new ProtocolError('RESULT_REFUSED', 'not of the plan')
  const bytes = new Uint8Array(HEAD_BYTES + 8 * words.length)
  bytes.set(Buffer.from(table.transcript.slice('sha256-'.length), 'hex'))
  bytes.set(table.salt, 32)
  const view = new DataView(bytes.buffer, HEAD_BYTES)
  words.forEach((word, index) => {
    view.setBigUint64(8 * index, word, true)
  })
  return bytes
}

/** The length of every released table of a plan; its sealed form is one envelope longer. */
export function releasedTableBytes(plan: Plan): number {
  return HEAD_BYTES + 8 * wordsOf(plan)
}

/** Reads what `encodeReleasedTable` wrote. Throws `RESULT_REFUSED` for any other length or bit. */
export function decodeReleasedTable(plan: Plan, bytes: Uint8Array): ReleasedTable {
  if (bytes.length !== HEAD_BYTES + 8 * wordsOf(plan)) {
    throw new ProtocolError('RESULT_REFUSED', 'the released table is not of the planned length')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + HEAD_BYTES)
  let at = 0
  const take = (count: number) =>
    Array.from({ length: count }, () => view.getBigUint64(8 * at++, true))
  const verdicts = take(plan.groups).map((word) => {
    if (word > 1n) throw new ProtocolError('RESULT_REFUSED', 'a verdict is neither 0 nor 1')
    return word === 1n
  })
  const panels = plan.panels.map((panel) => {
    const canaries = take(panel.layout.ciphertexts)
    const groups = Array.from({ length: plan.groups }, () => ({
      counts: take(countsOf(panel)),
      values: take(panel.layout.valueSlots),
    }))
    return {
      canaries,
      counts: groups.map(({ counts }) => counts),
      values: groups.map(({ values }) => values),
    }
  })
  const transcript = `sha256-${Buffer.from(bytes.subarray(0, 32)).toString('hex')}` as Digest
  return { transcript, salt: bytes.slice(32, HEAD_BYTES), verdicts, panels }
}

/** What the log holds of the verdicts: nothing without the salt, which only C and U are sealed. */
export function verdictsDigest(table: Pick<ReleasedTable, VerdictPart>): Digest {
  return verdictsPreimage(table).digest
}

type VerdictPart = 'transcript' | 'salt' | 'verdicts'

/** The same with its preimage: which groups pass, as one text of 1 and 0, and the salt. */
export function verdictsPreimage(table: Pick<ReleasedTable, VerdictPart>): Preimage {
  const { transcript, salt, verdicts } = table
  return preimageOf('baotu/p1/v1/verdicts', {
    transcript,
    salt: Buffer.from(salt).toString('base64url'),
    verdicts: verdicts.map((passes) => (passes ? '1' : '0')).join(''),
  })
}

function wordsOf(plan: Plan): number {
  return plan.panels.reduce(
    (words, panel) =>
      words + panel.layout.ciphertexts + plan.groups * (countsOf(panel) + panel.layout.valueSlots),
    plan.groups,
  )
}

function countsOf({ question }: Panel): number {
  return 1 + question.flags.length
}
