import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { AnchorStore } from '#evidence/anchor-store'
import { type BundledLog, writeBundle } from '#evidence/bundle'
import { CHAIN_LINKS, type ChainLink, type ChainRules, type Names } from '#evidence/chain-rules'
import { logName } from '#evidence/log-owner'
import type { WitnessingParty } from '#evidence/party-witness'
import { parseTrustPolicy } from '#evidence/trust-policy'
import { spacePolicyText } from '#evidence/witness-quorum'
import { productDigest } from '#protocol/directory'
import type { Space } from './load-space.ts'
import { logKeepers, logSignerOf, openWitnessingParty } from './party-evidence.ts'
import { bodiesOf } from './party-plan.ts'
import { writePrivate } from './private-file.ts'
import { readPolicies } from './read-policies.ts'
import type { StateFolder } from './state-folder.ts'
import { witnessRound } from './witness-round.ts'

/** Exported evidence, and the trust policy that the auditor holds in its own folder. */
export interface ExportedEvidence {
  readonly folder: string
  readonly policyFile: string
}

/** What a space of this version demands of every delivered result. */
const REQUIRED: readonly ChainLink[] = CHAIN_LINKS.filter((link) => {
  return ['policy', 'budget', 'holder', 'release'].includes(link)
})

/**
 * Writes the logs of all parties as static files below the state folder, ready to be copied
 * anywhere, with what others hold of them and where they are anchored. The auditor's trust policy
 * names the parties' log keys, their witness keys and the quorum; it lies in the auditor's own
 * folder, since a policy inside the evidence proves only that the evidence agrees with itself.
 */
export async function exportEvidence(space: Space, state: StateFolder): Promise<ExportedEvidence> {
  const folder = path.join(state.path, 'evidence')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await using owned = new AsyncDisposableStack()
  const parties = await Promise.all(
    logKeepers(space).map((did) => openWitnessingParty(did, space, state, owned)),
  )
  const policy = policyOf(space, parties)
  const logs = await Promise.all(
    parties.map((party) => witnessedLog(party, parties, space, policy)),
  )
  const policyFile = path.join(state.partyFolder(space.file.auditor.did), 'trust-policy')
  await writePrivate(policyFile, policy)
  const signer = await logSignerOf(space.file.gateway.did, space, state)
  const parts = { logs, policy, rules: await rulesOf(space), signer }
  await writeBundle(folder, { ...parts, receipts: [], openings: [], ciphertexts: new Map() })
  return { folder, policyFile }
}

// The gateway's log is witnessed by all others, theirs by the gateway.
async function witnessedLog(
  party: WitnessingParty,
  parties: readonly WitnessingParty[],
  space: Space,
  policy: string,
): Promise<BundledLog> {
  const gateway = space.file.gateway.did
  const witnesses = parties.filter(({ did }) => (did === gateway) !== (party.did === gateway))
  const witnessed = await witnessRound(party, witnesses, parseTrustPolicy(policy))
  const { database, evidence: source } = party
  // Read before the log is: so each has its record in it.
  const anchors = await new AnchorStore(space.file.space).all(database.reader)
  return { origin: logName(party.did, space.file.space), source, anchors, ...witnessed }
}

function policyOf(space: Space, parties: readonly WitnessingParty[]): string {
  const keyOf = ({ cosigner }: WitnessingParty) => cosigner.verifier.vkey
  const isGateway = ({ did }: WitnessingParty) => did === space.file.gateway.did
  const [gateway = ''] = parties.filter(isGateway).map(keyOf)
  const peers = parties.filter((party) => !isGateway(party)).map(keyOf)
  const logs = parties.map(({ evidence }) => evidence.vkey)
  return spacePolicyText(logs, gateway, peers)
}

async function rulesOf(space: Space): Promise<ChainRules> {
  const names: Record<string, Names> = {}
  for (const { did, name } of bodiesOf(space)) names[did] = { zh: name.zh, en: name.en }
  for (const { product } of space.products) {
    names[productDigest(product)] = { zh: product.title.zh, en: product.title.en }
  }
  for (const { digest, id, title = id } of await readPolicies(space)) {
    names[digest] = { zh: title, en: title }
  }
  return { require: new Set(REQUIRED), names }
}
