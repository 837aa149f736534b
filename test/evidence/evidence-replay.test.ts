import t from 'tap'
import { replayAggregate } from '#cli/evidence-replay'
import { TAB } from '#crypto/he/parameters'
import { asResidues, residueCount, rowPrimes } from '#crypto/he/residues'
import { packResidues, unpackCiphertext } from '#crypto/he/wire'
import type { ReplayInput } from '#evidence/replay'
import { sumsDigest } from '#release/recompute'

// Residues as a holder's ciphertext has them: below their primes; what they encrypt plays no part.
function ciphertext(seed: number): Uint8Array {
  const primes = rowPrimes(TAB)
  const values = new Float64Array(residueCount(TAB))
  const row = values.length / primes.length
  for (let i = 0; i < values.length; i++) {
    const prime = Number(primes[Math.floor(i / row)])
    values[i] = ((i + 1) * 7_919 * (seed + 1) * 104_729) % prime
  }
  return packResidues(asResidues(TAB, values))
}

const HOLDERS = ['did:web:a.example', 'did:web:b.example', 'did:web:c.example']
const inputs: ReplayInput[] = HOLDERS.map((holder, at) => ({
  holder,
  parts: [
    ...(at < 2 ? [{ part: 'heads', ciphertexts: [ciphertext(10 + at)] }] : []),
    { part: 'tax', ciphertexts: [ciphertext(at), ciphertext(20 + at)] },
  ],
}))

t.test('a replay gives the sums that the release authority recomputed', async (t) => {
  const sum = released()
  t.ok(replayAggregate(inputs, sum))
  t.notOk(replayAggregate(inputs.slice(1), sum), 'an input left out')
  const [first, ...rest] = inputs
  if (first === undefined) return
  const swapped = {
    ...first,
    parts: first.parts.map((part) => ({ ...part, ciphertexts: part.ciphertexts.toReversed() })),
  }
  t.notOk(replayAggregate([swapped, ...rest], sum), 'positions swapped')
  t.notOk(replayAggregate([], sum))
  t.throws(() =>
    replayAggregate(
      [{ holder: 'x', parts: [{ part: 'tax', ciphertexts: [new Uint8Array(9)] }] }],
      sum,
    ),
  )
})

/** The digest as the release authority logs it; the addition here is the slow and obvious one. */
function released(): string {
  const parts = ['tax', 'heads']
  const sums = parts.map((name) => {
    const rows = inputs.flatMap((input) => input.parts.filter(({ part }) => part === name))
    return rows[0]?.ciphertexts.map((_, at) =>
      rows.map(({ ciphertexts }) => ciphertexts[at] ?? new Uint8Array(0)),
    )
  })
  return sumsDigest(sums.map((columns = []) => columns.map(add)))
}

function add(column: readonly Uint8Array[]) {
  const primes = rowPrimes(TAB)
  const total = new Float64Array(residueCount(TAB))
  const row = total.length / primes.length
  for (const wire of column) {
    const { values } = unpackCiphertext(TAB, wire)
    for (let i = 0; i < total.length; i++) {
      total[i] = ((total[i] ?? 0) + (values[i] ?? 0)) % Number(primes[Math.floor(i / row)])
    }
  }
  return asResidues(TAB, total)
}
