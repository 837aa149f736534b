import { type Digest, digestBytes, digestOf } from '#crypto/digest'
import { createSum } from '#crypto/he/evaluate'
import { TAB } from '#crypto/he/parameters'
import type { Residues } from '#crypto/he/residues'
import { packResidues } from '#crypto/he/wire'
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

/** What the log holds of the sums: whoever adds the signed inputs again gets the same. */
export function sumsDigest(sums: readonly (readonly Residues[])[]): Digest {
  const digests = sums.flat().map((sum) => digestBytes(packResidues(sum)))
  return digestOf('baotu/p1/v1/sums', digests)
}

async function addColumn(digests: readonly string[], fetch: FetchCiphertext): Promise<Residues> {
  const sum = createSum(TAB)
  for (const digest of digests) {
    const bytes = await fetch(digest)
    if (digestBytes(bytes) !== digest) throw rejected('a ciphertext is not the one that was signed')
    sum.add(bytes)
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
