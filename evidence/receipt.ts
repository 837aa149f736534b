import { isIncluded, leafHash, sameHash } from '#crypto/merkle'
import { EvidenceError } from './evidence-error.ts'
import type { NoteVerifier } from './note-key.ts'
import { decodeBase64, parseNote } from './signed-note.ts'
import type { TreeView } from './tree.ts'
import { openCheckpoint } from './verify-note.ts'

const HEADER = 'c2sp.org/tlog-proof@v1'

/**
 * Proof that an entry stands in a log, for whoever was answered. It checks offline against the
 * log's key alone. JSON as it stands: hashes in standard base64, as in tlog-proof.
 */
export interface Receipt {
  readonly index: number
  /** SHA-256(0x00 ‖ entry), base64. */
  readonly leafHash: string
  /** The signed checkpoint, a note with its newlines. */
  readonly checkpoint: string
  readonly proof: readonly string[]
  /** The entry itself, digests and codes only, so that the receiver sees what was recorded. */
  readonly entry: string
}

/** Makes receipts against the checkpoint `note` of exactly this tree: of the entry at `index`. */
export type ReceiptMaker = (index: number, entry: string) => Receipt

/** A maker for one batch, whose proofs have most of their hashes in common. */
export function receiptMaker(tree: TreeView, note: string): ReceiptMaker {
  const spelled = new Map<Uint8Array, string>()
  const spell = (hash: Uint8Array): string => {
    const known = spelled.get(hash)
    if (known !== undefined) return known
    const text = base64(hash)
    spelled.set(hash, text)
    return text
  }
  return (index, entry) => {
    const proof = tree.inclusionProof(index).map(spell)
    return { index, leafHash: spell(tree.leaf(index)), checkpoint: note, proof, entry }
  }
}

/** The receipt of one entry. */
export function makeReceipt(tree: TreeView, note: string, index: number, entry: string): Receipt {
  return receiptMaker(tree, note)(index, entry)
}

/**
 * The same for an entry that was read back. LOG_FORKED when it is not the one that the tree was made
 * of: its table was changed.
 */
export function storedReceipt(
  tree: TreeView,
  note: string,
  index: number,
  body: Uint8Array,
): Receipt {
  if (!sameHash(tree.leaf(index), leafHash(body))) {
    throw new EvidenceError('LOG_FORKED', `stored entry ${index} is not the one that was logged`)
  }
  return makeReceipt(tree, note, index, Buffer.from(body).toString())
}

/** Throws RECEIPT_REFUSED or NOTE_REFUSED unless the log's key vouches for exactly this entry. */
export function checkReceipt(receipt: Receipt, log: NoteVerifier): void {
  const { size, root } = openCheckpoint(receipt.checkpoint, log)
  const leaf = leafHash(Buffer.from(receipt.entry))
  const proof = receipt.proof.map(decodeBase64)
  const isTrue =
    Buffer.from(leaf).toString('base64') === receipt.leafHash &&
    isIncluded({ index: receipt.index, size, leaf, proof, root })
  if (!isTrue) throw new EvidenceError('RECEIPT_REFUSED', `entry ${receipt.index} of ${size}`)
}

/** The receipt as a C2SP tlog-proof file; the entry travels as its extra data. */
export function formatProof({ index, proof, checkpoint, entry }: Receipt): string {
  const extra = Buffer.from(entry).toString('base64')
  return [HEADER, `extra ${extra}`, `index ${index}`, ...proof, '', checkpoint].join('\n')
}

/** The inverse of `formatProof`; RECEIPT_REFUSED for any other spelling. It proves nothing yet. */
export function parseProof(text: string): Receipt {
  const split = text.indexOf('\n\n')
  const [header, extra = '', index = '', ...proof] = text.slice(0, Math.max(split, 0)).split('\n')
  const entry = Buffer.from(extra.replace(/^extra /, ''), 'base64')
  const receipt: Receipt = {
    index: Number(index.replace(/^index /, '')),
    leafHash: Buffer.from(leafHash(entry)).toString('base64'),
    checkpoint: text.slice(split + 2),
    proof,
    entry: entry.toString('utf8'),
  }
  parseNote(receipt.checkpoint)
  if (header !== HEADER || formatProof(receipt) !== text) {
    throw new EvidenceError('RECEIPT_REFUSED', 'not a proof file with its entry')
  }
  return receipt
}

function base64(hash: Uint8Array): string {
  const bytes = Buffer.isBuffer(hash) ? hash : Buffer.from(hash)
  return bytes.toString('base64')
}
