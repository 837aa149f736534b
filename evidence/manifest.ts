/**
 * The list of a folder's files with their digests, signed by who made the folder: one changed bit
 * anywhere is found, also where no log vouches for a file. Node only.
 */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { EvidenceError } from './evidence-error.ts'
import { MANIFEST_FILE } from './evidence-folder.ts'
import type { Finding } from './finding.ts'
import type { NoteVerifier } from './note-key.ts'
import type { NoteSigner } from './note-signer.ts'
import { formatNote, parseNote } from './signed-note.ts'
import { listFiles } from './tile-folder.ts'
import { verifyNote } from './verify-note.ts'

// Never a checkpoint's first line: that is an origin, which holds no space.
const HEADER = 'baotu evidence bundle@1'

/** The signed manifest of all files that are in `folder` now. */
export async function signManifest(folder: string, signer: NoteSigner): Promise<string> {
  const files = listFiles(folder).filter((file) => file !== MANIFEST_FILE)
  const lines = files.sort().map((file) => `${digestOfFile(folder, file)} ${file}`)
  const text = `${[HEADER, ...lines].join('\n')}\n`
  return formatNote({ text, signatures: [await signer.sign(text)] })
}

/** Compares a folder with its manifest; nothing when it has none. */
export function checkManifest(folder: string, known: readonly NoteVerifier[]): Finding[] {
  const files = new Set(listFiles(folder))
  if (!files.delete(MANIFEST_FILE)) return []
  const listed = openManifest(readFileSync(path.join(folder, MANIFEST_FILE), 'utf8'), known)
  if (!(listed instanceof Map)) return [listed]
  const findings: Finding[] = []
  for (const [file, digest] of listed) {
    const detail = 'manifest'
    if (!files.delete(file)) findings.push({ code: 'FILE_MISSING', file, detail })
    else if (digestOfFile(folder, file) !== digest) {
      findings.push({ code: 'FILE_ALTERED', file, detail })
    }
  }
  for (const file of files) findings.push({ code: 'FILE_UNEXPECTED', file, detail: 'manifest' })
  return findings
}

function openManifest(text: string, known: readonly NoteVerifier[]): Map<string, string> | Finding {
  try {
    const note = parseNote(text)
    verifyNote(note, known)
    const [header, ...lines] = note.text.trimEnd().split('\n')
    if (header !== HEADER) throw new EvidenceError('NOTE_REFUSED', 'not a manifest')
    return new Map(lines.map((line) => [line.slice(72), line.slice(0, 71)]))
  } catch (error) {
    const detail = error instanceof EvidenceError ? error.code : 'unreadable'
    return { code: 'FILE_ALTERED', file: MANIFEST_FILE, detail }
  }
}

function digestOfFile(folder: string, file: string): string {
  return `sha256-${hash('sha256', readFileSync(path.join(folder, file)), 'hex')}`
}
