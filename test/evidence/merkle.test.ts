import { createRequire } from 'node:module'
import path from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { EMPTY_ROOT, isConsistent, isIncluded, leafHash, nodeHash } from '#crypto/merkle'
import { TreeView } from '#evidence/tree'
import { TreeEdge } from '#evidence/tree-edge'

const leaf = (i: number) => leafHash(Buffer.from(`entry ${i}`))
const MOST = 66_000
const leaves = Array.from({ length: MOST }, (_, i) => leaf(i))
const views = new Map<number, TreeView>()

// MTH of RFC 6962, 2.1, word for word and with nothing remembered but whole power-of-two trees.
function definition(start: number, end: number): Uint8Array {
  const count = end - start
  if (count === 0) return EMPTY_ROOT
  if (count === 1) return leaves[start] ?? EMPTY_ROOT
  const split = start + 2 ** Math.ceil(Math.log2(count) - 1)
  return nodeHash(definition(start, split), definition(split, end))
}

function view(size: number): TreeView {
  const known = views.get(size)
  if (known) return known
  const edge = new TreeEdge(0, [])
  for (const hash of leaves.slice(0, size)) edge.add(hash)
  const made = new TreeView(size, edge.node)
  views.set(size, made)
  return made
}

t.test('roots of growing trees equal the definition, also around full tiles', async (t) => {
  const edge = new TreeEdge(0, [])
  const sizes = [...Array.from({ length: 600 }, (_, i) => i), 1023, 1024, 1025, 65_279, 65_280]
  const checked = new Set([...sizes, 65_281, 65_535, 65_536, 65_537, 65_793, 66_000])
  for (let size = 0; size <= MOST; size++) {
    if (checked.has(size) && !Buffer.from(edge.root()).equals(definition(0, size))) {
      t.fail(`root of size ${size}`)
    }
    const next = leaves[size]
    if (next) edge.add(next)
  }
  t.equal(edge.size, MOST)
})

const SIZES = [1, 2, 3, 7, 8, 255, 256, 257, 300, 511, 513, 65_536, 65_800]
const anyPlace = fc
  .constantFrom(...SIZES)
  .chain((size) => fc.record({ size: fc.constant(size), index: fc.nat(size - 1) }))

t.test('an inclusion proof holds for its entry and for nothing else', async () => {
  fc.assert(
    fc.property(anyPlace, fc.nat(), fc.nat(255), ({ size, index }, at, bit) => {
      const tree = view(size)
      const claim = {
        index,
        size,
        leaf: leaf(index),
        proof: tree.inclusionProof(index),
        root: tree.root(),
      }
      const changed = claim.proof.map((hash, i) =>
        i === at % claim.proof.length ? flip(hash, bit) : hash,
      )
      return (
        isIncluded(claim) &&
        !isIncluded({ ...claim, leaf: flip(claim.leaf, bit) }) &&
        !isIncluded({ ...claim, root: flip(claim.root, bit) }) &&
        !isIncluded({ ...claim, index: index + 1 }) &&
        !isIncluded({ ...claim, index: -1 }) &&
        !isIncluded({ ...claim, proof: [...claim.proof, claim.root] }) &&
        (claim.proof.length === 0 ||
          (!isIncluded({ ...claim, proof: changed }) &&
            !isIncluded({ ...claim, proof: claim.proof.slice(1) })))
      )
    }),
    { numRuns: 400 },
  )
})

t.test('a consistency proof holds for a prefix and for nothing else', async () => {
  const pair = fc.tuple(fc.constantFrom(...SIZES), fc.nat(65_800)).map(([to, at]) => {
    return { to, from: at % (to + 1) }
  })
  fc.assert(
    fc.property(pair, fc.nat(), fc.nat(255), ({ from, to }, at, bit) => {
      const claim = {
        from,
        to,
        fromRoot: definition(0, from),
        toRoot: view(to).root(),
        proof: view(to).consistencyProof(from),
      }
      const changed = claim.proof.map((hash, i) =>
        i === at % claim.proof.length ? flip(hash, bit) : hash,
      )
      return (
        isConsistent(claim) &&
        !isConsistent({ ...claim, fromRoot: flip(claim.fromRoot, bit) }) &&
        (from === 0 || !isConsistent({ ...claim, toRoot: flip(claim.toRoot, bit) })) &&
        !isConsistent({ ...claim, proof: [...claim.proof, claim.toRoot] }) &&
        (claim.proof.length === 0 ||
          (!isConsistent({ ...claim, proof: changed }) &&
            !isConsistent({ ...claim, proof: claim.proof.slice(0, -1) })))
      )
    }),
    { numRuns: 150 },
  )
})

t.test('an independent verifier accepts 1,000 proofs and rejects 1,000 forged ones', async (t) => {
  const verify = sigstoreVerifier()
  let [accepted, rejected] = [0, 0]
  for (let i = 0; i < 1000; i++) {
    const size = SIZES[i % SIZES.length] ?? 1
    const index = (i * 7919) % size
    const tree = view(size)
    const proof = tree.inclusionProof(index)
    const real = { index, size, root: tree.root(), proof, body: Buffer.from(`entry ${index}`) }
    if (verify(real)) accepted += 1
    const bit = (i * 31) % 256
    const forged = [
      { ...real, body: Buffer.from(`entri ${index}`) },
      { ...real, root: flip(real.root, bit) },
      { ...real, index: (index + 1) % (size + 1) },
      proof.length > 0
        ? {
            ...real,
            proof: proof.with(i % proof.length, flip(proof[i % proof.length] ?? leaf(0), bit)),
          }
        : { ...real, proof: [real.root] },
    ][i % 4]
    if (forged && !verify(forged)) rejected += 1
  }
  t.equal(accepted, 1000)
  t.equal(rejected, 1000)
})

interface Proof {
  readonly index: number
  readonly size: number
  readonly root: Uint8Array
  readonly proof: readonly Uint8Array[]
  readonly body: Uint8Array
}

// @sigstore/verify keeps its Merkle check inside; it is reached by its file, for this test alone.
function sigstoreVerifier(): (proof: Proof) => boolean {
  const require = createRequire(import.meta.url)
  const folder = path.dirname(require.resolve('@sigstore/verify/package.json'))
  const { verifyMerkleInclusion } = require(path.join(folder, 'dist/tlog/merkle.js'))
  return ({ index, size, root, proof, body }) => {
    const inclusionProof = {
      logIndex: String(index),
      hashes: proof.map((hash) => Buffer.from(hash)),
    }
    const entry = { inclusionProof, canonicalizedBody: body }
    try {
      verifyMerkleInclusion(entry, { logSize: BigInt(size), logHash: Buffer.from(root) })
      return true
    } catch {
      return false
    }
  }
}

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = Buffer.from(bytes)
  changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit % 8)), bit >> 3)
  return changed
}
