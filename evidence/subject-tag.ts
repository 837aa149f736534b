/**
 * How a subject finds the uses of its own data in a public log that names nobody. The key of a
 * subject derives from the hub's secret and the subject's identifier; a tag is a fresh nonce and its
 * HMAC. Without the key two tags of one subject are unlinkable; with it the subject (数字保险箱)
 * recognises each. Node only.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Random } from '#crypto/random'
import type { EntryIndex, Recorded } from './entry-index.ts'

const LABEL = 'baotu/evidence/subject@1\0'
const TAG = /^tag-([0-9a-f]{32})-([0-9a-f]{64})$/

/** The subject's own key, 32 bytes: the hub gives it to the subject and to nobody else. */
export function subjectKey(hubSecret: Uint8Array, subject: string): Uint8Array {
  return createHmac('sha256', hubSecret).update(LABEL).update(subject).digest()
}

/** A fresh tag for one entry. */
export function subjectTag(key: Uint8Array, random: Random): string {
  const nonce = Buffer.from(random(16)).toString('hex')
  return `tag-${nonce}-${mac(key, nonce).toString('hex')}`
}

/** True when the tag was made with this subject's key. */
export function isTagOf(key: Uint8Array, tag: string): boolean {
  const [, nonce, code] = TAG.exec(tag) ?? []
  if (nonce === undefined || code === undefined) return false
  return timingSafeEqual(mac(key, nonce), Buffer.from(code, 'hex'))
}

const SUBJECT_ENTRIES = [
  'consent.issued',
  'consent.used',
  'consent.revoked',
  'product.used',
] as const

/** The subject's ledger: every consent it gave and every use of its data, in log order. */
export function subjectLedger(
  entries: EntryIndex,
  key: Uint8Array,
): Recorded<(typeof SUBJECT_ENTRIES)[number]>[] {
  return SUBJECT_ENTRIES.flatMap((type) => [...entries.all(type)])
    .filter(({ entry }) => entry.subject !== undefined && isTagOf(key, entry.subject))
    .sort((a, b) => a.entry.at - b.entry.at || a.index - b.index)
}

function mac(key: Uint8Array, nonce: string): Buffer {
  return createHmac('sha256', key).update(nonce, 'hex').digest()
}
