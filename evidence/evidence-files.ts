/**
 * A folder from a stranger, as the verifier reads it: plain files below it and nothing else. Links,
 * pipes and devices are named and never opened, a file that is too large is not read, no name is
 * followed that the folder does not hold. Node only.
 */
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Finding } from './finding.ts'

/** More than anything that evidence holds; what is larger is a finding. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024

/** Files are read by name; what was never read can be named at the end. */
export class EvidenceFiles {
  readonly #folder: string
  readonly #plain = new Set<string>()
  readonly #refused = new Map<string, string>()
  readonly #unread: Set<string>

  constructor(folder: string) {
    this.#folder = folder
    for (const { file, fault } of list(folder)) {
      if (fault === '') this.#plain.add(file)
      else this.#refused.set(file, fault)
    }
    this.#unread = new Set(this.#plain)
  }

  /** Undefined when there is no such plain file. */
  read(file: string): Uint8Array | undefined {
    this.#unread.delete(file)
    return this.peek(file)
  }

  /** Reads without taking the file for looked at. */
  peek(file: string): Uint8Array | undefined {
    return this.#plain.has(file) ? readFileSync(path.join(this.#folder, file)) : undefined
  }

  has(file: string): boolean {
    return this.#plain.has(file)
  }

  /** As text; empty when there is no such file. */
  text(file: string): string {
    return Buffer.from(this.read(file) ?? new Uint8Array(0)).toString('utf8')
  }

  /** Files below a folder of this one, in order; all of them without it. */
  list(below = ''): string[] {
    return [...this.#plain].filter((file) => file.startsWith(below)).sort()
  }

  /** Files that nothing has read so far, in order. */
  unread(): string[] {
    return [...this.#unread].sort()
  }

  /** What is there and was not to be opened. */
  refused(): Finding[] {
    return [...this.#refused].map(([file, detail]) => ({ code: 'FILE_UNEXPECTED', file, detail }))
  }
}

/** Every plain file below `folder`, with forward slashes, relative to it. */
export function listFiles(folder: string): string[] {
  return new EvidenceFiles(folder).list()
}

function list(folder: string): { readonly file: string; readonly fault: string }[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => {
      const whole = path.join(entry.parentPath, entry.name)
      const file = path.relative(folder, whole).split(path.sep).join('/')
      return { file, fault: entry.isFile() ? faultOfSize(whole) : 'not a plain file' }
    })
}

function faultOfSize(file: string): string {
  const { size } = lstatSync(file)
  return size > MAX_FILE_BYTES ? `${size} bytes, not read` : ''
}
