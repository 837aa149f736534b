import type { Ciphertext } from 'node-seal'
import { openEncryptor } from '#crypto/he/encrypt'
import { type Engine, startEngine } from '#crypto/he/engine'
import { createSum } from '#crypto/he/evaluate'
import { generateKeys } from '#crypto/he/keys'
import { TAB } from '#crypto/he/parameters'
import { type Residues, residueCount } from '#crypto/he/residues'
import { ciphertextBytes, ciphertextResidues } from '#crypto/he/seal-bytes'
import { ciphertextWireBytes, packResidues, unpackCiphertext } from '#crypto/he/wire'
import type { BenchmarkResult } from '../result.ts'
import { race } from '../runner/measure.ts'

const DISTINCT = 50
const MEMORY_MB = 256

/**
 * The release authority's addition: every ciphertext decoded, range-checked and added, against
 * node-seal loading and adding the same ciphertexts. Both sums are compared bit for bit.
 */
export async function addingResults(count: number, rounds: number): Promise<BenchmarkResult[]> {
  using engine = await startEngine(TAB, MEMORY_MB)
  const wires = copies(encryptions(engine), count)
  const sealed = copies(wires.slice(0, DISTINCT).map(toSealBytes), count)
  requireSame(addOurs(wires), addSeals(engine, sealed))
  const [ours, seals] = await race(rounds, [() => addOurs(wires), () => addSeals(engine, sealed)])
  if (ours === undefined || seals === undefined) throw new Error('nothing was measured')
  const added: BenchmarkResult = {
    name: `${count.toLocaleString('en-US')} ciphertexts validated and added`,
    unit: 'ms',
    value: ours.median,
    anchor: { name: 'node-seal, load and add', value: seals.median },
    ratio: ours.median / seals.median,
    target: { value: (40 * count) / 1000, direction: 'at-most' },
    note: `median of ${rounds} rounds in turn, fastest ${ours.fastest.toFixed(1)} ms and ${seals.fastest.toFixed(1)} ms; equal sums`,
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

function encryptions(engine: Engine): Uint8Array[] {
  using keys = generateKeys(engine)
  using encryptor = openEncryptor(engine, keys.publicKey)
  return Array.from({ length: DISTINCT }, (_, index) =>
    encryptor.encrypt(new BigUint64Array(TAB.degree).fill(BigInt(index) << 33n)),
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
  const buffer = new Float64Array(residueCount(TAB))
  for (const wire of wires) sum.add(unpackCiphertext(TAB, wire, buffer))
  return sum.finish()
}

function addSeals({ seal, context }: Engine, sealed: readonly Uint8Array[]): Residues {
  using evaluator = new seal.Evaluator(context)
  using total: Ciphertext = new seal.Ciphertext()
  using summand: Ciphertext = new seal.Ciphertext()
  total.loadFromArray(context, sealed[0] ?? new Uint8Array())
  for (const bytes of sealed.slice(1)) {
    summand.loadFromArray(context, bytes)
    evaluator.addInplace(total, summand)
  }
  return ciphertextResidues(TAB, total.saveToArray(seal.ComprModeType.none))
}

function requireSame(ours: Residues, seals: Residues): void {
  const isSame = Buffer.compare(packResidues(ours), packResidues(seals)) === 0
  if (!isSame) throw new Error('our sum is not that of node-seal')
}
