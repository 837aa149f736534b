import { type Digest, digestToBytes } from '#crypto/digest'

/** What an envelope is for and which session it belongs to: HPKE `info` and `aad`. */
export interface SealingContext {
  readonly info: Uint8Array
  readonly aad: Uint8Array
}

const utf8 = new TextEncoder()

/** The consumer's pad seed for one holder; bound to H and the holder. */
export function seedContext(transcript: Digest, holder: string): SealingContext {
  return context('baotu/p1/v1/seed', transcript, holder)
}

/** The released table, for the party that the request delivers to. */
export function resultContext(transcript: Digest, deliverTo: string): SealingContext {
  return context('baotu/p1/v1/result', transcript, deliverTo)
}

/** The decrypted sums with the salt of the verdicts, for the auditor. */
export function auditContext(transcript: Digest, auditor: string): SealingContext {
  return context('baotu/p1/v1/audit', transcript, auditor)
}

function context(label: string, transcript: Digest, recipient: string): SealingContext {
  const aad = Buffer.concat([digestToBytes(transcript), utf8.encode(recipient)])
  return { info: utf8.encode(label), aad: Uint8Array.from(aad) }
}
