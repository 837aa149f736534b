import t from 'tap'
import { systemRandom } from '#crypto/random'
import {
  ACCESS_KIND,
  ACCESS_TOKEN_MS,
  type AccessClaims,
  createAccessTokens,
  openAccessToken,
  principalOf,
} from '#protocol/access-token'
import { KINDS } from '#protocol/message-kinds'
import { createTestSpace, participantOf, START, verify } from '../gateway/support/space.ts'

const space = await createTestSpace()
const { bank, rival, gateway, jinan } = space.members
const directory = await space.directory()
const door = { verify, directory, audience: gateway.did, now: START }

function claims(changes: Partial<AccessClaims> = {}): AccessClaims {
  return {
    type: 'baotu/access@1',
    issuer: bank.did,
    audience: gateway.did,
    issuedAt: new Date(START).toISOString(),
    expiresAt: new Date(START + ACCESS_TOKEN_MS).toISOString(),
    id: Buffer.alloc(16, 7).toString('base64url'),
    ...changes,
  }
}

function signed(by = bank, changes: Partial<AccessClaims> = {}, typ: string = ACCESS_KIND.typ) {
  return by.keys.signer().sign(typ, claims(changes))
}

t.test('a listed key opens the door for its owner', async (t) => {
  const opened = await openAccessToken(door, await signed())
  t.same(opened, {
    did: bank.did,
    kid: bank.keys.signer().kid,
    expiresAt: START + ACCESS_TOKEN_MS,
  })
  t.same(principalOf(directory, bank.did, opened.kid, START), {
    did: bank.did,
    roles: ['consumer'],
  })
})

t.test('whatever else is carried refuses', async (t) => {
  const other = 'did:web:other-gateway.example'
  const at = (ms: number) => new Date(START + ms).toISOString()
  const tokens: readonly (readonly [string, string])[] = [
    ['signed by another member', await signed(rival)],
    ['for another door', await signed(bank, { audience: other })],
    ['expired', await signed(bank, { issuedAt: at(-200_000), expiresAt: at(0) })],
    ['from the future', await signed(bank, { issuedAt: at(60_000), expiresAt: at(90_000) })],
    ['long-lived', await signed(bank, { expiresAt: at(ACCESS_TOKEN_MS + 1) })],
    ['no instant', await signed(bank, { expiresAt: '2026-99-99T00:00:00Z' })],
    ['of another typ', await signed(bank, {}, KINDS.acknowledgement.typ)],
    ['of nobody listed', await signed(bank, { issuer: 'did:web:nobody.example' })],
    ['not JSON', 'e30.e30.e30'],
    ['not a JWS', 'secret'],
  ]
  for (const [name, token] of tokens) {
    await t.rejects(openAccessToken(door, token), { name: 'ProtocolError' }, name)
  }
  t.ok(await openAccessToken(door, await signed()), 'control: the claims themselves are good')
})

t.test('a suspended member and a key past its end speak for nobody', async (t) => {
  const participants = Object.values(space.members)
    .map(participantOf)
    .map((entry) => (entry.did === bank.did ? { ...entry, state: 'suspended' as const } : entry))
  const suspended = await space.directory({ participants })
  await t.rejects(openAccessToken({ ...door, directory: suspended }, await signed()), {
    code: 'SIGNATURE_REFUSED',
  })
  const { kid } = bank.keys.signer()
  t.equal(principalOf(suspended, bank.did, kid, START), undefined)
  t.equal(principalOf(directory, bank.did, kid, START + 500 * 86_400_000), undefined)
  t.equal(principalOf(directory, jinan.did, kid, START), undefined, 'nor for another member')
})

t.test('a supplier makes one token for four minutes, each its own', async (t) => {
  let signatures = 0
  const sign = async (typ: string, payload: AccessClaims) => {
    signatures += 1
    return bank.keys.signer().sign(typ, payload)
  }
  const token = createAccessTokens({
    did: bank.did,
    audience: gateway.did,
    sign,
    clock: space.clock,
    random: systemRandom,
  })
  const first = await token()
  space.clock.advance(239_999)
  t.equal(await token(), first)
  space.clock.advance(1)
  t.not(await token(), first)
  t.equal(signatures, 2)
  t.ok(await openAccessToken({ ...door, now: space.clock.now() }, await token()))
})
