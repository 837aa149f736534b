/**
 * The Merkle tree of RFC 6962 section 2.1 (SHA-256, leaf prefix 0x00, node prefix 0x01): hashes and
 * the two checks. It gives: a root binds every entry and its order. It does not give: who made the
 * tree (a signed checkpoint does) or that others saw the same one (witnesses do). Node only.
 */
import { hash } from 'node:crypto'

export const HASH_BYTES = 32

/** MTH of no entries: the SHA-256 of the empty string. */
export const EMPTY_ROOT: Uint8Array = hash('sha256', new Uint8Array(0), 'buffer')

/** MTH of one entry. */
export function leafHash(entry: Uint8Array): Uint8Array {
  const input = entry.length < LEAF.length ? LEAF : new Uint8Array(entry.length + 1)
  input.set(entry, 1)
  return sha256(input.subarray(0, entry.length + 1))
}

/** The hash of a node over its two children, 32 bytes each. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  NODE.set(left, 1)
  NODE.set(right, 1 + HASH_BYTES)
  return sha256(NODE)
}

// By way of a string, so that a hash comes from the pool: there are millions of them, and each
// buffer of its own is one more for the collector to look after. Who keeps one keeps a copy.
function sha256(input: Uint8Array): Uint8Array {
  return Buffer.from(hash('sha256', input, 'binary'), 'binary')
}

// Inputs are built in place: hashing is synchronous, and there are millions of them. Byte 0 is the
// prefix and is never written again.
const LEAF = new Uint8Array(4096)
const NODE = new Uint8Array(1 + 2 * HASH_BYTES).fill(1, 0, 1)

export interface InclusionClaim {
  readonly index: number
  readonly size: number
  readonly leaf: Uint8Array
  /** Sibling hashes from the leaf's up to the root's child. */
  readonly proof: readonly Uint8Array[]
  readonly root: Uint8Array
}

/** True when the proof shows `leaf` at `index` of the tree with this root (RFC 9162, 2.1.3.2). */
export function isIncluded({ index, size, leaf, proof, root }: InclusionClaim): boolean {
  if (!isSize(index) || !isSize(size) || index >= size) return false
  let [node, last, computed] = [index, size - 1, leaf]
  for (const sibling of proof) {
    if (last === 0 || sibling.length !== HASH_BYTES) return false
    const fromLeft = odd(node) || node === last
    computed = fromLeft ? nodeHash(sibling, computed) : nodeHash(computed, sibling)
    if (fromLeft) [node, last] = skipLone(node, last)
    ;[node, last] = [half(node), half(last)]
  }
  return last === 0 && sameHash(computed, root)
}

export interface ConsistencyClaim {
  readonly from: number
  readonly to: number
  readonly fromRoot: Uint8Array
  readonly toRoot: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/** True when the older tree is a prefix of the newer one (RFC 9162, 2.1.4.2). */
export function isConsistent(claim: ConsistencyClaim): boolean {
  const { from, to, fromRoot, toRoot, proof } = claim
  if (!isSize(from) || !isSize(to) || from > to) return false
  if (from === to) return proof.length === 0 && sameHash(fromRoot, toRoot)
  if (from === 0) return proof.length === 0 && sameHash(fromRoot, EMPTY_ROOT)
  return growsFrom(claim)
}

export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

function growsFrom({ from, to, fromRoot, toRoot, proof }: ConsistencyClaim): boolean {
  const path = isPowerOfTwo(from) ? [fromRoot, ...proof] : [...proof]
  const seed = path.shift()
  if (seed === undefined) return false
  let [node, last] = [from - 1, to - 1]
  while (odd(node)) [node, last] = [half(node), half(last)]
  let [older, newer] = [seed, seed]
  for (const sibling of path) {
    if (last === 0 || sibling.length !== HASH_BYTES) return false
    if (odd(node) || node === last) {
      older = nodeHash(sibling, older)
      newer = nodeHash(sibling, newer)
      ;[node, last] = skipLone(node, last)
    } else {
      newer = nodeHash(newer, sibling)
    }
    ;[node, last] = [half(node), half(last)]
  }
  return last === 0 && sameHash(older, fromRoot) && sameHash(newer, toRoot)
}

// A node on the right border that is a left child has no sibling: its hash moves up unchanged.
function skipLone(node: number, last: number): [number, number] {
  let [up, end] = [node, last]
  while (!odd(up) && up !== 0) [up, end] = [half(up), half(end)]
  return [up, end]
}

/** The largest power of two that is smaller than `count` (count ≥ 2): where RFC 6962 splits. */
export function largestPowerBelow(count: number): number {
  let power = 1
  while (power * 2 < count) power *= 2
  return power
}

// Sizes pass 2^31, so halves and parities are arithmetic and never bitwise.
const half = (n: number): number => Math.floor(n / 2)
const odd = (n: number): boolean => n % 2 === 1
const isSize = (n: number): boolean => Number.isSafeInteger(n) && n >= 0

function isPowerOfTwo(n: number): boolean {
  let power = 1
  while (power < n) power *= 2
  return power === n
}
