import { CosignedStore } from '#evidence/cosigned-store'
import { EvidenceError } from '#evidence/evidence-error'
import { gatherCosignatures } from '#evidence/gather-cosignatures'
import { parseVerifierKey } from '#evidence/note-key'
import { type PartyWitness, partyWitness, type WitnessingParty } from '#evidence/party-witness'
import { openCheckpoint } from '#evidence/verify-note'
import type { DirectorySource } from '#protocol/directory-source'
import type { GatewayCalls } from '#protocol/gateway-link'
import { faultPoint } from '#runtime/fault-point'

/** A party that only dials out, as a witness of the gateway and witnessed by it. */
export interface RoundParts extends WitnessingParty {
  /** The gateway's DID. */
  readonly gateway: string
  readonly directory: DirectorySource
  readonly calls: Pick<GatewayCalls, 'text'>
}

/** The statuses that tlog-witness answers with; all of them are answers. */
const WITNESS_ANSWERS = [400, 403, 404, 409, 422] as const
const CONFLICT = 409

/** This party as the witness of its gateway's log, when the directory lists that log. */
export async function gatewayWitness(parts: RoundParts): Promise<PartyWitness | undefined> {
  const { log } = await listedGateway(parts)
  return log === undefined ? undefined : partyWitness(parts, parseVerifierKey(log))
}

/**
 * Cosigns the gateway's newest checkpoint (C2SP tlog-witness, the transport turned round: what
 * would be posted to a witness is fetched by it, and its line is brought). Throws VIEW_SPLIT when
 * what the gateway shows does not continue what it showed before.
 */
export async function witnessGateway(parts: RoundParts, signal: AbortSignal): Promise<void> {
  const { log } = await listedGateway(parts)
  if (log === undefined) return
  const key = parseVerifierKey(log)
  const witness = partyWitness(parts, key)
  await witness.assertTrusted()
  const held = await witness.latest()
  const old = held === undefined ? 0 : openCheckpoint(held, key).size
  const { calls } = parts
  const asked = await calls.text('GET', `/evidence/witness-requests/${old}`, { signal })
  faultPoint('witness.cosigned.before-store')
  const { status, body } = await witness.addCheckpoint(asked.body)
  faultPoint('witness.cosigned.after-store')
  // Another process of this party was faster; the next round goes on from there.
  if (status === CONFLICT) return
  await witness.assertTrusted()
  if (status !== 200) throw new EvidenceError('NOTE_REFUSED', `the gateway's log, ${status}`)
  const note = asked.body.slice(asked.body.indexOf('\n\n') + 2) + body
  faultPoint('witness.cosignature.before-send')
  await calls.text('POST', '/evidence/cosignatures', { text: note, signal })
  faultPoint('witness.cosignature.after-send')
}

/**
 * Shows this party's own log to the gateway and keeps what it cosigned. Throws LOG_FORKED when the
 * gateway holds another history of it.
 */
export async function showOwnLog(parts: RoundParts, signal: AbortSignal): Promise<void> {
  const { witness } = await listedGateway(parts)
  if (witness === undefined) return
  const { evidence, database, spaceId, calls } = parts
  const own = parseVerifierKey(evidence.vkey)
  const verifier = parseVerifierKey(witness)
  const ask = (text: string) =>
    calls.text('POST', '/evidence/add-checkpoint', { text, signal, answers: WITNESS_ANSWERS })
  const store = new CosignedStore(database, spaceId, [own, verifier])
  const { unavailable } = await gatherCosignatures(evidence, own, [{ verifier, ask }], store)
  const isQuorum = (cosigned: ReadonlySet<string>) => cosigned.has(witness)
  await store.prune({ logs: [own], witnesses: [verifier], isQuorum })
  if (unavailable.length > 0) throw new EvidenceError('WITNESS_UNAVAILABLE', 'the gateway')
}

async function listedGateway({ directory, gateway }: RoundParts) {
  return (await directory.current()).participant(gateway, 'gateway')
}
