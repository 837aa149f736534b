import { open, seal } from '#crypto/envelope'
import type { SessionCell } from '#crypto/he/session-cells'
import { derivePadKey } from '#crypto/pads'
import { systemRandom } from '#crypto/random'
import { encodeAuditCopy } from '#protocol/audit-copy'
import type { Submission } from '#protocol/messages/session'
import { decodeReleasedTable, encodeReleasedTable, verdictsDigest } from '#protocol/release-result'
import { auditContext, resultContext } from '#protocol/sealing'
import { gateTable } from '#release/open-panels'
import { recomputeSums, sumsDigest } from '#release/recompute'
import { type Answer, answerOf } from '#sdk/answer'
import { unpadTable } from '#sdk/unpad'
import type { HolderRun } from './holder.ts'
import type { BenchmarkSession } from './session.ts'

const BANK = 'did:web:bank.example'
const AUDITOR = 'did:web:auditor.example'

/** The release authority's work on inputs that it has: add, decrypt, gate, seal. */
export async function releaseResult(
  { plan, product, controls, transcript, bank, auditor }: BenchmarkSession,
  runs: readonly HolderRun[],
  cell: SessionCell,
): Promise<Uint8Array> {
  const inputs = new Map(
    runs.flatMap(({ digests, ciphertexts }) =>
      digests.map((digest, index) => [digest, ciphertexts[index] ?? new Uint8Array()] as const),
    ),
  )
  const submissions = submissionsOf(plan.panels[0]?.roster ?? [], transcript, runs)
  const fetch = async (digest: string) => inputs.get(digest) ?? new Uint8Array()
  const sums = await recomputeSums(plan, submissions, fetch)
  sumsDigest(sums)
  const panels = [await cell.open(sums.flat())]
  const gated = gateTable(plan, product, panels, controls)
  if (gated === undefined) throw new Error('the sums are not those of the roster')
  const table = { transcript, salt: systemRandom(32), ...gated }
  verdictsDigest(table)
  await seal(
    { recipient: auditor.jwk, ...auditContext(transcript, AUDITOR) },
    encodeAuditCopy({ transcript, salt: table.salt, panels }),
  )
  return await seal(
    { recipient: bank.jwk, ...resultContext(transcript, BANK) },
    encodeReleasedTable(plan, table),
  )
}

/** The consumer's work on a result: open, check, take the pads away, derive the figures. */
export async function readResult(
  { plan, panel, transcript, padSeeds, bank }: BenchmarkSession,
  sealed: Uint8Array,
): Promise<Answer> {
  const opened = await open({ key: bank, ...resultContext(transcript, BANK) }, sealed)
  const table = decodeReleasedTable(plan, opened)
  verdictsDigest(table)
  const binding = { transcript, panelId: panel.part }
  const keys = padSeeds.map((seed) => derivePadKey(seed, binding))
  return answerOf(
    plan,
    table,
    unpadTable(plan, table, () => keys),
  )
}

function submissionsOf(
  roster: readonly string[],
  transcript: string,
  runs: readonly HolderRun[],
): Submission[] {
  return roster.map((holder, index) => ({
    type: 'baotu/submission@1',
    sid: transcript,
    transcript,
    holder,
    parts: [{ part: 'tax', ciphertexts: [...(runs[index]?.digests ?? [])] }],
  }))
}
