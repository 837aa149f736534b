import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { CryptoError } from './errors.ts'
import type { JsonValue } from './json-value.ts'

/** A SHA-256 digest in its one text form, `sha256-<64 lower-case hex digits>`. */
export type Digest = string & { readonly __brand: 'Digest' }

const DIGEST = /^sha256-[0-9a-f]{64}$/
const MAX_DEPTH = 100
const NUL = new Uint8Array(1)

/** SHA-256 (FIPS 180-4) of the parts joined; nothing separates them, so the caller frames. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return Uint8Array.from(hash.digest())
}

/** The digest of raw bytes (a file, a ciphertext wire, a signed message). */
export function digestBytes(bytes: Uint8Array): Digest {
  return toDigest(sha256(bytes))
}

/**
 * The digest of a JSON value for one purpose: SHA-256(utf8(label) ‖ 0x00 ‖ JCS(value)).
 * The label separates domains: a plan and a policy with equal content digest differently.
 * An empty label or one holding NUL refuses with `CANONICAL_FORM`.
 */
export function digestOf(label: string, value: JsonValue): Digest {
  if (label === '' || label.includes('\0')) refuse('label is empty or holds NUL')
  return toDigest(sha256(utf8(label), NUL, canonical(value)))
}

/** A digest with what it was made of: whoever is given label and text can check it. */
export interface Preimage {
  readonly digest: Digest
  readonly label: string
  /** The canonical text of the digested value. */
  readonly text: string
}

/** `digestOf` with its preimage. */
export function preimageOf(label: string, value: JsonValue): Preimage {
  const text = Buffer.from(canonical(value)).toString('utf8')
  return { digest: digestOf(label, value), label, text }
}

/** True for the exact text form of a digest; nothing else is one. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && DIGEST.test(text)
}

/** The 32 raw bytes, as HKDF salts and Merkle leaves need them. `DIGEST_INVALID` otherwise. */
export function digestToBytes(digest: Digest): Uint8Array {
  if (!isDigest(digest)) throw new CryptoError('DIGEST_INVALID', 'not a sha256- digest')
  return Uint8Array.from(Buffer.from(digest.slice(7), 'hex'))
}

/**
 * UTF-8 bytes of the JSON Canonicalization Scheme (RFC 8785): the form that is hashed and signed.
 * Refuses with `CANONICAL_FORM` all that JSON cannot say or that two parsers read differently:
 * undefined and array holes, NaN and infinities, bigint, functions, symbols, lone surrogates,
 * objects of a class, a `__proto__` member, cycles, nesting deeper than 100.
 */
export function canonical(value: JsonValue): Uint8Array {
  check(value, 0)
  const text = canonicalize(value)
  if (text === undefined) refuse('no canonical form')
  return utf8(text)
}

function check(value: unknown, depth: number): void {
  if (depth > MAX_DEPTH) refuse('nested too deep or cyclic')
  if (value === null || typeof value === 'boolean') return
  if (typeof value === 'string') checkText(value)
  else if (typeof value === 'number') checkNumber(value)
  else if (Array.isArray(value)) checkArray(value, depth)
  else if (typeof value === 'object') checkObject(value, depth)
  else refuse(`${typeof value} is no JSON value`)
}

function checkNumber(value: number): void {
  if (!Number.isFinite(value)) refuse('number is not finite')
}

function checkText(text: string): void {
  if (!text.isWellFormed()) refuse('lone surrogate')
}

function checkArray(array: readonly unknown[], depth: number): void {
  if (Object.getPrototypeOf(array) !== Array.prototype) refuse('array of a class')
  if (Reflect.ownKeys(array).length !== array.length + 1) refuse('array with holes or members')
  for (const item of array) check(item, depth + 1)
}

function checkObject(object: object, depth: number): void {
  const prototype = Object.getPrototypeOf(object)
  if (prototype !== Object.prototype && prototype !== null) refuse('object of a class')
  for (const key of Reflect.ownKeys(object)) {
    if (typeof key === 'symbol' || key === '__proto__') refuse('symbol or __proto__ member')
    const member = Object.getOwnPropertyDescriptor(object, key)
    if (member?.enumerable !== true || !('value' in member)) refuse('hidden or computed member')
    checkText(key)
    check(member.value, depth + 1)
  }
}

function toDigest(bytes: Uint8Array): Digest {
  return `sha256-${Buffer.from(bytes).toString('hex')}` as Digest
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function refuse(reason: string): never {
  throw new CryptoError('CANONICAL_FORM', reason)
}
