import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { AnchorStore } from '#evidence/anchor-store'
import { type BundledLog, type BundleParts, writeBundle } from '#evidence/bundle'
import { CHAIN_LINKS, type ChainLink } from '#evidence/chain-rules'
import { disclose } from '#evidence/disclose'
import { logName } from '#evidence/log-owner'
import type { EvidenceReader } from '#evidence/opening-store'
import type { WitnessingParty } from '#evidence/party-witness'
import { resultReceipts } from '#evidence/result-receipts'
import { readInputs, storedInputs } from '#evidence/stored-inputs'
import { parseTrustPolicy } from '#evidence/trust-policy'
import { spacePolicyText } from '#evidence/witness-quorum'
import type { Space } from './load-space.ts'
import {
  type ExportingParty,
  logKeepers,
  logSignerOf,
  openExportingParty,
  sm2KeysOf,
} from './party-evidence.ts'
import { writePrivate } from './private-file.ts'
import type { StateFolder } from './state-folder.ts'
import { storyNames } from './story-names.ts'
import { witnessRound } from './witness-round.ts'

/** Exported evidence, and the trust policy that the auditor holds in its own folder. */
export interface ExportedEvidence {
  readonly folder: string
  readonly policyFile: string
  /** The auditor's list of SM2 keys, where the space signs by SM2 too. */
  readonly sm2File?: string
  /** How many digests the folder opens to its reader. */
  readonly openings: number
  /** The stored ciphertexts that it takes along, and their size together. */
  readonly ciphertexts: { readonly count: number; readonly bytes: number }
}

/** Whom an export is for, and whether it takes along what released sums are recomputed from. */
export interface ExportFor {
  readonly reader: EvidenceReader
  readonly ciphertexts: boolean
}

/** What anybody may have: every record, nothing opened. */
export const FOR_PUBLIC: ExportFor = { reader: { role: 'PUBLIC', did: '' }, ciphertexts: false }

/** What a space of this version demands of every delivered result. */
const REQUIRED: readonly ChainLink[] = CHAIN_LINKS.filter((link) => {
  return ['product', 'policy', 'budget', 'holder', 'release'].includes(link)
})

/**
 * Writes the logs of all parties as static files below the state folder, ready to be copied
 * anywhere, with what this reader may open; each party records first that it discloses. The trust
 * policy names the parties' log keys, their witness keys and the quorum; it lies in the auditor's
 * own folder, since a policy inside the evidence proves only that the evidence agrees with itself.
 */
export async function exportEvidence(
  space: Space,
  state: StateFolder,
  { reader, ciphertexts }: ExportFor = FOR_PUBLIC,
): Promise<ExportedEvidence> {
  const folder = path.join(state.path, 'evidence')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await using owned = new AsyncDisposableStack()
  const parties = await Promise.all(
    logKeepers(space).map((did) => openExportingParty(did, space, state, owned)),
  )
  const policy = policyOf(space, parties)
  const openings = await disclose(parties, reader)
  const logs = await Promise.all(
    parties.map((party) => witnessedLog(party, parties, space, policy)),
  )
  const policyFile = path.join(state.partyFolder(space.file.auditor.did), 'trust-policy')
  await writePrivate(policyFile, policy)
  const sm2File = path.join(path.dirname(policyFile), 'sm2-keys')
  if (space.file.sm2) await writePrivate(sm2File, await sm2KeysOf(space, state))
  const { size, ...relayed } = await relayedBy(parties, space, ciphertexts)
  const rules = { require: new Set(REQUIRED), names: await storyNames(space) }
  const signer = await logSignerOf(space.file.gateway.did, space, state)
  await writeBundle(folder, { logs, policy, rules, signer, openings, ...relayed })
  const files = { folder, policyFile, ...(space.file.sm2 && { sm2File }) }
  return { ...files, openings: openings.length, ciphertexts: size }
}

type Relayed = Pick<BundleParts, 'receipts' | 'ciphertexts'> & {
  readonly size: ExportedEvidence['ciphertexts']
}

/** What the gateway adds to the logs: receipts of all results, and the inputs that it still has. */
async function relayedBy(
  parties: readonly ExportingParty[],
  { file: { gateway, space } }: Space,
  withInputs: boolean,
): Promise<Relayed> {
  const party = parties.find(({ did }) => did === gateway.did)
  if (party === undefined) throw new TypeError('the gateway keeps no log')
  const { reader } = party.database
  const inputs = withInputs ? await storedInputs(reader, space) : []
  const bytes = inputs.reduce((sum, { length }) => sum + length, 0)
  return {
    receipts: await resultReceipts(party.evidence),
    ciphertexts: readInputs(reader, space, inputs),
    size: { count: inputs.length, bytes },
  }
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
