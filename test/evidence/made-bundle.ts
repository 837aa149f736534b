import { digestBytes } from '#crypto/digest'
import { checkpointDigest } from '#evidence/anchor'
import { type BundleParts, writeBundle } from '#evidence/bundle'
import { STRICT_RULES } from '#evidence/chain-rules'
import { cosigner } from '#evidence/note-signer'
import { type Opening, sealValue } from '#evidence/opening'
import type { Replay, ReplayInput } from '#evidence/replay'
import { formatNote, parseNote } from '#evidence/signed-note'
import { parseTrustPolicy } from '#evidence/trust-policy'
import { type Report, verifyEvidence } from '#evidence/verify'
import { seededRandom } from '../support/fixtures.ts'
import { MadeLog, madeKey } from './made-log.ts'
import {
  answered,
  digest,
  GATEWAY,
  holderLog,
  holderSteps,
  RELEASE,
  standing,
  TAX,
} from './made-story.ts'

/** Two "ciphertexts" and an addition that is none: what is tested is what is fed to it. */
export const CIPHERTEXTS = new Map(
  TAX.map((holder) => {
    const bytes = Buffer.from(`ciphertext of ${holder}`)
    return [digestBytes(bytes) as string, bytes] as const
  }),
)
const sumOf = (inputs: readonly ReplayInput[]) =>
  digestBytes(
    Buffer.concat(inputs.flatMap(({ parts }) => parts.flatMap((part) => part.ciphertexts))),
  )

export const replay: Replay = (inputs, sum) => sumOf(inputs) === sum

export const REFERENCE = sealValue('QRT-2025-000123', seededRandom('reference'))

/** The opened submission of the holder at that place. */
export function submissionOf(at: number): Opening {
  return submissionNaming([[...CIPHERTEXTS.keys()][at] ?? ''])
}

/** An opened submission whose one part says that these are its ciphertexts. */
export function submissionNaming(ciphertexts: unknown): Opening {
  const parts = [{ part: 'tax', ciphertexts }]
  const payload = Buffer.from(JSON.stringify({ parts })).toString('base64url')
  const text = JSON.stringify({ sid: digest('sid'), submission: `e30.${payload}.AA` })
  const label = 'baotu/submission'
  return { digest: digestBytes(Buffer.from(`${label}\0${text}`)), label, text }
}

const recordedSum = sumOf(
  TAX.map((holder, at) => ({
    holder,
    parts: [{ part: 'tax', ciphertexts: [[...CIPHERTEXTS.values()][at] ?? Buffer.of()] }],
  })),
)

/** The logs of one answered question, the gateway's first, with what those submissions say. */
export function bundledLogs(submissions: readonly Opening[]): [MadeLog, ...MadeLog[]] {
  const gateway = new MadeLog('gateway.example/log', 'gateway')
  const release = new MadeLog('release.example/log', 'release')
  let at = 0
  for (const draft of [...standing(), ...answered('one')]) {
    if (draft.type === 'request.received') gateway.add({ ...draft, reference: REFERENCE.digest })
    else if (draft.type === 'input.submitted') {
      const submission = submissions[at]?.digest ?? ''
      gateway.add({ ...draft, submission, ciphertexts: [[...CIPHERTEXTS.keys()][at] ?? ''] })
      at += 1
    } else if (draft.type === 'release.sealed') {
      const sealed = { ...draft, inputs: [...CIPHERTEXTS.keys()], sum: recordedSum }
      for (const log of [gateway, release]) log.add(sealed)
    } else {
      gateway.add(draft)
      const isShared = draft.type === 'session.opened' || draft.type === 'session.transcript'
      if (isShared) release.add({ ...draft, actor: RELEASE })
    }
  }
  const holders = TAX.map((holder, i) => {
    const log = new MadeLog(holderLog(holder).origin, holder)
    const submission = submissions[i]?.digest ?? ''
    for (const step of holderSteps(holder)) {
      log.add(step.type === 'holder.submitted' ? { ...step, submission } : step)
    }
    return log
  })
  return [gateway, release, ...holders]
}

/** A policy that trusts exactly these logs. */
export function policyText(logs: readonly MadeLog[]): string {
  return `${logs.map((log) => `log ${log.signer.verifier.vkey}`).join('\n')}\nquorum none\n`
}

/** What goes into a signed bundle of these logs; two receipts among it. */
export async function bundleParts(
  logs: readonly [MadeLog, ...MadeLog[]],
  submissions: readonly Opening[],
): Promise<BundleParts> {
  const [gateway] = logs
  return {
    logs: logs.map((log) => ({ origin: log.origin, source: log, seen: [] })),
    policy: policyText(logs),
    rules: STRICT_RULES,
    receipts: [await gateway.receipt(18, 19), await gateway.receipt(9)],
    openings: [REFERENCE, ...submissions],
    ciphertexts: CIPHERTEXTS,
    signer: gateway.signer,
  }
}

/** Writes the bundle of the question, with these submissions in the place of the true ones. */
export async function madeBundle(
  folder: string,
  submissions: readonly Opening[] = TAX.map((_, at) => submissionOf(at)),
): Promise<[MadeLog, ...MadeLog[]]> {
  const logs = bundledLogs(submissions)
  await writeBundle(folder, await bundleParts(logs, submissions))
  return logs
}

/** A bundle that holds a file of every kind, and the reader's own policy for it. */
export async function wholeBundle(folder: string, isSigned: boolean) {
  const submissions = TAX.map((_, at) => submissionOf(at))
  const logs = bundledLogs(submissions)
  const [gateway] = logs
  const proof = Buffer.from('{"height":7}')
  const anchored = await gateway.checkpoint()
  gateway.add({
    ...{ type: 'anchor.placed', actor: GATEWAY, chain: 'QUANCHENG' },
    ...{ log: digestBytes(Buffer.from(gateway.origin)), checkpoint: checkpointDigest(anchored) },
    proof: digestBytes(proof),
  })
  const witness = cosigner('witness.example', madeKey('witness'))
  const { text, signatures } = parseNote(await gateway.checkpoint())
  const line = await witness.cosign(text, 1_800_000_000)
  const witnessed = {
    cosigned: formatNote({ text, signatures: [...signatures, line] }),
    seen: [await gateway.checkpoint(9)],
    anchors: [{ chain: 'QUANCHENG', note: anchored, proof }],
  }
  const { signer, ...parts } = await bundleParts(logs, submissions)
  const [first, ...others] = parts.logs
  const named = `witness ${witness.verifier.name} ${witness.verifier.vkey}\n`
  await writeBundle(folder, {
    ...parts,
    logs: [{ ...first, origin: gateway.origin, source: gateway, ...witnessed }, ...others],
    policy: named + policyText(logs),
    ...(isSigned && signer && { signer }),
  })
  return { logs, policy: parseTrustPolicy(named + policyText(logs)) }
}

/** Judges by a policy of one's own; by that of these logs unless told another. */
export function judged(
  folder: string,
  logs: readonly MadeLog[],
  policy = parseTrustPolicy(policyText(logs)),
): Report {
  return verifyEvidence(folder, { policy, rules: STRICT_RULES, replay })
}
