import { openEncryptor } from '#crypto/he/encrypt'
import { type Engine, startEngine } from '#crypto/he/engine'
import { createSum } from '#crypto/he/evaluate'
import { TAB } from '#crypto/he/parameters'
import type { Residues } from '#crypto/he/residues'
import { ciphertextBytes } from '#crypto/he/seal-bytes'
import { openKeySession } from '#crypto/he/session'
import { ciphertextWireBytes, packResidues, unpackCiphertext } from '#crypto/he/wire'
import type { BenchmarkResult } from '../result.ts'
import { race } from '../runner/measure.ts'

const DISTINCT = 50
const MEMORY_MB = 256

/**
 * The release authority's addition: every ciphertext decoded, range-checked and added, against
 * node-seal loading and adding the same ciphertexts. Throws unless the sum decrypts exactly.
 */
export async function addingResults(count: number, rounds: number): Promise<BenchmarkResult[]> {
  using engine = await startEngine(TAB, MEMORY_MB)
  const session = openKeySession(engine)
  const vectors = Array.from({ length: DISTINCT }, (_, index) => vectorOf(index))
  using encryptor = openEncryptor(engine, session.publicKey)
  const distinct = vectors.map((vector) => encryptor.encrypt(vector))
  const wires = copies(distinct, count)
  const sealed = copies(distinct.map(toSealBytes), count)
  const [sum] = session.open([packResidues(addOurs(wires))])
  if (sum === undefined || !sum.every((value) => value === plainSum(count))) {
    throw new Error('the sum does not decrypt to the sum')
  }
  const [ours, seals] = await race(rounds, [() => addOurs(wires), () => addSeals(engine, sealed)])
  if (ours === undefined || seals === undefined) throw new Error('nothing was measured')
  const added: BenchmarkResult = {
    name: `${count.toLocaleString('en-US')} ciphertexts validated and added`,
    unit: 'ms',
    value: ours.median,
    anchor: { name: 'node-seal, load and add', value: seals.median },
    ratio: ours.median / seals.median,
    target: { value: (40 * count) / 1000, direction: 'at-most' },
    note: `median of ${rounds} in turn; processor time ${ours.cpu.toFixed(1)} ms and ${seals.cpu.toFixed(1)} ms`,
  }
  return [added, wireResult()]
}

/** Bytes of a ciphertext on the wire against the bits that its residues need. */
function wireResult(): BenchmarkResult {
  const value = ciphertextWireBytes(TAB)
  const bits = TAB.dataPrimes.reduce((sum, prime) => sum + BigInt(prime - 1).toString(2).length, 0)
  const exact = (2 * TAB.degree * bits) / 8
  return {
    name: 'a ciphertext on the wire',
    unit: 'bytes',
    value,
    anchor: { name: 'exact modulus bits', value: exact },
    ratio: value / exact,
    target: { ratio: 1.02, direction: 'at-most' },
    note: `${TAB.degree.toLocaleString('en-US')} coefficients, header included`,
  }
}

function vectorOf(index: number): BigUint64Array {
  return new BigUint64Array(TAB.degree).fill(BigInt(index) << 33n)
}

function plainSum(count: number): bigint {
  const total = Array.from({ length: count }, (_, index) => BigInt(index % DISTINCT) << 33n)
  return BigInt.asUintN(
    TAB.plainBits,
    total.reduce((sum, value) => sum + value, 0n),
  )
}

// Each in memory of its own, as ciphertexts of as many holders are.
function copies(originals: readonly Uint8Array[], count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    return Uint8Array.from(originals[index % originals.length] ?? [])
  })
}

function toSealBytes(wire: Uint8Array): Uint8Array {
  return ciphertextBytes(unpackCiphertext(TAB, wire))
}

function addOurs(wires: readonly Uint8Array[]): Residues {
  const sum = createSum(TAB)
  for (const wire of wires) sum.add(wire)
  return sum.finish()
}

function addSeals({ seal, context }: Engine, sealed: readonly Uint8Array[]): void {
  using evaluator = new seal.Evaluator(context)
  using total = new seal.Ciphertext()
  using summand = new seal.Ciphertext()
  total.loadFromArray(context, sealed[0] ?? new Uint8Array())
  for (const bytes of sealed.slice(1)) {
    summand.loadFromArray(context, bytes)
    evaluator.addInplace(total, summand)
  }
}
