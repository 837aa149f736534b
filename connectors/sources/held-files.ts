import { glob, open, realpath, stat } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { MappingError } from '#connectors/mapping/errors'
import type { FileEntry } from '#connectors/mapping/mapping-schema'
import { SourceError } from './errors.ts'

/** One file of the holder, as its mapping names it. */
export interface HeldFile {
  readonly entry: FileEntry
  /** Index of the entry in the mapping. */
  readonly index: number
  /** Absolute, links followed. */
  readonly path: string
  /** Relative to the mapping's folder: what reports and errors call it. */
  readonly name: string
}

/** Each file becomes a branch of one statement. */
export const MAX_FILES = 256

/**
 * All files that the entries name, relative to `folder`; globs in order of path. Throws
 * `SOURCE_MISSING` for a path or pattern without a file, `MAPPING_INVALID` for a file named twice,
 * since its rows would count twice.
 */
export async function heldFiles(
  entries: readonly FileEntry[],
  folder: string,
): Promise<readonly HeldFile[]> {
  const lists = await Promise.all(entries.map((entry, index) => filesOf(entry, index, folder)))
  const files = lists.flat()
  const twice = files.find(({ path }, index) => files.some((o, i) => i < index && o.path === path))
  if (twice) throw new MappingError('MAPPING_INVALID', `source.files: ${twice.name} is named twice`)
  if (files.length > MAX_FILES) {
    throw new MappingError('MAPPING_INVALID', `source.files: more than ${MAX_FILES} files`)
  }
  return files
}

async function filesOf(entry: FileEntry, index: number, folder: string): Promise<HeldFile[]> {
  const named = entry.path ?? entry.glob ?? ''
  const found = entry.path === undefined ? await matches(named, folder) : [resolve(folder, named)]
  if (found.length === 0) throw new SourceError('SOURCE_MISSING', `no file matches ${named}`)
  return await Promise.all(found.map((path) => heldFile(entry, index, path, folder)))
}

async function matches(pattern: string, folder: string): Promise<string[]> {
  const paths = await Array.fromAsync(glob(pattern, { cwd: folder }))
  return paths.map((path) => resolve(folder, path)).sort()
}

async function heldFile(
  entry: FileEntry,
  index: number,
  found: string,
  folder: string,
): Promise<HeldFile> {
  const name = relative(folder, found)
  try {
    const path = await realpath(found)
    const { size, isFile } = await statOf(path)
    if (!isFile) throw new SourceError('SOURCE_UNREADABLE', `${name} is no ordinary file`)
    if (size === 0) throw new SourceError('SOURCE_UNREADABLE', `${name} is empty, without a header`)
    await using _file = await open(path)
    return { entry, index, path, name }
  } catch (error) {
    if (error instanceof SourceError) throw error
    const isThere = error instanceof Error && 'code' in error && error.code !== 'ENOENT'
    if (isThere) throw new SourceError('SOURCE_UNREADABLE', `${name} may not be read by this user`)
    throw new SourceError('SOURCE_MISSING', `no file ${name}`)
  }
}

async function statOf(path: string) {
  const found = await stat(path)
  return { size: found.size, isFile: found.isFile() }
}
