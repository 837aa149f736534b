import path from 'node:path'
import { writeBundle } from '#evidence/bundle'
import { STRICT_RULES } from '#evidence/chain-rules'
import type { Evidence } from '#evidence/log'
import { parseVerifierKey } from '#evidence/note-key'
import { parseTrustPolicy } from '#evidence/trust-policy'
import { trustPolicyText } from '#evidence/trust-policy-text'
import { type Report, verifyEvidence } from '#evidence/verify'
import { spacePolicyText } from '#evidence/witness-quorum'
import { temporaryFolder } from '#test/evidence/made-folder'
import type { TapTest } from '#test/support/tap-test'
import type { Replica, TestGateway } from './gateway.ts'
import type { TestWitness, Witnesses } from './witness.ts'

/** The first replica of a test gateway. */
export function replicaOf({ replicas }: TestGateway): Replica {
  const [replica] = replicas
  if (replica === undefined) throw new Error('no replica')
  return replica
}

/** What a witness holds of the gateway's log. */
export async function heldBy(witness: TestWitness, gateway: TestGateway): Promise<string> {
  const { evidence } = replicaOf(gateway)
  const { store } = witness
  return (await store.latest(parseVerifierKey(evidence.vkey).name)) ?? ''
}

/** Exports logs with what others say of them, and judges them by the policy of the space. */
export async function verifyLogs(
  t: TapTest,
  gateway: TestGateway,
  peers: Witnesses,
  logs: readonly { evidence: Evidence; cosigned?: string; seen?: readonly string[] }[],
  isQuorumAsked = true,
): Promise<Report> {
  const folder = path.join(temporaryFolder(t), 'evidence')
  const vkeys = logs.map(({ evidence }) => evidence.vkey)
  const gatewayKey = replicaOf(gateway).cosigner.verifier.vkey
  const keys = Object.values(peers).map(({ listed }) => listed.witness)
  const policy = isQuorumAsked ? spacePolicyText(vkeys, gatewayKey, keys) : trustPolicyText(vkeys)
  const bundled = logs.map(({ evidence, ...more }) => {
    return { origin: parseVerifierKey(evidence.vkey).name, source: evidence, ...more }
  })
  const parts = { policy, rules: STRICT_RULES, receipts: [], openings: [] }
  await writeBundle(folder, { ...parts, logs: bundled, ciphertexts: new Map() })
  return verifyEvidence(folder, { policy: parseTrustPolicy(policy), rules: STRICT_RULES })
}
