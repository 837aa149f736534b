import type { Outcome } from './relay.ts'

/** The payload of an outcome's signed message, unverified: for looking at what an attacker sees. */
export function payloadOf(outcome: Outcome): Record<string, unknown> {
  if (outcome.kind === 'answer') return { kind: 'answer' }
  return JSON.parse(Buffer.from(outcome.jws.split('.')[1] ?? '', 'base64url').toString())
}
