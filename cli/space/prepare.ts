import { access, copyFile, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { readJsonFile } from '#runtime/json-file'
import { valueAt } from '#runtime/json-pointer'
import type { Space } from './load-space.ts'
import type { SpaceHolder } from './space-file.ts'
import type { StateFolder } from './state-folder.ts'

/** What a space's `prepare` module is handed. */
export interface PrepareContext {
  /** The seed from the space file: the same seed makes the same data. */
  readonly seed: string
  /** A private folder for one holder's files; the paths in its mappings are relative to it. */
  readonly folderFor: (holder: string) => Promise<string>
  /**
   * The owner's URL of one holder's own database. Its connector reads the tables made there by a
   * role that can do nothing else; a mapping finds that URL in the file `prepared-database`.
   */
  readonly databaseFor: (holder: string) => Promise<string>
  readonly progress: (line: string) => void
}

/** What the module exports as `prepare`. */
export type Prepare = (context: PrepareContext) => Promise<void>

/** The file beside a prepared mapping that holds the reader's URL of what `databaseFor` made. */
export const PREPARED_DATABASE = 'prepared-database'

/** Where a holder's prepared files lie. */
export function preparedFolder(state: StateFolder, holder: string): string {
  return path.join(state.partyFolder(holder), 'data')
}

/**
 * Makes the demonstration data of a space, once in the life of its state folder. A preparation that
 * was cut short is begun again.
 */
export async function prepareOnce(
  space: Space,
  state: StateFolder,
  context: Omit<PrepareContext, 'seed' | 'folderFor'>,
): Promise<void> {
  if (space.file.prepare === undefined) return
  const done = path.join(state.path, 'prepared')
  if (await exists(done)) return
  const { module, seed } = space.file.prepare
  const loaded: unknown = await import(pathToFileURL(space.resolve(module)).href)
  const prepare: unknown = Reflect.get(Object(loaded), 'prepare')
  if (typeof prepare !== 'function')
    throw new TypeError(`${module} exports no function \`prepare\``)
  const folderFor = async (holder: string) => {
    const folder = preparedFolder(state, holder)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return folder
  }
  await (prepare as Prepare)({ ...context, seed, folderFor })
  await writeFile(done, `${seed}\n`, { mode: 0o600 })
}

/**
 * The mapping file of each source: the operator's own, or, beside data that `prepare` wrote, a copy
 * of it, since a mapping's paths are relative to itself.
 */
export async function placeMappings(
  space: Space,
  state: StateFolder,
): Promise<(holder: string, product: string, part: string) => string> {
  const placed = new Map<string, string>()
  for (const { did, sources } of space.file.holders) {
    for (const { product, part, mapping, prepared } of sources) {
      const own = space.resolve(mapping)
      const copy = path.join(preparedFolder(state, did), path.basename(mapping))
      if (prepared) {
        await mkdir(path.dirname(copy), { recursive: true, mode: 0o700 })
        await copyFile(own, copy)
      }
      placed.set(keyOf(did, product, part), prepared ? copy : own)
    }
  }
  return (holder, product, part) => placed.get(keyOf(holder, product, part)) ?? ''
}

/** True where a prepared mapping of this holder reads what `databaseFor` made. */
export async function readsPreparedDatabase(space: Space, holder: SpaceHolder): Promise<boolean> {
  const names = await Promise.all(
    holder.sources
      .filter(({ prepared }) => prepared)
      .map(async ({ mapping }) => {
        const { value } = await readJsonFile(space.resolve(mapping))
        return valueAt(value, '/source/database/url/file')
      }),
  )
  return names.includes(PREPARED_DATABASE)
}

function keyOf(...names: readonly string[]): string {
  return names.join('\n')
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
