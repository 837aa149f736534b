import { createHash } from 'node:crypto'
import t from 'tap'
import { decodeBase64url, encodeBase64url } from '#crypto/base64url'
import { canonical, digestBytes, digestOf, digestToBytes, isDigest, sha256 } from '#crypto/digest'
import type { JsonValue } from '#crypto/json-value'

const text = (value: JsonValue) => new TextDecoder().decode(canonical(value))

t.test('canonical form is RFC 8785', async (t) => {
  // RFC 8785, section 3.2.2 and 3.2.3
  const sample: JsonValue = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  }
  t.equal(
    text(sample),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  )
  const keys = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, ö: 7 }
  t.same(
    [...text(keys).matchAll(/:(\d)/g)].map(([, n]) => Number(n)),
    [2, 4, 6, 7, 1, 5, 3],
  )
  t.equal(text(-0), '0')
  t.equal(text('趵突'), '"趵突"')
})

t.test('what JSON cannot say has no canonical form', async (t) => {
  class Amount {
    cents = 1
  }
  const cyclic: { self?: unknown } = {}
  cyclic.self = cyclic
  let deep: JsonValue = 0
  for (let i = 0; i < 200; i++) deep = [deep]
  const cases: readonly (readonly [string, unknown])[] = [
    ['undefined', undefined],
    ['undefined member', { a: undefined }],
    ['undefined item', [undefined]],
    ['array hole', new Array(2)],
    ['array with a member', Object.assign([1], { extra: 1 })],
    ['NaN', Number.NaN],
    ['infinity', [Number.POSITIVE_INFINITY]],
    ['bigint', { a: 1n }],
    ['function', () => 1],
    ['symbol', Symbol('a')],
    ['symbol member', { [Symbol('a')]: 1 }],
    ['lone surrogate', '\ud800'],
    ['lone surrogate in a key', { '\udc00': 1 }],
    ['class instance', new Amount()],
    ['date', new Date(0)],
    ['map', new Map()],
    ['typed array', new Uint8Array(2)],
    ['boxed string', Object('a')],
    ['toJSON', { toJSON: () => 1 }],
    ['getter', Object.defineProperty({}, 'a', { get: () => 1, enumerable: true })],
    ['hidden member', Object.defineProperty({}, 'a', { value: 1 })],
    ['__proto__', JSON.parse('{"__proto__":1}')],
    ['cycle', cyclic],
    ['depth', deep],
  ]
  for (const [name, value] of cases) {
    t.throws(() => canonical(value as JsonValue), { code: 'CANONICAL_FORM' }, name)
  }
})

t.test('a digest is bound to its label', async (t) => {
  const expected = createHash('sha256').update('baotu/plan\0{"a":1,"b":2}').digest('hex')
  t.equal(digestOf('baotu/plan', { b: 2, a: 1 }), `sha256-${expected}`)
  t.not(digestOf('baotu/plan', { a: 1 }), digestOf('baotu/policy', { a: 1 }))
  for (const label of ['', 'a\0b']) t.throws(() => digestOf(label, 1), { code: 'CANONICAL_FORM' })
})

t.test('digests have one text form', async (t) => {
  const abc = new TextEncoder().encode('abc')
  // FIPS 180-4 example
  const known = 'sha256-ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  t.equal(digestBytes(abc), known)
  t.same(digestToBytes(digestBytes(abc)), sha256(abc.subarray(0, 1), abc.subarray(1)))
  t.ok(isDigest(known))
  for (const bad of [known.toUpperCase(), known.slice(7), `${known}0`, ` ${known}`, 7, null]) {
    t.notOk(isDigest(bad))
    t.throws(() => digestToBytes(bad as never), { code: 'DIGEST_INVALID' })
  }
})

t.test('base64url decodes only what it would encode', async (t) => {
  for (const bytes of [[], [0], [251, 255], [0, 1, 2], [255, 255, 255, 255]]) {
    t.same([...decodeBase64url(encodeBase64url(Uint8Array.from(bytes)))], bytes)
  }
  t.equal(encodeBase64url(Uint8Array.of(251, 239, 255)), '--__')
  for (const bad of ['AA==', 'A', 'AAAAA', '++//', 'AB', 'AA\n', ' AA', 'AA A', 'ÀA', 'A-_=']) {
    t.throws(() => decodeBase64url(bad), { code: 'BASE64URL_INVALID' }, JSON.stringify(bad))
  }
})
