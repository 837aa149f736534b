import { hkdfSync } from 'node:crypto'
import { type Digest, digestToBytes } from './digest.ts'
import { Secret } from './secret.ts'

/** What a derived key is bound to: the session's transcript and the panel of columns. */
export interface KeyBinding {
  /** Digest H of the transcript that all parties signed (protocols.md, rule 7). */
  readonly transcript: Digest
  /** The panel: columns that share one roster. Part of the key, so panels never share a stream. */
  readonly panelId: string
}

/** HKDF-SHA256 (RFC 5869): salt = H, info = utf8(label) ‖ 0x00 ‖ utf8(panelId), 32 bytes. */
export function labelledKey(ikm: Uint8Array, label: string, binding: KeyBinding): Secret {
  const info = `${label}\0${binding.panelId}`
  return Secret.take(
    new Uint8Array(hkdfSync('sha256', ikm, digestToBytes(binding.transcript), info, 32)),
  )
}
