import { ProtocolError } from './errors.ts'

/** The plaintext modulus of the `TAB` set is 2^50; limbs of a sum are 40 bits wide. */
export const PLAINTEXT_BITS = 50n
export const LIMB_BITS = 40n
export const MAX_HOLDERS = 1024

const T = 1n << PLAINTEXT_BITS
const T_MASK = T - 1n
const LIMB_MASK = (1n << LIMB_BITS) - 1n

/**
 * How many limbs carry a sum whose part at each of `holders` holders is at most `bound` in
 * magnitude, so that nothing wraps: low limbs are unsigned and holders·(2^40−1) < 2^50, the top
 * limb is signed and holders·(⌊bound/2^(40(L−1))⌋+1) < 2^49. Throws `CAPACITY_EXCEEDED` for more
 * than 1,024 holders (1,025 all-ones limbs wrap silently) or more than 16 limbs.
 */
export function limbsFor(bound: bigint, holders: number): number {
  if (holders < 1 || holders > MAX_HOLDERS) {
    throw new ProtocolError('CAPACITY_EXCEEDED', `a column has 1 to ${MAX_HOLDERS} holders`)
  }
  for (let limbs = 1; limbs <= 16; limbs += 1) {
    const top = (bound >> (LIMB_BITS * BigInt(limbs - 1))) + 1n
    if (BigInt(holders) * top < T / 2n) return limbs
  }
  throw new ProtocolError('CAPACITY_EXCEEDED', 'the declared bound needs more than 16 limbs')
}

/** Floor limbs of `value`, residues modulo 2^50: all in [0, 2^40) but the signed top one. */
export function splitLimbs(value: bigint, limbs: number): bigint[] {
  const residues: bigint[] = []
  let rest = value
  for (let limb = 1; limb < limbs; limb += 1) {
    residues.push(rest & LIMB_MASK)
    rest >>= LIMB_BITS
  }
  residues.push(rest & T_MASK)
  return residues
}

/** The sum that limb-wise sums modulo 2^50 stand for; carries are resolved here. */
export function joinLimbs(residues: readonly bigint[]): bigint {
  const top = residues.at(-1) ?? 0n
  const signed = top >= T / 2n ? top - T : top
  return residues
    .slice(0, -1)
    .reduceRight((carried, residue) => (carried << LIMB_BITS) + residue, signed)
}
