/** C2SP signed-note: text signed by one or more keys. Parsing is strict; it verifies nothing. */
import { EvidenceError } from './evidence-error.ts'

export interface NoteSignature {
  readonly name: string
  /** uint32, as the key's verifier text states it. */
  readonly keyId: number
  readonly signature: Uint8Array
}

export interface SignedNote {
  /** The signed text with its final newline. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

const MAX_NOTE_CHARACTERS = 262_144
const MAX_SIGNATURES = 64
const LINE = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/

/** `— <name> <base64(key id ‖ signature)>` with its newline. */
export function signatureLine({ name, keyId, signature }: NoteSignature): string {
  const id = Buffer.alloc(4)
  id.writeUInt32BE(keyId)
  return `— ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`
}

export function formatNote({ text, signatures }: SignedNote): string {
  return `${text}\n${signatures.map(signatureLine).join('')}`
}

/** Refuses with NOTE_MALFORMED whatever is not one exact spelling of a note. */
export function parseNote(note: string, most = MAX_NOTE_CHARACTERS): SignedNote {
  if (note.length > most) malformed('too long')
  if (!note.isWellFormed() || hasControl(note)) malformed('characters that a note cannot hold')
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n')) malformed('no blank line before the signatures')
  return { text: note.slice(0, split + 1), signatures: parseSignatures(note.slice(split + 2)) }
}

/** Signature lines alone, as a witness returns them. */
export function parseSignatures(lines: string): NoteSignature[] {
  const parts = lines.split('\n')
  if (parts.pop() !== '' || parts.length === 0) malformed('no signature line, or an unended one')
  if (parts.length > MAX_SIGNATURES) malformed(`${parts.length} signatures`)
  return parts.map(parseLine)
}

/** Standard base64 with padding, in its one canonical spelling. */
export function decodeBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) malformed('base64')
  return bytes
}

function parseLine(line: string, at: number): NoteSignature {
  const [, name, encoded] = LINE.exec(line) ?? []
  if (name === undefined || encoded === undefined) malformed(`signature line ${at + 1}`)
  const bytes = Buffer.from(decodeBase64(encoded))
  if (bytes.length <= 4) malformed(`signature ${at + 1} is empty`)
  return { name, keyId: bytes.readUInt32BE(0), signature: bytes.subarray(4) }
}

function hasControl(note: string): boolean {
  for (let i = 0; i < note.length; i++) {
    const unit = note.charCodeAt(i)
    if (unit < 0x20 && unit !== 0x0a) return true
  }
  return false
}

function malformed(detail: string): never {
  throw new EvidenceError('NOTE_MALFORMED', detail)
}
