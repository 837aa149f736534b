/**
 * What a salted digest stands for. Every digest of the house is SHA-256(label ‖ 0x00 ‖ canonical
 * text); where the text holds a random salt, the digest alone says nothing, however few values there
 * are, and whoever is given label and text can check it. Node only: the verifier opens them too.
 */
import { hash } from 'node:crypto'
import type { Random } from '#crypto/random'

export interface Opening {
  /** `sha256-<hex>`, as the entry has it. */
  readonly digest: string
  readonly label: string
  /** Canonical JSON (RFC 8785) with the salt among its members. */
  readonly text: string
}

/** Label of values that evidence seals by itself: text `{"salt":…,"value":…}`. */
export const SEALED_LABEL = 'baotu/evidence/salted@1'
const SALT_BYTES = 32

/** A fresh salt and the digest that goes into the entry. */
export function sealValue(value: string, random: Random): Opening {
  const salt = Buffer.from(random(SALT_BYTES)).toString('base64url')
  const text = JSON.stringify({ salt, value })
  return { digest: openingDigest(SEALED_LABEL, text), label: SEALED_LABEL, text }
}

/** True when label and text are what the digest was made of. */
export function isOpeningTrue({ digest, label, text }: Opening): boolean {
  return label !== '' && !label.includes('\0') && openingDigest(label, text) === digest
}

function openingDigest(label: string, text: string): string {
  return `sha256-${hash('sha256', `${label}\0${text}`, 'hex')}`
}
