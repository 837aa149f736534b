/**
 * Keys of signed notes, by the signature type that C2SP assigns: Ed25519 for a log's own line,
 * timestamped Ed25519 and ML-DSA-44 for cosignatures. A key of one type never verifies another.
 */
import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import { parseCheckpoint } from './checkpoint.ts'
import { EvidenceError } from './evidence-error.ts'
import { decodeBase64 } from './signed-note.ts'

export type NoteKeyKind = 'ed25519' | 'ed25519-cosignature' | 'ml-dsa-44-cosignature'

export interface NoteVerifier {
  readonly name: string
  readonly keyId: number
  readonly kind: NoteKeyKind | 'other'
  /** `<name>+<key id>+<base64(type ‖ key)>`: the key's one text form. */
  readonly vkey: string
  readonly publicKey: Uint8Array
  /** True when `signature` (without its key id) is this key's over the note text. */
  verify(text: string, signature: Uint8Array): boolean
}

interface KeyType {
  readonly kind: NoteKeyKind
  readonly byte: number
  readonly keyBytes: number
  /** SubjectPublicKeyInfo up to the raw key: RFC 8410, RFC 9881. */
  readonly spki: Uint8Array
}

const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex')
const SPKI_ML_DSA_44 = Buffer.from('30820532300b06096086480165030403110382052100', 'hex')
const KEY_TYPES: readonly KeyType[] = [
  { kind: 'ed25519', byte: 0x01, keyBytes: 32, spki: SPKI_ED25519 },
  { kind: 'ed25519-cosignature', byte: 0x04, keyBytes: 32, spki: SPKI_ED25519 },
  { kind: 'ml-dsa-44-cosignature', byte: 0x06, keyBytes: 1312, spki: SPKI_ML_DSA_44 },
]

/** The raw public key of `key`, as it stands in a verifier text of this kind. */
export function rawPublicKey(kind: NoteKeyKind, key: KeyObject): Uint8Array {
  const { spki, keyBytes } = keyType(kind)
  const open = key.type === 'private' ? createPublicKey(key) : key
  const der = open.export({ format: 'der', type: 'spki' })
  if (der.length !== spki.length + keyBytes || !der.subarray(0, spki.length).equals(spki)) {
    throw new EvidenceError('NOTE_KEY_MALFORMED', `not a key for ${kind}`)
  }
  return der.subarray(spki.length)
}

/** A verifier of this name, kind and raw public key. */
export function noteVerifier(name: string, kind: NoteKeyKind, raw: Uint8Array): NoteVerifier {
  const { byte, spki, keyBytes } = keyType(kind)
  if (!/^[^\s+]+$/.test(name) || raw.length !== keyBytes) {
    throw new EvidenceError('NOTE_KEY_MALFORMED', `name or ${raw.length} key bytes`)
  }
  const key = createPublicKey({ key: Buffer.concat([spki, raw]), format: 'der', type: 'spki' })
  const typed = Buffer.concat([Buffer.from([byte]), raw])
  const keyId = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typed]), 'buffer')
  return {
    name,
    kind,
    keyId: keyId.readUInt32BE(0),
    publicKey: raw,
    vkey: `${name}+${keyId.toString('hex', 0, 4)}+${typed.toString('base64')}`,
    verify: (text, signature) => verifyAs(kind, name, key, text, signature),
  }
}

/** Reads a verifier text; its key id must be the one its name and key give. */
export function parseVerifierKey(vkey: string): NoteVerifier {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(vkey) ?? []
  if (name === undefined || encoded === undefined) malformed('not name+id+key')
  const [byte, ...raw] = decodeBase64(encoded)
  const type = KEY_TYPES.find((known) => known.byte === byte)
  if (type === undefined) malformed(`signature type ${byte}`)
  const verifier = noteVerifier(name, type.kind, Uint8Array.from(raw))
  if (verifier.keyId !== Number.parseInt(id ?? '', 16)) malformed('key id')
  return verifier
}

/** What a cosigner of this kind signs (C2SP tlog-cosignature): the text, its name, the time in seconds. */
export function cosignedMessage(kind: NoteKeyKind, name: string, text: string, time: bigint) {
  if (kind === 'ed25519-cosignature') return Buffer.from(`cosignature/v1\ntime ${time}\n${text}`)
  const { origin, size, root } = parseCheckpoint(text)
  return Buffer.concat([
    Buffer.from('subtree/v1\n\0'),
    prefixed(name),
    uint64(time),
    prefixed(origin),
    uint64(0n),
    uint64(BigInt(size)),
    root,
  ])
}

/** The POSIX time in seconds that a cosignature states. */
export function cosignatureTime(signature: Uint8Array): bigint {
  if (signature.length < 8) malformed('cosignature without a time')
  return Buffer.from(signature).readBigUInt64BE(0)
}

function verifyAs(
  kind: NoteKeyKind,
  name: string,
  key: KeyObject,
  text: string,
  signature: Uint8Array,
): boolean {
  if (kind === 'ed25519') return verify(null, Buffer.from(text), key, signature)
  if (signature.length <= 8) return false
  const message = cosignedMessage(kind, name, text, cosignatureTime(signature))
  return verify(null, message, key, signature.subarray(8))
}

function keyType(kind: NoteKeyKind): KeyType {
  const type = KEY_TYPES.find((known) => known.kind === kind)
  if (type === undefined) return malformed(`kind ${kind}`)
  return type
}

function prefixed(text: string): Buffer {
  const bytes = Buffer.from(text)
  if (bytes.length === 0 || bytes.length > 255) malformed('a name of 1 to 255 bytes is needed')
  return Buffer.concat([Buffer.from([bytes.length]), bytes])
}

function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(value)
  return bytes
}

function malformed(detail: string): never {
  throw new EvidenceError('NOTE_KEY_MALFORMED', detail)
}
