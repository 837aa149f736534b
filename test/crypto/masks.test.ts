import { createHash } from 'node:crypto'
import t from 'tap'
import { type Digest, digestBytes } from '#crypto/digest'
import { addPairwiseMasks, createMaskKeyPair, derivePairKey, type PairKey } from '#crypto/masks'
import { addPads, createPadSeed, derivePadKey, removePads } from '#crypto/pads'
import { CHUNK_SLOTS, expandChunk, SLOT_MASK } from '#crypto/prg'
import { systemRandom } from '#crypto/random'
import { Secret } from '#crypto/secret'
import vectors from './vectors/masks-v1.json' with { type: 'json' }

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))
const texts = (words: BigUint64Array) => [...words].map(String)
const sha = (words: BigUint64Array) =>
  createHash('sha256').update(new Uint8Array(words.buffer)).digest('hex')
const key = (secret: Secret) => secret.use((bytes) => Buffer.from(bytes).toString('hex'))
const zero = () => new BigUint64Array(CHUNK_SLOTS)

const binding = { transcript: digestBytes(Uint8Array.of(1)), panelId: 'tax' }

/** Deterministic keys, so that a failure repeats. */
function seeded(seed: string) {
  let block = 0
  return (bytes: number) => {
    const fresh = createHash('sha256').update(`${seed}/${block++}`).digest()
    return Uint8Array.from(fresh.subarray(0, bytes))
  }
}

/** Pair keys of every holder of a roster, as the holders themselves would derive them. */
function roster(size: number): readonly (readonly PairKey[])[] {
  const pairs = Array.from({ length: size }, (_, i) => createMaskKeyPair(seeded(`holder ${i}`)))
  return pairs.map((own, i) =>
    pairs.flatMap(({ publicKey }, index) =>
      index === i ? [] : [{ index, key: derivePairKey(own, publicKey, binding) }],
    ),
  )
}

function addInto(sum: BigUint64Array, values: BigUint64Array): void {
  for (const [i, value] of values.entries()) sum[i] = ((sum[i] ?? 0n) + value) & SLOT_MASK
}

t.test('vectors of another implementation', async (t) => {
  const pairs = vectors.seeds.map((seed) => createMaskKeyPair(() => hex(seed)))
  t.same(
    pairs.map(({ publicKey }) => Buffer.from(publicKey).toString('hex')),
    vectors.publicKeys,
  )
  for (const { panelId, pairKeys, stream01, maskOfHolder2, pad } of vectors.panels) {
    const bound = { transcript: vectors.transcript as Digest, panelId }
    const derive = (i = -1, j = -1) => {
      const [own, peer] = [pairs[i], pairs[j]]
      if (own === undefined || peer === undefined) throw new Error('bad vector')
      return derivePairKey(own, peer.publicKey, bound)
    }
    for (const {
      pair: [i, j],
      key: expected,
    } of pairKeys) {
      t.equal(key(derive(i, j)), expected)
      t.equal(key(derive(j, i)), expected)
    }
    const shared = derive(0, 1)
    const chunk0 = expandChunk(shared, 0)
    t.same(texts(chunk0.subarray(0, 16)), stream01.first16)
    t.same(texts(chunk0.subarray(-4)), stream01.chunk0Last4)
    t.equal(sha(chunk0), stream01.chunk0Sha256)
    t.same(texts(expandChunk(shared, 1).subarray(0, 4)), stream01.chunk1First4)
    t.same(texts(expandChunk(shared, Number(stream01.farChunk)).subarray(0, 4)), stream01.farFirst4)
    const mask = (chunk: number) => {
      const values = zero()
      const others = [0, 1, 3].map((index) => ({ index, key: derive(2, index) }))
      addPairwiseMasks(values, { chunk, ownIndex: 2, pairKeys: others })
      return values
    }
    t.same(texts(mask(0).subarray(0, 16)), maskOfHolder2.first16)
    t.same([sha(mask(0)), sha(mask(1))], [maskOfHolder2.chunk0Sha256, maskOfHolder2.chunk1Sha256])
    const padKey = derivePadKey(Secret.take(hex(pad.seed)), bound)
    const padded = zero()
    addPads(padded, { chunk: 0 }, padKey)
    t.equal(key(padKey), pad.key)
    t.same([texts(padded.subarray(0, 16)), sha(padded)], [pad.first16, pad.sha256])
  }
})

t.test('the masks of a whole roster sum to zero, in both regions and no further', async (t) => {
  const regions = [
    { from: 0, to: 901 },
    { from: 901, to: 3000 },
  ] as const
  for (let size = 3; size <= 16; size++) {
    const keys = roster(size)
    for (const [chunk, region] of regions.entries()) {
      const sum = zero()
      for (const [ownIndex, pairKeys] of keys.entries()) {
        const values = zero()
        addPairwiseMasks(values, { ...region, chunk, ownIndex, pairKeys })
        t.ok(values.subarray(region.from, region.to).every((value) => value <= SLOT_MASK))
        t.ok(
          values.subarray(region.to).every((value) => value === 0n),
          'outside untouched',
        )
        addInto(sum, values)
      }
      t.ok(
        sum.every((value) => value === 0n),
        `${size} holders, region ${chunk}`,
      )
    }
  }
})

/**
 * Pearson's statistic over the 64 values of the six bits at `shift`: 63 degrees of freedom, mean
 * 63, deviation 11.2. Uniform data stays under 140 but for 1 in 10^7. Power: a bias by which one
 * value of the 64 occurs twice as often in 12,288 draws raises the mean to about 250.
 */
function chiSquare(values: readonly bigint[], shift: bigint): number {
  const counts = new Array<number>(64).fill(0)
  for (const value of values) {
    const bin = Number((value >> shift) & 63n)
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  const expected = values.length / 64
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

t.test('one missing holder leaves uniform residues', async (t) => {
  const left: bigint[] = []
  const keys = roster(5)
  for (const chunk of [0, 1, 2]) {
    const sum = zero()
    for (const [ownIndex, pairKeys] of keys.entries()) {
      const values = zero().fill(5n)
      addPairwiseMasks(values, { chunk, ownIndex, pairKeys })
      if (ownIndex !== 3) addInto(sum, values)
    }
    left.push(...sum)
  }
  const shifts = [0n, 11n, 22n, 33n, 44n]
  for (const shift of shifts) t.ok(chiSquare(left, shift) < 140, `bits from ${shift}`)
  // Positive control with the stated bias: one value in 64 comes twice as often.
  const biased = left.map((value, i) => (i % 64 === 0 ? value & ~63n : value))
  t.ok(chiSquare(biased, 0n) > 140)
})

t.test('another transcript or panel gives unrelated keys', async (t) => {
  const [a, b] = [createMaskKeyPair(systemRandom), createMaskKeyPair(systemRandom)]
  const seed = createPadSeed(systemRandom)
  const bindings = [
    binding,
    { ...binding, panelId: 'tax2' },
    { ...binding, transcript: digestBytes(Uint8Array.of(2)) },
  ]
  const keys = bindings.flatMap((bound) => [
    key(derivePairKey(a, b.publicKey, bound)),
    key(derivePadKey(seed, bound)),
  ])
  t.equal(new Set(keys).size, 6)
})

t.test('unusable peer keys refuse', async (t) => {
  const own = createMaskKeyPair(systemRandom)
  const prime = Buffer.from(`ed${'ff'.repeat(30)}7f`, 'hex')
  const nonCanonicalNine = Buffer.from(`f6${'ff'.repeat(30)}7f`, 'hex')
  const highBit = own.publicKey.map((byte, i) => (i === 31 ? byte | 128 : byte))
  // Points of order 1, 2, 4 and 8 (RFC 7748 section 6.1; the list of curve25519's author).
  const orders = [
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    `ec${'ff'.repeat(30)}7f`,
  ].map(hex)
  const bad = [...orders, prime, nonCanonicalNine, highBit, own.publicKey, own.publicKey.slice(1)]
  for (const peer of bad) {
    t.throws(() => derivePairKey(own, peer, binding), { code: 'MASK_PEER_KEY' })
  }
})

t.test('a roster that would hide nothing refuses', async (t) => {
  const [keys = []] = roster(4)
  const [first, second] = keys
  if (first === undefined || second === undefined) throw new Error('no keys')
  for (const pairKeys of [[], [first], [first, first], [first, { ...second, index: 0 }]]) {
    const task = { chunk: 0, ownIndex: 0, pairKeys }
    t.throws(() => addPairwiseMasks(zero(), task), { code: 'MASK_ROSTER' })
  }
})

t.test('only the consumer, with all seeds, takes the pads away', async (t) => {
  const keys = Array.from({ length: 4 }, () => derivePadKey(createPadSeed(systemRandom), binding))
  const task = { chunk: 7, from: 100, to: 200 }
  const sum = zero()
  for (const [i, padKey] of keys.entries()) {
    const values = zero().fill(BigInt(i))
    addPads(values, task, padKey)
    addInto(sum, values)
  }
  const plain = zero().fill(6n)
  const opened = sum.slice()
  removePads(opened, task, keys)
  t.same(opened, plain)
  const partly = sum.slice()
  removePads(partly, task, keys.slice(1))
  t.same(partly.subarray(0, 100), plain.subarray(0, 100))
  t.notOk(partly.subarray(100, 200).some((value) => value === 6n))
})

t.test('keys, chunks and ranges out of bounds refuse', async (t) => {
  const good = Secret.random(32, systemRandom)
  t.throws(() => expandChunk(Secret.random(16, systemRandom), 0), { code: 'SECRET_LENGTH' })
  for (const chunk of [-1, 0.5, 2 ** 53]) t.throws(() => expandChunk(good, chunk), RangeError)
  for (const range of [{ from: -1 }, { to: 4097 }, { from: 5, to: 4 }, { from: Number.NaN }]) {
    t.throws(() => addPads(zero(), { chunk: 0, ...range }, good), RangeError)
  }
  t.throws(() => addPads(new BigUint64Array(4095), { chunk: 0 }, good), RangeError)
})
