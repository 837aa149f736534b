import type { HttpAnswer } from '#runtime/http-answer'
import type { HttpClient } from '#runtime/http-client'
import type { Anchor } from './anchor.ts'
import { EvidenceError } from './evidence-error.ts'

/** The largest proof that is kept. */
export const MAX_PROOF_BYTES = 65_536

// A page for people, of a proxy or of a service that moved, is no proof.
const PROOF_TYPES = /^(application\/([\w.+-]+\+)?json|application\/octet-stream|text\/plain)\b/

/**
 * Anchors through a chain's HTTP service (存证接口): `POST <path>` with origin, size and digest as
 * JSON; a retry of the same checkpoint carries the same key. The answer's bytes, JSON, binary or
 * plain text, are the proof. Nothing is followed to another address.
 */
export function httpAnchor(chain: string, client: Pick<HttpClient, 'send'>, path: string): Anchor {
  return {
    chain,
    place: async ({ origin, size, checkpoint }, signal) => {
      const body = { origin, size, checkpoint }
      const call = { method: 'POST', path, body, idempotencyKey: checkpoint, signal } as const
      const answer = await client.send(call).catch((cause: unknown) => {
        throw new EvidenceError('ANCHOR_UNAVAILABLE', `chain ${chain}`, { cause })
      })
      if (isProof(answer)) return answer.bytes
      throw new EvidenceError('ANCHOR_UNAVAILABLE', `chain ${chain}: no proof in the answer`)
    },
  }
}

function isProof({ contentType, bytes }: HttpAnswer): boolean {
  return PROOF_TYPES.test(contentType) && bytes.length > 0 && bytes.length <= MAX_PROOF_BYTES
}
