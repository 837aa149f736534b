/**
 * Anchoring (锚定) into a chain outside, such as a city's evidence chain (泉城链): only the digest of
 * a signed checkpoint leaves, never an entry. The chain's word is a further witness, no more.
 */
import { hash } from 'node:crypto'

/** What is anchored. */
export interface AnchorRequest {
  readonly origin: string
  readonly size: number
  /** `sha256-<hex>` of the signed note's bytes. */
  readonly checkpoint: string
}

/** Proof as the chain gives it, opaque to us; its digest goes into `anchor.placed`. */
export interface AnchorProof {
  readonly chain: string
  readonly bytes: Uint8Array
}

/** One outside chain. Implementations throw EvidenceError ANCHOR_UNAVAILABLE when it cannot be had. */
export interface Anchor {
  /** Code of the chain, as `anchor.placed` states it. */
  readonly chain: string
  place(request: AnchorRequest): Promise<AnchorProof>
}

/** The digest of a checkpoint that leaves the house. */
export function checkpointDigest(note: string): string {
  return `sha256-${hash('sha256', note, 'hex')}`
}
