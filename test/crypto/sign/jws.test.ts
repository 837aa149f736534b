import { CompactSign } from 'jose'
import t from 'tap'
import { encodeBase64url } from '#crypto/base64url'
import { canonical } from '#crypto/digest'
import type { JsonValue } from '#crypto/json-value'
import { systemRandom } from '#crypto/random'
import { Secret } from '#crypto/secret'
import { createSigner, type JwsExpectation, verifyJws } from '#crypto/sign/jws'
import { keyPairFromSeed } from '#crypto/sign/key-pair'
import { DEFAULT_SUITE, suiteById, suiteByTag } from '#crypto/sign/suite'

const did = 'did:web:tax.jinan.example'
const typ = 'baotu-test+jws'
const pair = await keyPairFromSeed('sign', Secret.random(32, systemRandom))
const { kid, jwk, privateKey } = pair
const signer = createSigner({ did, kid, suite: DEFAULT_SUITE.id, key: privateKey })
const expected: JwsExpectation = {
  typ,
  key: (id) => (id === kid ? jwk : undefined),
  maxBytes: 4096,
}

/** Signs bytes under a header of the attacker's choice, with the real key. */
async function forge(header: Record<string, unknown>, payload: Uint8Array): Promise<string> {
  const signed = new CompactSign(payload).setProtectedHeader(header as never)
  return signed.sign(privateKey, { crit: { suite: true } })
}

const goodHeader = { alg: 'Ed25519', kid, suite: DEFAULT_SUITE.id, typ }
const body = canonical({ n: '12' })

t.test('a signed payload comes back with its key', async (t) => {
  const jws = await signer.sign(typ, { n: '12', a: [1, null] })
  t.same(await verifyJws(jws, expected), { payload: { a: [1, null], n: '12' }, kid })
  t.same(await verifyJws(await forge(goodHeader, body), expected), { payload: { n: '12' }, kid })
})

t.test('RFC 8037 appendix A: key, thumbprint and signature', async (t) => {
  const seed = Buffer.from('nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A', 'base64url')
  const rfc = await keyPairFromSeed('sign', Secret.take(seed))
  t.equal(rfc.jwk.x, '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo')
  t.equal(rfc.kid, 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
  const signature = await crypto.subtle.sign(
    'Ed25519',
    rfc.privateKey,
    new TextEncoder().encode('eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc'),
  )
  t.equal(
    encodeBase64url(new Uint8Array(signature)),
    'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
  )
})

t.test('headers other than the one expected refuse, though truly signed', async (t) => {
  const headers: readonly (readonly [string, Record<string, unknown>])[] = [
    ['other typ', { ...goodHeader, typ: 'baotu-other+jws' }],
    ['other suite', { ...goodHeader, suite: 'baotu-x25519-ed25519-sha256-aes256@2' }],
    ['other alg name', { ...goodHeader, alg: 'EdDSA' }],
    ['no suite', { alg: 'Ed25519', kid, typ }],
    ['no kid', { alg: 'Ed25519', suite: DEFAULT_SUITE.id, typ }],
    ['embedded key', { alg: 'Ed25519', jwk, kid, suite: DEFAULT_SUITE.id, typ }],
    ['crit', { alg: 'Ed25519', crit: ['suite'], kid, suite: DEFAULT_SUITE.id, typ }],
    ['member order', { typ, alg: 'Ed25519', kid, suite: DEFAULT_SUITE.id }],
  ]
  for (const [name, header] of headers) {
    const jws = await forge(header, body)
    await t.rejects(verifyJws(jws, expected), { code: 'JWS_HEADER' }, name)
  }
  const none = encodeBase64url(canonical({ ...goodHeader, alg: 'none' }))
  await t.rejects(verifyJws(`${none}.e30.`, expected), { code: 'JWS_HEADER' })
})

t.test('a payload that is not its own canonical form refuses', async (t) => {
  const texts = [
    '{"b":1,"a":2}',
    '{"a":1, "b":2}',
    '{"a":1,"a":1}',
    '{"n":-0}',
    '{"n":1.0}',
    '',
    '{',
  ]
  const payloads = [
    ...texts.map((text) => new TextEncoder().encode(text)),
    Uint8Array.of(0x22, 0xff, 0x22),
  ]
  payloads.push(new TextEncoder().encode('\ufeff{}'))
  for (const payload of payloads) {
    const jws = await forge(goodHeader, payload)
    await t.rejects(verifyJws(jws, expected), { code: 'JWS_NOT_CANONICAL' })
  }
})

t.test('tampering, foreign keys and malformed text refuse', async (t) => {
  const jws = await signer.sign(typ, { n: '12' })
  const [header = '', payload = '', signature = ''] = jws.split('.')
  const other = encodeBase64url(canonical({ n: '13' }))
  const stranger = await keyPairFromSeed('sign', Secret.random(32, systemRandom))
  await t.rejects(verifyJws(`${header}.${other}.${signature}`, expected), { code: 'JWS_SIGNATURE' })
  await t.rejects(verifyJws(jws, { ...expected, key: () => stranger.jwk }), {
    code: 'JWS_SIGNATURE',
  })
  await t.rejects(verifyJws(jws, { ...expected, key: () => undefined }), { code: 'JWS_KEY' })
  await t.rejects(verifyJws(jws, { ...expected, maxBytes: jws.length - 1 }), {
    code: 'JWS_TOO_LARGE',
  })
  // The last character of a 64-byte signature holds 4 unused bits: without the canonical check
  // the same signature would have 16 spellings, hence 16 message digests.
  const last = signature.slice(0, -1) + String.fromCharCode(signature.charCodeAt(85) + 1)
  for (const bad of [
    '',
    'a.b',
    `${jws}.`,
    `${header}.${payload}`,
    `${jws}=`,
    `${header}.${payload}.${last}`,
  ]) {
    await t.rejects(verifyJws(bad, expected), { code: 'JWS_MALFORMED' }, bad.slice(-8))
  }
})

t.test('only known suites exist', async (t) => {
  t.equal(suiteById(DEFAULT_SUITE.id), suiteByTag(1))
  for (const id of ['', 'constructor', 'baotu-x25519-ed25519-sha256-aes256']) {
    t.throws(() => suiteById(id), { code: 'SUITE_UNKNOWN' })
    t.throws(
      () => createSigner({ ...signer, suite: id as never, key: privateKey }).sign(typ, null),
      {
        code: 'SUITE_UNKNOWN',
      },
    )
  }
  for (const tag of [0, 2, 255, undefined])
    t.throws(() => suiteByTag(tag), { code: 'SUITE_UNKNOWN' })
  const payload: JsonValue = { n: '12' }
  const jws = await signer.sign(typ, payload)
  await t.rejects(verifyJws(jws, { ...expected, suite: 'other' as never }), {
    code: 'SUITE_UNKNOWN',
  })
})
