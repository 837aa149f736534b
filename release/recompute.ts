import { digestBytes } from '#crypto/digest'
import { createSum } from '#crypto/he/evaluate'
import { parameterSet } from '#crypto/he/parameters'
import { type Residues, unpackCiphertext } from '#crypto/he/wire'
import { ProtocolError } from '#protocol/errors'
import type { Submission } from '#protocol/messages/session'
import type { Panel, Plan } from '#protocol/plans/plan'

/** Fetches one submitted ciphertext by the digest that its holder signed. */
export type FetchCiphertext = (digest: string) => Promise<Uint8Array>

/**
 * The sums that may be decrypted: recomputed here, from ciphertexts whose digests the holders
 * signed, by integer addition of validated residues (protocols.md, rule 2). Panel, ciphertext.
 * A ciphertext that is missing, changed or malformed throws; nothing foreign reaches SEAL.
 */
export async function recomputeSums(
  plan: Plan,
  submissions: readonly Submission[],
  fetch: FetchCiphertext,
): Promise<Residues[][]> {
  const sums: Residues[][] = []
  for (const panel of plan.panels) {
    const rows = panel.roster.map((holder) => ciphertextsOf(panel, holder, submissions))
    const panelSums: Residues[] = []
    for (let index = 0; index < panel.layout.ciphertexts; index += 1) {
      panelSums.push(
        await addColumn(
          rows.map((row) => row[index] ?? ''),
          fetch,
        ),
      )
    }
    sums.push(panelSums)
  }
  return sums
}

async function addColumn(digests: readonly string[], fetch: FetchCiphertext): Promise<Residues> {
  const sum = createSum(parameterSet('TAB'))
  for (const digest of digests) {
    const bytes = await fetch(digest)
    if (digestBytes(bytes) !== digest) throw rejected('a ciphertext is not the one that was signed')
    sum.add(unpackCiphertext(bytes))
  }
  return sum.finish()
}

function ciphertextsOf(panel: Panel, holder: string, submissions: readonly Submission[]) {
  const submission = submissions.find((candidate) => candidate.holder === holder)
  const part = submission?.parts.find((candidate) => candidate.part === panel.part)
  if (part?.ciphertexts.length !== panel.layout.ciphertexts) {
    throw rejected('a submission has not the ciphertexts of the plan')
  }
  return part.ciphertexts
}

function rejected(message: string): ProtocolError {
  return new ProtocolError('SESSION_MISMATCH', message)
}
