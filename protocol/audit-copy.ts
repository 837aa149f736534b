import type { Digest } from '#crypto/digest'
import { ProtocolError } from './errors.ts'
import { COEFFICIENTS } from './plans/layout.ts'
import type { Plan } from './plans/plan.ts'

/** What the release authority decrypted, for the auditor: evidence in the clear, values padded. */
export interface AuditCopy {
  readonly transcript: Digest
  /** Salt of the verdicts' digest, 32 bytes. */
  readonly salt: Uint8Array
  /** Panel, ciphertext: 4,096 residues modulo 2^50. */
  readonly panels: readonly (readonly BigUint64Array[])[]
}

const HEAD_BYTES = 64

/** H, salt, then every coefficient as a little-endian 64-bit word, in plan order. */
export function encodeAuditCopy({ transcript, salt, panels }: AuditCopy): Uint8Array {
  const polynomials = panels.flat()
  const bytes = new Uint8Array(HEAD_BYTES + polynomials.length * COEFFICIENTS * 8)
  bytes.set(Buffer.from(transcript.slice('sha256-'.length), 'hex'))
  bytes.set(salt, 32)
  const view = new DataView(bytes.buffer, HEAD_BYTES)
  polynomials.forEach((coefficients, index) => {
    coefficients.forEach((word, slot) => {
      view.setBigUint64(8 * (index * COEFFICIENTS + slot), word, true)
    })
  })
  return bytes
}

/** The length of every audit copy of a plan; its sealed form is one envelope longer. */
export function auditCopyBytes(plan: Plan): number {
  const polynomials = plan.panels.reduce((count, { layout }) => count + layout.ciphertexts, 0)
  return HEAD_BYTES + polynomials * COEFFICIENTS * 8
}

/** Reads what `encodeAuditCopy` wrote for the same plan. Throws `RESULT_REFUSED` otherwise. */
export function decodeAuditCopy(plan: Plan, bytes: Uint8Array): AuditCopy {
  if (bytes.length !== auditCopyBytes(plan)) {
    throw new ProtocolError('RESULT_REFUSED', 'the audit copy is not of the planned length')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + HEAD_BYTES)
  let at = 0
  const take = () =>
    BigUint64Array.from({ length: COEFFICIENTS }, () => view.getBigUint64(8 * at++, true))
  const panels = plan.panels.map(({ layout }) => Array.from({ length: layout.ciphertexts }, take))
  const transcript = `sha256-${Buffer.from(bytes.subarray(0, 32)).toString('hex')}` as Digest
  return { transcript, salt: bytes.slice(32, HEAD_BYTES), panels }
}
