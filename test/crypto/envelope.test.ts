import {
  createCipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
} from 'node:crypto'
import t from 'tap'
import { ENVELOPE_OVERHEAD, open, seal } from '#crypto/envelope'
import { systemRandom } from '#crypto/random'
import { Secret } from '#crypto/secret'
import { keyPairFromSeed } from '#crypto/sign/key-pair'

const bytes = (text: string) => new TextEncoder().encode(text)
const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))
const keyPair = () => keyPairFromSeed('seal', Secret.random(32, systemRandom))

const key = await keyPair()
const context = { info: bytes('baotu/test'), aad: bytes('holder 1') }
const plaintext = bytes('a pad seed of thirty-two bytes..')

t.test('opens what it sealed, and never seals twice alike', async (t) => {
  const [a, b] = await Promise.all(
    [1, 2].map(() => seal({ recipient: key.jwk, ...context }, plaintext)),
  )
  t.same(await open({ key, ...context }, a ?? plaintext), plaintext)
  t.notSame(a, b)
  t.equal(a?.length, plaintext.length + ENVELOPE_OVERHEAD)
  const large = systemRandom(200_000)
  const sealed = await seal({ recipient: key.jwk, ...context }, large)
  t.equal(Buffer.compare(await open({ key, ...context }, sealed), large), 0)
})

t.test('another key, info, aad or any changed byte refuses alike', async (t) => {
  const sealed = await seal({ recipient: key.jwk, ...context }, plaintext)
  const refusal = { code: 'ENVELOPE_OPEN', message: 'envelope does not open' }
  await t.rejects(open({ key: await keyPair(), ...context }, sealed), refusal)
  await t.rejects(open({ key, ...context, info: bytes('baotu/tesu') }, sealed), refusal)
  await t.rejects(open({ key, ...context, aad: bytes('holder 2') }, sealed), refusal)
  for (let at = 1; at < sealed.length; at++) {
    const changed = sealed.slice()
    changed[at] = (changed[at] ?? 0) ^ 1
    await t.rejects(open({ key, ...context }, changed), refusal, `byte ${at}`)
  }
  const retagged = Uint8Array.from(sealed)
  retagged[0] = 2
  await t.rejects(open({ key, ...context }, retagged), { code: 'SUITE_UNKNOWN' })
  for (const cut of [0, 1, ENVELOPE_OVERHEAD - 1]) {
    await t.rejects(open({ key, ...context }, sealed.slice(0, cut)), { code: 'ENVELOPE_MALFORMED' })
  }
})

t.test('keys of low order or of another curve refuse', async (t) => {
  const zero = { kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43) } as const
  const signing = (await keyPairFromSeed('sign', Secret.random(32, systemRandom))).jwk
  for (const recipient of [zero, signing, { ...zero, x: 'AAAA' }]) {
    await t.rejects(seal({ recipient, ...context }, plaintext), { code: 'ENVELOPE_KEY' })
  }
})

// An independent RFC 9180 base mode on node:crypto, checked against the RFC's own vector A.1.1
// (AES-128-GCM) and then used with AES-256-GCM to make an envelope that ours must open.
const i2osp = (value: number) => Uint8Array.of(value >> 8, value & 255)
const concat = (...parts: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat(parts))
const hmac = (k: Uint8Array, data: Uint8Array) => createHmac('sha256', k).update(data).digest()

function labelled(suite: Uint8Array) {
  const extract = (salt: Uint8Array, label: string, ikm: Uint8Array) =>
    hmac(salt, concat(bytes('HPKE-v1'), suite, bytes(label), ikm))
  const expand = (prk: Uint8Array, label: string, info: Uint8Array, length: number) =>
    hmac(
      prk,
      concat(i2osp(length), bytes('HPKE-v1'), suite, bytes(label), info, Uint8Array.of(1)),
    ).subarray(0, length)
  return { extract, expand }
}

function pkcs8(seed: Uint8Array) {
  const der = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), seed])
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
}

function referenceSeal(
  {
    skE,
    pkR,
    info,
    aad,
    aead,
  }: { skE: Uint8Array; pkR: string; info: Uint8Array; aad: Uint8Array; aead: 1 | 2 },
  message: Uint8Array,
) {
  const privateKey = pkcs8(skE)
  const enc = Buffer.from(
    String(createPublicKey(privateKey).export({ format: 'jwk' }).x),
    'base64url',
  )
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: pkR }, format: 'jwk' })
  const none = new Uint8Array()
  const kem = labelled(concat(bytes('KEM'), i2osp(0x20)))
  const eae = kem.extract(none, 'eae_prk', diffieHellman({ privateKey, publicKey }))
  const shared = kem.expand(eae, 'shared_secret', concat(enc, Buffer.from(pkR, 'base64url')), 32)
  const hpke = labelled(concat(bytes('HPKE'), i2osp(0x20), i2osp(1), i2osp(aead)))
  const schedule = concat(
    Uint8Array.of(0),
    hpke.extract(none, 'psk_id_hash', none),
    hpke.extract(none, 'info_hash', info),
  )
  const secret = hpke.extract(shared, 'secret', none)
  const k = hpke.expand(secret, 'key', schedule, aead * 16)
  const nonce = hpke.expand(secret, 'base_nonce', schedule, 12)
  const cipher = createCipheriv(aead === 1 ? 'aes-128-gcm' : 'aes-256-gcm', k, nonce).setAAD(aad)
  return { enc, ct: concat(cipher.update(message), cipher.final(), cipher.getAuthTag()) }
}

t.test('RFC 9180 A.1.1, and an independent implementation seals for ours', async (t) => {
  const skR = hex('4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8')
  const skE = hex('52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736')
  const message = hex('4265617574792069732074727574682c20747275746820626561757479')
  const recipient = await keyPairFromSeed('seal', Secret.take(skR.slice()))
  const info = hex('4f6465206f6e2061204772656369616e2055726e')
  const pkR = recipient.jwk.x
  const rfc = referenceSeal({ skE, pkR, info, aad: hex('436f756e742d30'), aead: 1 }, message)
  t.equal(
    rfc.enc.toString('hex'),
    '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431',
  )
  t.same(
    rfc.ct,
    hex(
      'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a',
    ),
  )
  const bound = concat(bytes('baotu-x25519-ed25519-sha256-aes256@1\0'), context.info)
  const own = referenceSeal({ skE, pkR, info: bound, aad: context.aad, aead: 2 }, plaintext)
  t.same(
    await open({ key: recipient, ...context }, concat(Uint8Array.of(1), own.enc, own.ct)),
    plaintext,
  )
})
