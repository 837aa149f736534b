import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { type BundledLog, writeBundle } from '#evidence/bundle'
import { CHAIN_LINKS, type ChainLink, type ChainRules, type Names } from '#evidence/chain-rules'
import { logDatabase } from '#evidence/log-database'
import { logName } from '#evidence/log-owner'
import { openPartyLog, partyCosigner, partyLogSigner } from '#evidence/party-log'
import type { WitnessingParty } from '#evidence/party-witness'
import { parseTrustPolicy } from '#evidence/trust-policy'
import { spacePolicyText } from '#evidence/witness-quorum'
import { productDigest } from '#protocol/directory'
import { systemClock } from '#runtime/clock'
import { readSecret, secretText } from '#runtime/secret-source'
import { openStore } from '#runtime/store/open-store'
import { DATABASE_URL_FILE } from './configurations.ts'
import type { Space } from './load-space.ts'
import { WRAPPING_KEY_FILE } from './party-keys.ts'
import { bodiesOf, LOGGING } from './party-plan.ts'
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
  return ['product', 'policy', 'budget', 'holder', 'release'].includes(link)
})

/**
 * Writes the logs of all parties as static files below the state folder, ready to be copied
 * anywhere. The auditor's trust policy names the parties' log keys, their witness keys and the quorum; it lies in the auditor's own
 * folder, since a policy inside the evidence proves only that the evidence agrees with itself.
 */
export async function exportEvidence(space: Space, state: StateFolder): Promise<ExportedEvidence> {
  const folder = path.join(state.path, 'evidence')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const keepers = bodiesOf(space).filter(({ role }) => LOGGING.includes(role))
  await using owned = new AsyncDisposableStack()
  const parties = await Promise.all(
    keepers.map(({ did }) => openWitnessingParty(did, space, state, owned)),
  )
  const policy = policyOf(space, parties)
  const logs = await Promise.all(
    parties.map((party) => witnessedLog(party, parties, space, policy)),
  )
  const policyFile = path.join(state.partyFolder(space.file.auditor.did), 'trust-policy')
  await writePrivate(policyFile, policy)
  const signer = await signerOf(space.file.gateway.did, space, state)
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
  return { origin: logName(party.did, space.file.space), source: party.evidence, ...witnessed }
}

function policyOf(space: Space, parties: readonly WitnessingParty[]): string {
  const keyOf = ({ cosigner }: WitnessingParty) => cosigner.verifier.vkey
  const isGateway = ({ did }: WitnessingParty) => did === space.file.gateway.did
  const [gateway = ''] = parties.filter(isGateway).map(keyOf)
  const peers = parties.filter((party) => !isGateway(party)).map(keyOf)
  const logs = parties.map(({ evidence }) => evidence.vkey)
  return spacePolicyText(logs, gateway, peers)
}

async function openWitnessingParty(
  did: string,
  space: Space,
  state: StateFolder,
  owned: AsyncDisposableStack,
): Promise<WitnessingParty> {
  const home = state.partyFolder(did)
  using url = await readSecret({ file: DATABASE_URL_FILE }, home)
  using wrappingKey = await readSecret({ file: WRAPPING_KEY_FILE }, home)
  const db = await openStore<object>({ url: secretText(url), party: 'evidence-export' })
  owned.defer(() => db.destroy())
  // A guard of its own: the party's is the party's.
  const guard = path.join(home, 'export')
  await mkdir(guard, { recursive: true, mode: 0o700 })
  const spaceId = space.file.space
  const clock = systemClock
  const root = { did, spaceId, wrappingKey }
  const evidence = owned.use(await openPartyLog({ ...root, db, state: guard, clock }))
  const cosigner = await partyCosigner(root)
  const database = logDatabase(db)
  // Nobody reads a log of this: a split is in the party's log and in what is exported.
  const log = { error: () => undefined }
  return { did, spaceId, evidence, cosigner, database, clock, log }
}

async function signerOf(did: string, space: Space, state: StateFolder) {
  const home = state.partyFolder(did)
  using wrappingKey = await readSecret({ file: WRAPPING_KEY_FILE }, home)
  return partyLogSigner({ did, spaceId: space.file.space, wrappingKey })
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
