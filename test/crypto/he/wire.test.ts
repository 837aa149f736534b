import fc from 'fast-check'
import t from 'tap'
import { packRow, rowBytes, unpackRow, widthOf } from '#crypto/he/bit-pack'
import { TAB } from '#crypto/he/parameters'
import { asResidues, residueCount, rowPrimes } from '#crypto/he/residues'
import { ciphertextBytes, ciphertextResidues } from '#crypto/he/seal-bytes'
import {
  ciphertextWireBytes,
  packCiphertext,
  packResidues,
  publicKeyWireBytes,
  unpackCiphertext,
} from '#crypto/he/wire'
import { uniformResidues } from '../support/vectors.ts'

/** The definition of the packing, bit by bit, as the wire format's comment states it. */
function packedByDefinition(row: readonly number[], width: number): Uint8Array {
  const bits = row
    .map((value) => BigInt(value))
    .reduceRight((all, value) => (all << BigInt(width)) | value, 0n)
  const bytes = (row.length / 8) * width
  return Uint8Array.from({ length: bytes }, (_, at) => Number((bits >> BigInt(8 * at)) & 255n))
}

const packed = (row: readonly number[], width: number) => {
  const bytes = new Uint8Array(rowBytes({ count: row.length, width }))
  packRow(Float64Array.from(row), width, bytes, 0)
  return bytes
}

t.test('packing is its definition, for every width, and unpacking inverts it', async (t) => {
  for (const width of [1, 7, 17, 24, 25, 32, 33, 45, 46]) {
    const value = fc.integer({ min: 0, max: 2 ** width - 1 })
    const row = fc
      .array(value, { minLength: 8, maxLength: 32 })
      .map((all) => all.slice(0, all.length & ~7))
    fc.assert(
      fc.property(row, (values) => {
        const bytes = packed(values, width)
        t.same(bytes, packedByDefinition(values, width))
        const back = new Float64Array(values.length)
        const view = new DataView(bytes.buffer)
        const inRange = unpackRow({ view, at: 0, width }, 2 ** width, back)
        return inRange && values.every((expected, i) => back[i] === expected)
      }),
      { numRuns: 40 },
    )
  }
})

t.test('a residue at or above its prime is seen in every lane', async (t) => {
  for (const prime of [...TAB.dataPrimes, TAB.specialPrime]) {
    const width = widthOf(prime)
    const isInRange = (values: readonly number[]) => {
      const view = new DataView(packed(values, width).buffer)
      return unpackRow({ view, at: 0, width }, prime, new Float64Array(values.length))
    }
    t.ok(isInRange(new Array(16).fill(prime - 1)))
    for (let lane = 0; lane < 16; lane++) {
      for (const bad of [prime, 2 ** width - 1]) {
        t.notOk(isInRange(new Array(16).fill(0).with(lane, bad)), `lane ${lane}`)
      }
    }
  }
})

t.test('a ciphertext takes its residues and eight bytes, nothing more', async (t) => {
  const residues = uniformResidues(TAB)
  const wire = packResidues(residues)
  const exactBits = TAB.degree * rowPrimes(TAB).reduce((sum, prime) => sum + Math.log2(prime), 0)
  t.equal(wire.length, 94216)
  t.equal(ciphertextWireBytes(TAB), wire.length)
  t.equal(publicKeyWireBytes(TAB), 55881)
  t.ok(wire.length * 8 <= 1.02 * exactBits)
  t.same(unpackCiphertext(TAB, wire).values, residues.values)
  t.same(packCiphertext(TAB, ciphertextBytes(residues)), wire)
  t.same(ciphertextResidues(TAB, ciphertextBytes(residues)).values, residues.values)
})

t.test('a wire inside a larger buffer decodes alike', async (t) => {
  const wire = packResidues(uniformResidues(TAB))
  const shifted = new Uint8Array(wire.length + 7)
  shifted.set(wire, 5)
  t.same(unpackCiphertext(TAB, shifted.subarray(5, 5 + wire.length)), unpackCiphertext(TAB, wire))
})

t.test('only residues in range become residues', async (t) => {
  const good = uniformResidues(TAB).values
  const [prime = 0] = TAB.dataPrimes
  for (const [at, value] of [
    [0, prime],
    [4095, -1],
    [16383, 0.5],
    [9, Number.NaN],
    [5, 2 ** 60],
  ] as const) {
    const bad = good.slice()
    bad[at] = value
    t.throws(() => asResidues(TAB, bad), { code: 'HE_WIRE' }, `${value} at ${at}`)
  }
  t.throws(() => asResidues(TAB, good.subarray(1)), { code: 'HE_WIRE' })
  for (const row of [2, 3]) {
    const transparent = good.slice()
    transparent.fill(0, row * TAB.degree, (row + 1) * TAB.degree)
    t.throws(() => asResidues(TAB, transparent), { code: 'HE_WIRE', message: /transparent/ })
  }
  t.equal(residueCount(TAB), 16384)
})
