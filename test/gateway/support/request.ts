import { DEFAULT_SUITE } from '#crypto/sign/suite'
import type { Snapshot } from '#policies/compile'
import { KINDS } from '#protocol/message-kinds'
import type { Query, QueryRequest } from '#protocol/messages/query'
import { contractOf, PURPOSE, SCENARIO } from './policies.ts'
import { product } from './product.ts'
import { type Member, SPACE, type TestSpace } from './space.ts'

export const QUERY: Query = {
  product: product.product,
  groupBy: ['section', 'kind'],
  measures: [{ function: 'sum', column: 'tax12' }, { function: 'count' }],
  where: [],
}

let nonces = 0

/** A request as the bank words it; every one has a nonce of its own. */
export function requestOf(
  space: TestSpace,
  snapshot: Snapshot,
  change: Partial<QueryRequest> = {},
): QueryRequest {
  nonces += 1
  const nonce = Buffer.alloc(16)
  nonce.writeUInt32BE(nonces)
  return {
    type: 'baotu/query-request@1',
    suite: DEFAULT_SUITE.id,
    spaceId: SPACE,
    requestRef: 'case-1',
    consumer: space.members.bank.did,
    deliverTo: space.members.bank.did,
    scenario: SCENARIO,
    purpose: PURPOSE,
    contract: contractOf(snapshot),
    nonce: nonce.toString('base64url'),
    issuedAt: new Date(space.clock.now()).toISOString(),
    query: QUERY,
    ...change,
  }
}

export function signRequest(member: Member, request: QueryRequest): Promise<string> {
  return member.keys.signer().sign(KINDS.request.typ, request)
}
