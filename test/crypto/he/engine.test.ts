import { readFile } from 'node:fs/promises'
import t from 'tap'
import { openDecryptor } from '#crypto/he/decrypt'
import { openEncryptor } from '#crypto/he/encrypt'
import { openContext, startEngine } from '#crypto/he/engine'
import { guarded } from '#crypto/he/engine-guard'
import { createSum } from '#crypto/he/evaluate'
import { generateKeys } from '#crypto/he/keys'
import { TAB } from '#crypto/he/parameters'
import { decodePlaintext, encodePlaintext } from '#crypto/he/plaintext'
import { asResidues } from '#crypto/he/residues'
import { ciphertextBytes, seededKeyBytes } from '#crypto/he/seal-bytes'
import { loadSeal, withMemoryCap } from '#crypto/he/seal-module'
import { packPublicKey, packResidues, unpackCiphertext, unpackPublicKey } from '#crypto/he/wire'
import { countHandles } from '../support/live-handles.ts'
import { uniformResidues, uniformVector } from '../support/vectors.ts'

const engine = await startEngine(TAB, 64)
const keys = generateKeys(engine)
const encryptor = openEncryptor(engine, keys.publicKey)
const decryptor = openDecryptor(engine, keys.secretKey)
const mask = (1n << BigInt(TAB.plainBits)) - 1n

t.test("crafted plaintexts are SEAL's own bytes, zeros are restored", async (t) => {
  const { seal, context } = engine
  const none = seal.ComprModeType.none
  using plaintext = new seal.Plaintext()
  const vector = uniformVector(TAB)
  plaintext.loadFromArray(context, encodePlaintext(TAB, vector))
  t.same(plaintext.saveToArray(none), encodePlaintext(TAB, vector))
  t.same(decodePlaintext(TAB, plaintext.saveToArray(none)), vector)
  // What decryption returns for a sparse message is shorter: SEAL trims it.
  using trimmed = new seal.Plaintext(3)
  t.ok(trimmed.saveToArray(none).length < 200)
  t.same(decodePlaintext(TAB, trimmed.saveToArray(none)), new BigUint64Array(TAB.degree))
  const sparse = new BigUint64Array(TAB.degree)
  sparse[7] = 9n
  t.same(decryptor.decrypt(unpackCiphertext(TAB, encryptor.encrypt(sparse))), sparse)
})

t.test('coefficients out of range or number refuse before SEAL', async (t) => {
  const vector = uniformVector(TAB)
  for (const bad of [mask + 1n, 1n << 63n]) {
    t.throws(() => encryptor.encrypt(vector.with(4095, bad)), { code: 'HE_COEFFICIENTS' })
  }
  for (const length of [0, 4095, 4097]) {
    t.throws(() => encryptor.encrypt(new BigUint64Array(length)), { code: 'HE_COEFFICIENTS' })
  }
  const long = new BigUint64Array(TAB.degree + 1)
  t.throws(() => decodePlaintext(TAB, encodePlaintextUnchecked(long)), { code: 'HE_COEFFICIENTS' })
})

/** A plaintext one coefficient too long, as a changed engine might return it. */
function encodePlaintextUnchecked(coefficients: BigUint64Array): Uint8Array {
  return encodePlaintext({ ...TAB, degree: coefficients.length }, coefficients)
}

t.test('encrypt, pack, unpack, add, decrypt: exact, wraps included', async (t) => {
  const vectors = Array.from({ length: 12 }, () => uniformVector(TAB))
  for (const vector of vectors) vector[0] = mask
  const sum = createSum(TAB)
  for (const vector of vectors) sum.add(encryptor.encrypt(vector))
  const expected = new BigUint64Array(TAB.degree).map(
    (_, i) => vectors.reduce((total, vector) => total + (vector[i] ?? 0n), 0n) & mask,
  )
  t.same(decryptor.decrypt(sum.finish()), expected)
  t.equal(expected[0], (12n * mask) & mask)
})

t.test('sums are bit-exact with SEAL and independent of order', async (t) => {
  const { seal, context } = engine
  const distinct = Array.from({ length: 20 }, () => uniformResidues(TAB))
  const items = Array.from({ length: 15 }, () => distinct).flat()
  using evaluator = new seal.Evaluator(context)
  using total = new seal.Ciphertext()
  using one = new seal.Ciphertext()
  const [forward, backward] = [createSum(TAB), createSum(TAB)]
  for (const [i, item] of items.entries()) {
    one.loadFromArray(context, ciphertextBytes(item))
    if (i === 0) total.assign(one)
    else evaluator.addInplace(total, one)
    forward.add(packResidues(item))
  }
  for (const item of items.toReversed()) backward.add(packResidues(item))
  const bytes = ciphertextBytes(forward.finish())
  t.equal(Buffer.compare(bytes, total.saveToArray(seal.ComprModeType.none)), 0)
  t.equal(Buffer.compare(bytes, ciphertextBytes(backward.finish())), 0)
  t.equal(forward.count, 300)
})

t.test('a sum of extreme residues is exact up to the last summand, and no further', async (t) => {
  const values = new Float64Array(4 * TAB.degree)
  for (const [row, prime] of [...TAB.dataPrimes, ...TAB.dataPrimes].entries()) {
    values.fill(prime - 1, row * TAB.degree, (row + 1) * TAB.degree)
  }
  const largest = packResidues(asResidues(TAB, values))
  const sum = createSum(TAB)
  t.throws(() => sum.finish(), { code: 'HE_SUMMANDS' })
  for (let i = 0; i < TAB.maxSummands; i++) sum.add(largest)
  const [q0 = 0, q1 = 0] = TAB.dataPrimes
  const { values: result } = sum.finish()
  t.same([result[0], result[4096]], [q0 - 1024, q1 - 1024])
  t.throws(() => sum.add(largest), { code: 'HE_SUMMANDS' })
})

t.test('summands that cancel to a readable ciphertext refuse', async (t) => {
  const one = uniformResidues(TAB)
  const negated = one.values.map((value, i) => {
    const prime = TAB.dataPrimes[(i >> 12) & 1] ?? 0
    return i < 2 * TAB.degree ? value : (prime - value) % prime
  })
  const sum = createSum(TAB)
  sum.add(packResidues(one))
  sum.add(packResidues(asResidues(TAB, negated)))
  t.throws(() => sum.finish(), { code: 'HE_WIRE', message: /transparent/ })
})

t.test('a failed addition leaves the sum as it was', async (t) => {
  const sum = createSum(TAB)
  sum.add(packResidues(uniformResidues(TAB)))
  const before = sum.finish()
  const good = packResidues(uniformResidues(TAB))
  const row = (good.length - 8) / 4
  for (const at of [8, 8 + row, 8 + 2 * row, good.length - 23]) {
    t.throws(() => sum.add(good.slice().fill(255, at, at + 23)), { code: 'HE_WIRE' })
  }
  t.throws(() => sum.add(good.slice().fill(0, good.length - row)), { code: 'HE_WIRE' })
  t.throws(() => sum.add(good.subarray(1)), { code: 'HE_WIRE' })
  t.same(sum.finish().values, before.values)
  t.equal(sum.count, 1)
  t.equal(sum.count, 1)
})

t.test("the public key wire rebuilds SEAL's seeded key", async (t) => {
  const { seal, context } = engine
  using key = new seal.PublicKey()
  const bytes = seededKeyBytes(unpackPublicKey(TAB, keys.publicKey))
  t.equal(bytes.length, 98498)
  key.loadFromArray(context, bytes)
  t.same(packPublicKey(TAB, bytes), keys.publicKey)
  // Expanded, the key is twice as long and no longer a form that we accept.
  const full: Uint8Array = key.saveToArray(seal.ComprModeType.none)
  t.throws(() => packPublicKey(TAB, full), { code: 'HE_WIRE' })
})

t.test('two encryptions of one vector share nothing', async (t) => {
  const vector = uniformVector(TAB)
  const [a, b] = [encryptor.encrypt(vector), encryptor.encrypt(vector)]
  const equal = a.filter((byte, i) => i >= 8 && byte === b[i]).length
  t.ok(equal < a.length / 128, `${equal} of ${a.length} bytes equal, 1 in 256 expected`)
})

t.test('no native handle outlives its work', async (t) => {
  const module = await loadSeal(64)
  const handles = countHandles(module.seal)
  {
    using context = openContext(module.seal, TAB)
    const own = { set: TAB, seal: module.seal, context, module, [Symbol.dispose]: () => undefined }
    using ownKeys = generateKeys(own)
    using ownEncryptor = openEncryptor(own, ownKeys.publicKey)
    using ownDecryptor = openDecryptor(own, ownKeys.secretKey)
    const idle = handles.live()
    for (let i = 0; i < 3; i++) {
      const wire = ownEncryptor.encrypt(uniformVector(TAB))
      ownDecryptor.decrypt(unpackCiphertext(TAB, wire))
      t.throws(() => ownEncryptor.encrypt(new BigUint64Array(1)), { code: 'HE_COEFFICIENTS' })
      t.equal(handles.live(), idle)
    }
    t.equal(idle, 4, 'context, secret key, encryptor, decryptor')
  }
  t.equal(handles.live(), 0)
  t.throws(() => openContext(module.seal, { ...TAB, plainBits: 49 }), { code: 'HE_PARAMETERS' })
  t.equal(handles.live(), 0)
  // Positive control: the counter sees a handle that is forgotten.
  const leaked = new module.seal.Plaintext()
  t.equal(handles.live(), 1)
  leaked.delete()
  t.ok(handles.made() > 20)
})

t.test('what SEAL throws becomes an error with a code and no operands', async (t) => {
  const { seal, context } = engine
  using ciphertext = new seal.Ciphertext()
  const load = (bytes: unknown) => () => ciphertext.loadFromArray(context, bytes)
  // Positive control: unguarded, a C++ exception is no Error at all.
  let thrown: unknown
  try {
    load(new Uint8Array(200))()
  } catch (cause) {
    thrown = cause
  }
  t.notOk(thrown instanceof Error)
  for (const bytes of [new Uint8Array(200), new Uint8Array(0), Buffer.alloc(200), 7]) {
    t.throws(() => guarded(load(bytes)), { name: 'CryptoError', code: 'HE_ENGINE' })
  }
})

t.test('the memory cap is in the module itself', async (t) => {
  const file = new URL('./seal_throws.wasm', import.meta.resolve('node-seal'))
  const bytes = await readFile(file)
  const changed = withMemoryCap(bytes, 1024)
  const differing = changed.filter((byte, i) => byte !== bytes[i]).length
  t.ok(differing > 0 && differing <= 3)
  for (const pages of [0, 256, 511, 512.5, 65537]) {
    t.throws(() => withMemoryCap(bytes, pages), { code: 'HE_PARAMETERS' }, `${pages} pages`)
  }
  for (const other of [
    bytes.subarray(0, 100),
    new Uint8Array(64),
    Uint8Array.from({ length: 64 }, () => 255),
  ]) {
    t.throws(() => withMemoryCap(other, 1024), { code: 'HE_ENGINE' })
  }
  const { seal, memory } = await loadSeal(32)
  const kept: unknown[] = []
  const eat = () => {
    for (let i = 0; i < 100; i++) kept.push(new seal.Plaintext(65536))
  }
  t.throws(() => guarded(eat), { code: 'HE_OUT_OF_MEMORY' })
  t.ok(memory().length <= 32 * 2 ** 20)
})
