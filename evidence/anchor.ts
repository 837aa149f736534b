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

/** One outside chain. Implementations throw EvidenceError ANCHOR_UNAVAILABLE when it cannot be had. */
export interface Anchor {
  /** Code of the chain, as `anchor.placed` states it. */
  readonly chain: string
  /**
   * Gives the proof as the chain gives it, opaque to us; its digest goes into `anchor.placed`. The
   * same request again is the same effect.
   */
  place(request: AnchorRequest, signal: AbortSignal): Promise<Uint8Array>
}

/** The digest of a checkpoint that leaves the house. */
export function checkpointDigest(note: string): string {
  return `sha256-${hash('sha256', note, 'hex')}`
}
