/**
 * The list of a folder's files with their digests: one changed bit anywhere is found, also where no
 * log vouches for a file. Signed by who made the folder it also withstands whoever would make the
 * list anew; unsigned it shows accidents only, and the report says so. Node only.
 */
import { hash } from 'node:crypto'
import { EvidenceError } from './evidence-error.ts'
import { EvidenceFiles, MAX_FILE_BYTES } from './evidence-files.ts'
import { MANIFEST_FILE } from './evidence-folder.ts'
import type { Finding } from './finding.ts'
import type { NoteVerifier } from './note-key.ts'
import type { NoteSigner } from './note-signer.ts'
import { formatNote, parseNote } from './signed-note.ts'
import { verifyNote } from './verify-note.ts'

// Never a checkpoint's first line: that is an origin, which holds no space.
const HEADER = 'baotu evidence bundle@1'
const LINE = /^(sha256-[0-9a-f]{64}) (.+)$/

/** The manifest of all files that are in `folder` now: a note, with a signature if there is a signer. */
export async function makeManifest(folder: string, signer?: NoteSigner): Promise<string> {
  const files = new EvidenceFiles(folder)
  const names = files.list().filter((file) => file !== MANIFEST_FILE)
  const lines = names.map((file) => `${digestOf(files, file)} ${file}`)
  const text = `${[HEADER, ...lines].join('\n')}\n`
  return formatNote({ text, signatures: signer ? [await signer.sign(text)] : [] })
}

export interface CheckedManifest {
  readonly findings: readonly Finding[]
  /** True when one of the known keys signed it. */
  readonly isSigned: boolean
}

/** Compares a folder with its manifest; nothing is found when it has none. */
export function checkManifest(
  files: EvidenceFiles,
  known: readonly NoteVerifier[],
): CheckedManifest {
  if (!files.has(MANIFEST_FILE)) return { findings: [], isSigned: false }
  const opened = openManifest(files.text(MANIFEST_FILE), known)
  if ('code' in opened) return { findings: [opened], isSigned: false }
  const present = new Set(files.list().filter((file) => file !== MANIFEST_FILE))
  const findings: Finding[] = []
  const detail = 'manifest'
  for (const [file, digest] of opened.listed) {
    if (!present.delete(file)) findings.push({ code: 'FILE_MISSING', file, detail })
    else if (digestOf(files, file) !== digest) findings.push({ code: 'FILE_ALTERED', file, detail })
  }
  for (const file of present) findings.push({ code: 'FILE_UNEXPECTED', file, detail })
  return { findings, isSigned: opened.isSigned }
}

interface OpenedManifest {
  readonly listed: ReadonlyMap<string, string>
  readonly isSigned: boolean
}

function openManifest(note: string, known: readonly NoteVerifier[]): OpenedManifest | Finding {
  try {
    const isSigned = !note.endsWith('\n\n')
    const text = isSigned ? signedText(note, known) : note.slice(0, -2)
    const [header, ...lines] = text.split('\n')
    if (header !== HEADER) throw new EvidenceError('NOTE_REFUSED', 'not a manifest')
    return { listed: new Map(lines.map(parseLine)), isSigned }
  } catch (error) {
    const detail = error instanceof EvidenceError ? error.code : 'unreadable'
    return { code: 'FILE_ALTERED', file: MANIFEST_FILE, detail }
  }
}

function signedText(note: string, known: readonly NoteVerifier[]): string {
  const parsed = parseNote(note, MAX_FILE_BYTES)
  verifyNote(parsed, known)
  return parsed.text.slice(0, -1)
}

function parseLine(line: string): [string, string] {
  const [, digest, file] = LINE.exec(line) ?? []
  if (digest === undefined || file === undefined) {
    throw new EvidenceError('NOTE_MALFORMED', 'a line is a digest and a file')
  }
  return [file, digest]
}

function digestOf(files: EvidenceFiles, file: string): string {
  return `sha256-${hash('sha256', files.peek(file) ?? new Uint8Array(0), 'hex')}`
}
