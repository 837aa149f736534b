import t from 'tap'
import { openEncryptor } from '#crypto/he/encrypt'
import { startEngine } from '#crypto/he/engine'
import { createSum } from '#crypto/he/evaluate'
import { generateKeys } from '#crypto/he/keys'
import {
  noiseLimit,
  noiseMarginBits,
  parameterSet,
  TAB,
  worstCaseNoise,
} from '#crypto/he/parameters'
import { ciphertextBytes } from '#crypto/he/seal-bytes'
import { uniformVector } from '../support/vectors.ts'

const engine = await startEngine(TAB, 64)

t.test('SEAL derives the pinned primes and ids, at 128-bit security', async (t) => {
  const { seal, context } = engine
  const primes = [...TAB.dataPrimes, TAB.specialPrime].map(BigInt)
  const parameters = context.keyContextData().parms()
  const derived = [0, 1, 2].map((i) => parameters.coeffModulus().get(i)?.value())
  t.same(derived, primes)
  t.equal(parameters.plainModulus().value(), 1n << BigInt(TAB.plainBits))
  t.equal(parameters.polyModulusDegree(), TAB.degree)
  const bits = context.keyContextData().totalCoeffModulusBitCount()
  t.equal(bits, 109)
  t.ok(bits <= seal.CoeffModulus.MaxBitCount(TAB.degree, seal.SecLevelType.tc128))
})

t.test('an engine that derives another parms_id refuses to start', async (t) => {
  const others = [
    { ...TAB, plainBits: 49 },
    { ...TAB, keyParmsId: TAB.dataParmsId },
    { ...TAB, dataPrimes: [2 ** 44, 2 ** 44] },
  ]
  for (const set of others) await t.rejects(startEngine(set, 64), { code: 'HE_PARAMETERS' })
})

t.test('only listed sets exist', async (t) => {
  t.equal(parameterSet('TAB'), TAB)
  for (const id of ['', 'tab', 'ADD', 'toString']) {
    t.throws(() => parameterSet(id), { code: 'HE_PARAMETERS' })
  }
})

t.test('the noise model says what the proof says', async (t) => {
  // B(2N+1)/p = 1.50, (N+1)/2 = 2048.5, 1/2; each rounded up: 2 + 2049 + 1.
  t.equal(worstCaseNoise(TAB, 1), 2052n)
  t.equal(worstCaseNoise(TAB, 1024), 2052n * 1024n)
  t.equal(noiseLimit(TAB).toString(2).length - 1, 40)
  t.equal(noiseMarginBits(TAB, 1024), 19)
  for (const bad of [0, -1, 1.5, 1025]) {
    t.throws(() => worstCaseNoise(TAB, bad), { code: 'HE_SUMMANDS' })
  }
})

t.test('measured noise never exceeds the model', async (t) => {
  const { seal, context } = engine
  using keys = generateKeys(engine)
  using encryptor = openEncryptor(engine, keys.publicKey)
  using decryptor = new seal.Decryptor(context, keys.secretKey)
  using ciphertext = new seal.Ciphertext()
  const sum = createSum(TAB)
  const top = (1n << BigInt(TAB.plainBits)) - 1n
  const vectors = [
    uniformVector(TAB),
    new BigUint64Array(TAB.degree),
    new BigUint64Array(TAB.degree).fill(top),
  ]
  for (let summands = 1; summands <= 48; summands++) {
    sum.add(encryptor.encrypt(vectors[summands % 3] ?? uniformVector(TAB)))
    ciphertext.loadFromArray(context, ciphertextBytes(sum.finish()))
    const budget = decryptor.invariantNoiseBudget(ciphertext)
    t.ok(budget >= noiseMarginBits(TAB, summands), `${summands} summands: ${budget} bits`)
  }
})
