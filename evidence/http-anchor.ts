import type { HttpClient } from '#runtime/http-client'
import type { Anchor } from './anchor.ts'
import { EvidenceError } from './evidence-error.ts'

/**
 * Anchors through a chain's HTTP service (存证接口): `POST <path>` with origin, size and digest as
 * JSON; a retry of the same checkpoint carries the same key. The answer's bytes are the proof.
 */
export function httpAnchor(chain: string, client: HttpClient, path: string): Anchor {
  return {
    chain,
    place: async ({ origin, size, checkpoint }) => {
      const body = { origin, size, checkpoint }
      try {
        const bytes = await client.bytes({ method: 'POST', path, body, idempotencyKey: checkpoint })
        return { chain, bytes }
      } catch (cause) {
        throw new EvidenceError('ANCHOR_UNAVAILABLE', `chain ${chain}`, { cause })
      }
    },
  }
}
