import { digestBytes } from '#crypto/digest'
import { TAB } from '#crypto/he/parameters'
import { ciphertextWireBytes, publicKeyWireBytes } from '#crypto/he/wire'
import type { Principal } from '#protocol/access-token'
import { faultPoint } from '#runtime/fault-point'
import { type GatewayDesk, instant } from '../gateway-desk.ts'
import { GatewayError } from '../gateway-error.ts'
import type { BlobPlace } from '../store/blob-store.ts'
import type { Attempt } from '../store/query-store.ts'
import type { BlobKind } from '../store/schema.ts'
import { deliverResult } from './deliver-result.ts'

/** What a party may store at this point of an attempt: of which kind, how long, how many. */
interface Allowance {
  readonly kind: BlobKind
  readonly lengths: readonly number[]
  readonly most: number
}

// A party that restarts makes fresh bytes; more rounds than this are not its own doing.
const ROUNDS = 4

/**
 * Stores a blob of an attempt: only from a party whose work of this stage it is, of exactly the
 * length that such work has, and only when it is the one that its digest names.
 */
export async function putBlob(
  desk: GatewayDesk,
  { did }: Principal,
  place: BlobPlace,
  bytes: Uint8Array,
): Promise<void> {
  const attempt = await knownAttempt(desk, place)
  const allowance = await allowanceOf(desk, attempt, did)
  if (!allowance.lengths.includes(bytes.length)) {
    throw new GatewayError('BLOB_SIZE', `${bytes.length} bytes are no ${allowance.kind}`)
  }
  if (digestBytes(bytes) !== place.digest) {
    throw new GatewayError('BLOB_DIGEST', 'the bytes are not those of the digest')
  }
  const { kind, most } = allowance
  faultPoint('gateway.blob.before-store')
  await desk.transaction(async (tx) => {
    await desk.blobs.put(tx, { ...place, owner: did, kind, bytes, storedAt: instant(desk) })
    const stored = await desk.blobs.count(tx, { ...place, owner: did, kind })
    if (stored > most) throw new GatewayError('BLOB_LIMIT', `more than ${most} blobs`)
  })
  faultPoint('gateway.blob.after-store')
}

/**
 * Hands out a blob to whom it is for and to nobody else: the session key to the holders of the
 * roster, ciphertexts to the release authority, the sealed table to the party it is delivered to,
 * the audit copy to the auditor. To others it does not exist.
 */
export async function getBlob(
  desk: GatewayDesk,
  { did }: Principal,
  place: BlobPlace,
): Promise<Uint8Array> {
  const attempt = await knownAttempt(desk, place)
  const kind = await readableKind(desk, attempt, did, place.digest)
  const bytes = kind === undefined ? undefined : await desk.blobs.get(place, kind)
  if (bytes === undefined) throw unknown()
  if (place.digest === attempt.result) await deliverResult(desk, attempt.invitation, did)
  return bytes
}

async function knownAttempt(desk: GatewayDesk, { invitation }: BlobPlace): Promise<Attempt> {
  const attempt = await desk.queries.attempt(invitation)
  if (attempt === undefined) throw unknown()
  return attempt
}

async function allowanceOf(desk: GatewayDesk, attempt: Attempt, did: string): Promise<Allowance> {
  const { stage, invitation, result_bytes, audit_bytes } = attempt
  if (did === desk.release && stage === 'opening') {
    return { kind: 'public-key', lengths: [publicKeyWireBytes(TAB)], most: ROUNDS }
  }
  if (did === desk.release && stage === 'releasing') {
    return { kind: 'sealed', lengths: [result_bytes, audit_bytes], most: 2 * ROUNDS }
  }
  const holder = await desk.holders.find(invitation, did)
  if (holder === undefined && did !== desk.release) throw unknown()
  if (holder === undefined || stage !== 'computing') {
    throw new GatewayError('SESSION_CLOSED', 'nothing is awaited from this party now')
  }
  const lengths = [ciphertextWireBytes(TAB)]
  return { kind: 'ciphertext', lengths, most: ROUNDS * holder.ciphertexts }
}

async function readableKind(
  desk: GatewayDesk,
  attempt: Attempt,
  did: string,
  digest: string,
): Promise<BlobKind | undefined> {
  if (did === desk.release) return 'ciphertext'
  if (did === desk.auditor && digest === attempt.audit) return 'sealed'
  if (digest === attempt.result) {
    const query = await desk.queries.find(attempt.request)
    return query?.deliver_to === did ? 'sealed' : undefined
  }
  const isKey = digest === attempt.public_key
  return isKey && (await desk.holders.find(attempt.invitation, did)) ? 'public-key' : undefined
}

// The same for a blob that is not there and one that is not the caller's.
function unknown(): GatewayError {
  return new GatewayError('BLOB_UNKNOWN', 'no such blob for this caller')
}
