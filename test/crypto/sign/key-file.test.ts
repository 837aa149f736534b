import { mkdtempSync, rmSync } from 'node:fs'
import { chmod, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { systemRandom } from '#crypto/random'
import { Secret } from '#crypto/secret'
import { verifyJws } from '#crypto/sign/jws'
import { createKeyFile, type KeyFileOptions, openKeyFile } from '#crypto/sign/key-file'
import { type KeyProvider, signingKeys } from '#crypto/sign/key-provider'
import { createMemoryKeys } from '#crypto/sign/key-ring'

const DAY = 86_400_000
const did = 'did:web:tax.jinan.example'
const typ = 'baotu-test+jws'
const wrapped = () => Secret.take(new Uint8Array(32).fill(7))

const all = mkdtempSync(join(tmpdir(), 'baotu-keys-'))
t.teardown(() => rmSync(all, { recursive: true }))

async function options(): Promise<KeyFileOptions & { time: { now: number } }> {
  const time = { now: 1_900_000_000_000 }
  const path = join(await mkdtemp(join(all, 'one-')), 'keys.json')
  const now = () => time.now
  const wrappingKey = wrapped()
  return { path, did, now, time, random: systemRandom, lifetimeMs: 30 * DAY, wrappingKey }
}

const verify = (jws: string, keys: KeyProvider, at: number) =>
  verifyJws(jws, { typ, key: signingKeys(keys.publicKeys(), at), maxBytes: 4096 })

t.test('keys survive a restart and sign the same', async (t) => {
  const o = await options()
  const created = await createKeyFile(o)
  const jws = await created.signer().sign(typ, { a: 1 })
  const opened = await openKeyFile(o)
  t.same(opened.publicKeys(), created.publicKeys())
  t.match(await verify(jws, opened, o.now()), { payload: { a: 1 } })
  t.equal(await opened.signer().sign(typ, { a: 1 }), jws)
  t.notOk(opened.sealing().privateKey.extractable)
})

t.test(
  'after rotation old signatures verify until notAfter, and the old key is gone',
  async (t) => {
    const o = await options()
    const keys = await createKeyFile(o)
    const jws = await keys.signer().sign(typ, { a: 1 })
    const [oldKid, oldSeal] = [keys.signer().kid, keys.sealing().kid]
    o.time.now += 20 * DAY
    await keys.rotate()
    for (const ring of [keys, await openKeyFile(o)]) {
      t.not(ring.signer().kid, oldKid)
      t.not(ring.sealing().kid, oldSeal)
      t.equal(ring.publicKeys().length, 4)
      t.match(await verify(jws, ring, o.now()), { kid: oldKid })
      t.equal(ring.opening(oldSeal)?.kid, oldSeal)
    }
    const file = JSON.parse(await readFile(o.path, 'utf8'))
    t.same(
      file.manifest.keys.map((key: { held: boolean }) => key.held),
      [false, true, true, true],
    )
    o.time.now += 11 * DAY
    await t.rejects(verify(jws, keys, o.now()), { code: 'JWS_KEY' })
    t.equal(keys.opening(oldSeal), undefined)
    t.equal(keys.publicKeys().length, 2)
    await keys.rotate()
    t.equal(JSON.parse(await readFile(o.path, 'utf8')).manifest.keys.length, 4)
  },
)

t.test('a key outside its validity neither signs nor verifies', async (t) => {
  const o = await options()
  const keys = await createKeyFile(o)
  const jws = await keys.signer().sign(typ, { a: 1 })
  await t.rejects(verify(jws, keys, o.now() - 1), { code: 'JWS_KEY' })
  o.time.now += 30 * DAY
  t.throws(() => keys.signer(), { code: 'KEY_EXPIRED' })
  t.throws(() => keys.sealing(), { code: 'KEY_EXPIRED' })
  t.same(keys.publicKeys(), [])
})

t.test('the file is private and refuses what it cannot trust', async (t) => {
  const o = await options()
  await t.rejects(openKeyFile(o), { code: 'KEY_FILE_MISSING' })
  await createKeyFile(o)
  t.equal((await stat(o.path)).mode & 0o777, 0o600)
  await t.rejects(createKeyFile(o), { code: 'KEY_FILE_EXISTS' })
  const wrong = Secret.take(new Uint8Array(32).fill(8))
  await t.rejects(openKeyFile({ ...o, wrappingKey: wrong }), { code: 'KEY_FILE_UNREADABLE' })
  const short = Secret.take(new Uint8Array(31).fill(7))
  await t.rejects(openKeyFile({ ...o, wrappingKey: short }), { code: 'SECRET_LENGTH' })
  await t.rejects(openKeyFile({ ...o, did: 'did:web:x.example' }), { code: 'KEY_FILE_UNREADABLE' })
  await chmod(o.path, 0o640)
  await t.rejects(openKeyFile(o), { code: 'KEY_FILE_MODE' })
})

/** Another first character: still canonical base64url. */
const flipped = (text: string) => (text.startsWith('B') ? 'C' : 'B') + text.slice(1)

t.test('no byte of the file can change', async (t) => {
  const o = await options()
  await createKeyFile(o)
  const text = await readFile(o.path, 'utf8')
  const file = JSON.parse(text)
  const foreign = await createMemoryKeys({ ...o })
  const edits: readonly (readonly [string, (copy: typeof file) => void])[] = [
    ['longer validity', (copy) => (copy.manifest.keys[0].record.notAfter += DAY)],
    [
      'added key',
      (copy) => copy.manifest.keys.push({ record: foreign.publicKeys()[0], held: false }),
    ],
    ['dropped key', (copy) => copy.manifest.keys.pop()],
    ['swapped keys', (copy) => copy.manifest.keys.reverse()],
    ['other owner', (copy) => (copy.manifest.did = 'did:web:x.example')],
    ['nonce', (copy) => (copy.nonce = 'AAAAAAAAAAAAAAAA')],
    ['sealed', (copy) => (copy.sealed = flipped(copy.sealed))],
    ['short', (copy) => (copy.sealed = 'AAAA')],
  ]
  for (const [name, edit] of edits) {
    const copy = structuredClone(file)
    edit(copy)
    await writeFile(o.path, JSON.stringify(copy))
    await t.rejects(openKeyFile(o), { code: 'KEY_FILE_UNREADABLE' }, name)
  }
  // Control: the unchanged object, differently laid out, still opens.
  await writeFile(o.path, JSON.stringify(file))
  await openKeyFile(o)
})

t.test('two writers do not lose a key', async (t) => {
  const o = await options()
  const first = await createKeyFile(o)
  const second = await openKeyFile(o)
  await first.rotate()
  await t.rejects(second.rotate(), { code: 'KEY_FILE_CHANGED' })
  t.same((await openKeyFile(o)).publicKeys(), first.publicKeys())
})

t.test('no seed stands in the file in the clear', async (t) => {
  const o = await options()
  const seeds: Uint8Array[] = []
  const random = (bytes: number) => {
    const fresh = systemRandom(bytes)
    if (bytes === 32) seeds.push(fresh.slice())
    return fresh
  }
  await createKeyFile({ ...o, random })
  const text = await readFile(o.path, 'utf8')
  t.equal(seeds.length, 2)
  for (const seed of seeds) {
    for (const encoding of ['base64url', 'base64', 'hex'] as const) {
      t.notOk(text.includes(Buffer.from(seed).toString(encoding)))
    }
  }
})
