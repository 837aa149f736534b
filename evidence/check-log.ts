/**
 * Checks one exported log: its checkpoint's signature, every entry against every tile, the root
 * recomputed from the entries, every file accounted for. Trusts the key alone. Node only.
 */
import { leafHash, sameHash } from '#crypto/merkle'
import { alignEntries } from './align-entries.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { Entry } from './entry.ts'
import { decodeBundle } from './entry-bundle.ts'
import { parseEntry } from './entry-form.ts'
import { EvidenceError } from './evidence-error.ts'
import type { Finding } from './finding.ts'
import type { LogFiles } from './log-files.ts'
import type { NoteVerifier } from './note-key.ts'
import { bundlePath, TILE_WIDTH, tilePath } from './tile.ts'
import { TreeEdge } from './tree-edge.ts'
import { openCheckpoint } from './verify-note.ts'

export interface CheckedLog {
  readonly checkpoint: Checkpoint | undefined
  /** By sequence number; those that cannot be read are left out and found. */
  readonly entries: ReadonlyMap<number, Entry>
  readonly findings: readonly Finding[]
  /** The tree that gives the signed root, for checks against older checkpoints. */
  readonly edge: TreeEdge
}

/** Reads everything below `folder`, the log's own; every defect is a finding, none is thrown. */
export function checkLog(folder: LogFiles, log: NoteVerifier): CheckedLog {
  return new LogCheck(folder, log).run()
}

// A checkpoint may claim any size: after so many bundles that are not there nothing more is sought.
const MOST_MISSING = 100

class LogCheck {
  readonly #folder: LogFiles
  readonly #log: NoteVerifier
  #findings: Finding[] = []
  #missingInARow = 0
  readonly #entries = new Map<number, Entry>()
  readonly #byEntries = new TreeEdge()
  readonly #byTiles = new TreeEdge()

  constructor(folder: LogFiles, log: NoteVerifier) {
    this.#folder = folder
    this.#log = log
  }

  run(): CheckedLog {
    const checkpoint = this.#checkpoint()
    const size = checkpoint?.size ?? 0
    for (let start = 0; start < size && this.#missingInARow < MOST_MISSING; start += TILE_WIDTH) {
      this.#bundle(start, Math.min(TILE_WIDTH, size - start))
    }
    const edge = checkpoint ? this.#judge(checkpoint) : this.#byEntries
    return { checkpoint, entries: this.#entries, findings: this.#findings, edge }
  }

  #checkpoint(): Checkpoint | undefined {
    const bytes = this.#folder.read('checkpoint')
    if (bytes === undefined) return this.#found({ code: 'FILE_MISSING', file: 'checkpoint' })
    try {
      return openCheckpoint(Buffer.from(bytes).toString('utf8'), this.#log)
    } catch (error) {
      const detail = error instanceof EvidenceError ? error.code : 'unreadable'
      return this.#found({ code: 'CHECKPOINT_REFUSED', file: 'checkpoint', detail })
    }
  }

  #bundle(start: number, width: number): void {
    const file = bundlePath(start / TILE_WIDTH, width)
    const bytes = this.#folder.read(file)
    if (bytes === undefined) this.#found({ code: 'FILE_MISSING', index: start, file })
    this.#missingInARow = bytes === undefined ? this.#missingInARow + 1 : 0
    const { entries, isWhole } = decodeBundle(bytes ?? new Uint8Array(0), 2 * TILE_WIDTH)
    const found = entries.map(leafHash)
    const expected = this.#leaves(start, width) ?? found
    for (const hash of found) this.#byEntries.add(hash)
    for (const hash of expected) this.#byTiles.add(hash)
    for (const [i, entry] of entries.entries()) this.#entry(start + i, file, entry)
    if (bytes === undefined) return
    const misplaced = alignEntries(expected.map(hex), found.map(hex))
    for (const { code, at } of isWhole ? misplaced : misplaced.slice(0, 1)) {
      this.#found({ code, index: start + at, file, detail: isWhole ? '' : 'cut from here' })
    }
    if (!isWhole && misplaced.length === 0) {
      this.#found({ code: 'FILE_ALTERED', file, detail: 'bytes after the last entry' })
    }
  }

  #leaves(start: number, width: number): Uint8Array[] | undefined {
    const file = tilePath({ level: 0, index: start / TILE_WIDTH, width })
    const bytes = this.#folder.read(file)
    if (bytes === undefined) this.#found({ code: 'FILE_MISSING', index: start, file })
    if (bytes?.length === width * 32) return split(bytes)
    return undefined
  }

  #entry(index: number, file: string, bytes: Uint8Array): void {
    try {
      this.#entries.set(index, parseEntry(bytes))
    } catch {
      this.#found({ code: 'ENTRY_MALFORMED', index, file })
    }
  }

  // Entries and leaf tiles were read apart: the one that gives the signed root is the true one.
  #judge({ size, root }: Checkpoint): TreeEdge {
    const entriesHold = sameHash(this.#byEntries.view().root(), root)
    const tilesHold = sameHash(this.#byTiles.view().root(), root)
    if (entriesHold) this.#blameTiles()
    if (!entriesHold && !tilesHold) {
      this.#found({ code: 'CHECKPOINT_MISMATCH', file: 'checkpoint', detail: `size ${size}` })
    }
    const edge = entriesHold ? this.#byEntries : this.#byTiles
    for (const tile of edge.changes()) {
      const file = tilePath(tile)
      const bytes = this.#folder.read(file)
      if (bytes === undefined && tile.level > 0) this.#found({ code: 'FILE_MISSING', file })
      if (bytes === undefined || sameHash(bytes, tile.bytes)) continue
      const node = tile.index * TILE_WIDTH + firstDifference(bytes, tile.bytes)
      this.#found({ code: 'TILE_ALTERED', index: node * TILE_WIDTH ** tile.level, file })
    }
    return edge
  }

  #blameTiles(): void {
    this.#findings = this.#findings.filter(({ code }) => !isDisagreement(code))
  }

  #found(finding: Omit<Finding, 'log' | 'detail'> & { detail?: string }): undefined {
    this.#findings.push({ detail: '', log: this.#log.name, ...finding })
  }
}

function isDisagreement(code: string): boolean {
  return ['ENTRY_ALTERED', 'ENTRY_MISSING', 'ENTRY_ADDED', 'ENTRY_MOVED'].includes(code)
}

function split(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / 32 }, (_, i) => bytes.subarray(i * 32, i * 32 + 32))
}

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i])
  return Math.floor((at < 0 ? Math.min(a.length, b.length) : at) / 32)
}

const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex')
