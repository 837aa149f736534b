import { mkdir, open } from 'node:fs/promises'
import path from 'node:path'
import type { Anchor } from './anchor.ts'
import { EvidenceError } from './evidence-error.ts'

/**
 * Anchors into an append-only file that someone else carries away: a write-once disk, a notary's
 * mailbox. One JSON line per checkpoint, synced; the line is the proof. Several logs may share one.
 */
export function fileAnchor(chain: string, file: string): Anchor {
  return {
    chain,
    place: async ({ origin, size, checkpoint }) => {
      const bytes = Buffer.from(`${JSON.stringify({ origin, size, checkpoint })}\n`)
      try {
        await mkdir(path.dirname(file), { recursive: true })
        await using handle = await open(file, 'a', 0o600)
        await handle.writeFile(bytes)
        await handle.sync()
      } catch (cause) {
        throw new EvidenceError('ANCHOR_UNAVAILABLE', `chain ${chain}`, { cause })
      }
      return bytes
    },
  }
}
