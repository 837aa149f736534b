/*
 * A11: hostile bytes where a ciphertext or a public key is expected. The attack is a message that
 * crashes, hangs or swells the engine, or that it accepts though it protects nothing. Composed
 * without the control, that is with the bytes given to SEAL's own loader, it succeeds; the
 * validator refuses every such message before SEAL sees a byte.
 *
 * What this cannot see: a ciphertext is malleable, so flipped bits inside a residue mostly give
 * another valid residue. Those are caught by the signature over the wire, not here; here they must
 * decode to exactly one thing and open to noise without an error.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { deflateSync, zstdCompressSync } from 'node:zlib'
import t from 'tap'
import { CryptoError } from '#crypto/errors'
import { TAB } from '#crypto/he/parameters'
import { openCell } from '#crypto/he/pool'
import { residueCount } from '#crypto/he/residues'
import { ciphertextBytes, ciphertextResidues } from '#crypto/he/seal-bytes'
import {
  addCiphertext,
  packPublicKey,
  packResidues,
  unpackCiphertext,
  unpackPublicKey,
} from '#crypto/he/wire'
import type { UnguardedJobs } from '../crypto/support/unguarded-cell.ts'
import { repeatable, uniformResidues } from '../crypto/support/vectors.ts'

const unguarded = new URL('../crypto/support/unguarded-cell.ts', import.meta.url)
const options = { set: TAB, memoryMb: 256, deadlineMs: 30_000 }
const cell = await openCell<UnguardedJobs>(unguarded, options)
t.teardown(() => cell[Symbol.asyncDispose]())
const [plain = none(), seeded = none(), publicKey = none()] = await cell.run('sample', null)

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0

type Edit = (bytes: Buffer) => Uint8Array | undefined

function none(): Uint8Array {
  throw new Error('no sample')
}

function edited(bytes: Uint8Array, edit: Edit): Uint8Array {
  const copy = Buffer.from(bytes)
  return Uint8Array.from(edit(copy) ?? copy)
}

/** SEAL's header around a body, with compression mode 1 (zlib) or 2 (zstd). */
function enveloped(body: Uint8Array, mode: number): Uint8Array {
  const header = Buffer.from([0x5e, 0xa1, 16, 4, 1, mode, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  header.writeBigUInt64LE(BigInt(16 + body.length), 8)
  return Uint8Array.from(Buffer.concat([header, body]))
}

const u64 =
  (at: number, value: bigint): Edit =>
  (b) =>
    void b.writeBigUInt64LE(value, at)
const u8 =
  (at: number, value: number): Edit =>
  (b) =>
    void b.writeUInt8(value, at)
const zeros = (megabytes: number) => Buffer.alloc(megabytes * 2 ** 20)

/** Messages in SEAL's own serialisation: every case of the engine study's table, and more. */
const SEAL_CASES: Readonly<Record<string, Uint8Array>> = {
  empty: new Uint8Array(),
  'shorter than a header': plain.slice(0, 15),
  'half a message': plain.slice(0, plain.length >> 1),
  'one byte short': plain.slice(0, -1),
  'trailing bytes': edited(plain, (b) => Buffer.concat([b, Buffer.alloc(100)])),
  magic: edited(plain, u8(0, 0)),
  'major version': edited(plain, u8(3, 3)),
  'minor version of a later SEAL': edited(plain, u8(4, 4)),
  'unknown compression mode': edited(plain, u8(5, 9)),
  'reserved byte': edited(plain, u8(6, 1)),
  'size huge': edited(plain, u64(8, 0x7fffffffffffn)),
  'size 4 GB, zstd': edited(edited(plain, u8(5, 2)), u64(8, 0xf0000000n)),
  'size 1, zstd': edited(edited(plain, u8(5, 2)), u64(8, 1n)),
  'zero parms_id': edited(plain, (b) => void b.fill(0, 16, 48)),
  'parms_id of keys': edited(plain, (b) => void b.set(Buffer.from(TAB.keyParmsId, 'hex'), 16)),
  'NTT flag': edited(plain, u8(48, 1)),
  'NTT flag 7': edited(plain, u8(48, 7)),
  'size 0': edited(plain, u64(49, 0n)),
  'size 1': edited(plain, u64(49, 1n)),
  'size 3': edited(plain, u64(49, 3n)),
  'size 17': edited(plain, u64(49, 17n)),
  'size 2^32 + 2': edited(plain, u64(49, 2n ** 32n + 2n)),
  'another degree': edited(plain, u64(57, 16384n)),
  'another number of primes': edited(plain, u64(65, 99n)),
  'scale not a number': edited(plain, (b) => void b.writeDoubleLE(Number.NaN, 73)),
  'correction factor 0': edited(plain, u64(81, 0n)),
  'correction factor 7': edited(plain, u64(81, 7n)),
  'inner header': edited(plain, u8(89, 0)),
  'inner size': edited(plain, u64(97, 1n)),
  'inner count huge': edited(plain, u64(105, 2n ** 40n)),
  'inner count 0': edited(plain, u64(105, 0n)),
  'residue of all ones': edited(plain, (b) => void b.fill(255, 113, 121)),
  'residue equal to its prime': edited(plain, u64(113 + 8 * 4096, BigInt(TAB.dataPrimes[1] ?? 0))),
  'last residue too large': edited(plain, u64(plain.length - 8, BigInt(TAB.dataPrimes[1] ?? 0))),
  transparent: edited(plain, (b) => void b.fill(0, 113 + (b.length - 113) / 2)),
  'all zero': edited(plain, (b) => void b.fill(0, 113)),
  'c1 zero modulo one prime': edited(
    plain,
    (b) => void b.fill(0, 113 + 8 * 2 * 4096, 113 + 8 * 3 * 4096),
  ),
  seeded,
  'seeded, claiming size 3': edited(seeded, u64(49, 3n)),
  'seeded, claiming size 16': edited(seeded, u64(49, 16n)),
  'seeded, unknown generator': edited(seeded, (b) => void b.writeUInt8(9, b.length - 65)),
  'a public key': publicKey,
  'zstd bomb': enveloped(zstdCompressSync(zeros(48)), 2),
  'zlib bomb': enveloped(deflateSync(zeros(48)), 1),
  'zstd of a valid body': enveloped(zstdCompressSync(plain.subarray(16)), 2),
  'zlib of a valid body': enveloped(deflateSync(plain.subarray(16)), 1),
  'zstd garbage': enveloped(Buffer.from('deadbeef'.repeat(3), 'hex'), 2),
}

t.test('without the control: SEAL accepts or swells', async (t) => {
  const accepted = [
    'transparent',
    'all zero',
    'trailing bytes',
    'seeded, claiming size 16',
    'NTT flag',
  ]
  for (const name of accepted) {
    const outcome = await cell.run('load', SEAL_CASES[name] ?? none())
    t.ok(outcome.loaded, `${name} is accepted`)
    if (name === 'transparent') t.ok(outcome.isTransparent)
    if (name.endsWith('16')) t.equal(outcome.size, 16)
  }
  for (const name of ['zstd bomb', 'zlib bomb']) {
    await using disposable = await openCell<UnguardedJobs>(unguarded, options)
    const bytes = SEAL_CASES[name] ?? none()
    const { loaded, grown } = await disposable.run('load', bytes)
    t.notOk(loaded)
    t.ok(
      bytes.length < 60_000 && grown > 40 * 2 ** 20,
      `${name}: ${bytes.length} B grow ${grown} B`,
    )
  }
})

t.test(
  "every case in SEAL form refuses, as a message and as the engine's own output",
  async (t) => {
    for (const [name, bytes] of Object.entries(SEAL_CASES)) {
      t.throws(() => unpackCiphertext(TAB, bytes), { code: 'HE_WIRE' }, name)
      t.throws(() => unpackPublicKey(TAB, bytes), { code: 'HE_WIRE' }, name)
      t.throws(() => ciphertextResidues(TAB, bytes), { code: 'HE_WIRE' }, name)
      t.throws(() => packPublicKey(TAB, bytes), { code: 'HE_WIRE' }, name)
    }
    // Control: the unchanged message passes the same parser, and so does its wire.
    const residues = ciphertextResidues(TAB, plain)
    t.same(ciphertextBytes(unpackCiphertext(TAB, packResidues(residues))), plain)
  },
)

const wire = packResidues(uniformResidues(TAB))
const keyWire = packPublicKey(TAB, seededKey())

/** A seeded public key cut from the expanded one: only p0 and the frame matter here. */
function seededKey(): Uint8Array {
  const count = 3 * 4096
  const seed = enveloped(Buffer.alloc(65, 1), 0)
  const bytes = Buffer.concat([publicKey.subarray(0, 113 + 8 * count), seed])
  bytes.writeBigUInt64LE(BigInt(bytes.length), 8)
  bytes.writeBigUInt64LE(BigInt(24 + 8 * count), 97)
  bytes.writeBigUInt64LE(BigInt(count), 105)
  return Uint8Array.from(bytes)
}

t.test('every case in our own form refuses', async (t) => {
  const header = (at: number) => [...Array(256).keys()].map((value) => u8(at, value))
  const flips = [...Array(8).keys()].flatMap((at) => header(at))
  for (const [valid, decode] of [
    [wire, unpackCiphertext],
    [keyWire, unpackPublicKey],
  ] as const) {
    decode(TAB, valid)
    const changed = flips.map((edit) => edited(valid, edit)).filter((bytes) => !same(bytes, valid))
    t.equal(changed.length, 8 * 255)
    const lengths = [0, 1, 7, 8, 9, valid.length - 1, valid.length + 1, 2 * valid.length]
    const resized = lengths.map((length) => {
      const bytes = new Uint8Array(length)
      bytes.set(valid.subarray(0, length))
      return bytes
    })
    for (const bytes of [...changed, ...resized]) {
      t.throws(() => decode(TAB, bytes), { code: 'HE_WIRE' })
    }
  }
  const rows = (wire.length - 8) / 4
  const ones =
    (row: number): Edit =>
    (b) =>
      void b.fill(255, 8 + row * rows, 8 + row * rows + 23)
  const zero =
    (row: number): Edit =>
    (b) =>
      void b.fill(0, 8 + row * rows, 8 + (row + 1) * rows)
  const bodies = [ones(0), ones(1), ones(2), ones(3), zero(2), zero(3)]
  for (const edit of bodies) {
    t.throws(() => unpackCiphertext(TAB, edited(wire, edit)), { code: 'HE_WIRE' })
  }
  const keyEdits = [
    ones(0),
    ones(1),
    zero(0),
    zero(1),
    u8(keyWire.length - 65, 0),
    u8(keyWire.length - 65, 2),
  ]
  const special: Edit = (b) => void b.fill(255, 8 + 2 * rows, 8 + 2 * rows + 17)
  for (const edit of [...keyEdits, special]) {
    t.throws(() => unpackPublicKey(TAB, edited(keyWire, edit)), { code: 'HE_WIRE' })
  }
})

/** One mutant of a valid message: cut, extended, or with some bytes changed. */
function mutant(valid: Uint8Array, pick: (below: number) => number): Uint8Array {
  const kind = pick(8)
  if (kind === 0) return valid.slice(0, pick(valid.length))
  const bytes = new Uint8Array(valid.length + (kind === 1 ? 1 + pick(64) : 0))
  bytes.set(valid)
  const changes = 1 + pick(4)
  for (let i = 0; i < changes; i++) {
    // Half of the changes meet the header, the seed or the first residues.
    const at = kind < 5 ? pick(24) : pick(bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 + pick(255))
  }
  return bytes
}

t.test('20,000 mutants: refused, or one canonical in-range reading; nothing grows', async (t) => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const held = async () => {
    // Freed buffers are counted until a later turn has swept them.
    for (let turn = 0; turn < 3; turn++) {
      collect()
      await new Promise((resolve) => setImmediate(resolve))
    }
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const pick = repeatable('a11')
  const sums = new Float64Array(residueCount(TAB))
  const outcomes = { refused: 0, read: 0 }
  const before = await held()
  for (let i = 0; i < 20_000; i++) {
    const bytes = mutant(wire, pick)
    const isFramed = bytes.length === wire.length && same(bytes.subarray(0, 8), wire.subarray(0, 8))
    try {
      if (i % 16 > 0) addCiphertext(TAB, bytes, sums)
      const isOneReading = i % 16 > 0 || same(packResidues(unpackCiphertext(TAB, bytes)), bytes)
      if (!isFramed || !isOneReading) t.fail(`mutant ${i} passed`)
      outcomes.read++
    } catch (error) {
      if (!(error instanceof CryptoError) || error.code !== 'HE_WIRE') throw error
      outcomes.refused++
    }
  }
  const grown = (await held()) - before
  t.ok(grown < 2 ** 20, `${grown} bytes held after 20,000 mutants`)
  t.ok(outcomes.refused > 5_000 && outcomes.read > 5_000, JSON.stringify(outcomes))
})
