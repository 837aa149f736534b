import { access } from 'node:fs/promises'
import path from 'node:path'
import { Product } from '#protocol/messages/product'
import { checkConfig, loadConfig } from '#runtime/config'
import { readJsonFile } from '#runtime/json-file'
import { checkSpace } from './check-space.ts'
import { SpaceFile } from './space-file.ts'
import { type FoundProblem, placeProblems, SpaceError } from './space-problem.ts'

/** A space file that was read and found whole. Every path is absolute. */
export interface Space {
  readonly path: string
  readonly file: SpaceFile
  readonly products: readonly { readonly path: string; readonly product: Product }[]
  /** The absolute path of what the file names relative to itself. */
  readonly resolve: (relative: string) => string
}

/**
 * Reads a space file and the products that it names, and checks all of it before anything starts.
 *
 * @throws ConfigError, JsonFileError, JsonError for a file's form; SpaceError for its meaning
 */
export async function loadSpace(file: string): Promise<Space> {
  const absolute = path.resolve(file)
  const document = await readJsonFile(absolute)
  const space = checkConfig(document, SpaceFile, file)
  const resolve = (relative: string) => path.resolve(path.dirname(absolute), relative)
  const refuse = (found: readonly FoundProblem[]) => {
    if (found.length > 0) throw new SpaceError(file, placeProblems(found, document))
  }
  refuse(await missingFiles(space, resolve))
  const products = await Promise.all(
    space.products.map(async (name) => {
      const at = resolve(name)
      return { path: at, product: await loadConfig(at, Product) }
    }),
  )
  refuse(
    checkSpace(
      space,
      products.map(({ product }) => product),
    ),
  )
  return { path: absolute, file: space, products, resolve }
}

async function missingFiles(
  space: SpaceFile,
  resolve: (relative: string) => string,
): Promise<FoundProblem[]> {
  const found = await Promise.all(
    namedFiles(space).map(async ({ pointer, name }): Promise<FoundProblem[]> => {
      const exists = await access(resolve(name)).then(
        () => true,
        () => false,
      )
      return exists ? [] : [{ code: 'SPACE_FILE_MISSING', pointer, text: `no file \`${name}\`` }]
    }),
  )
  return found.flat()
}

function namedFiles(space: SpaceFile): { readonly pointer: string; readonly name: string }[] {
  const list = (pointer: string, names: readonly string[]) =>
    names.map((name, index) => ({ pointer: `${pointer}/${index}`, name }))
  return [
    ...list('/products', space.products),
    ...list('/policies', space.policies),
    ...space.holders.flatMap(({ sources, policies }, holder) => [
      ...list(`/holders/${holder}/policies`, policies ?? []),
      ...sources.map(({ mapping }, index) => ({
        pointer: `/holders/${holder}/sources/${index}/mapping`,
        name: mapping,
      })),
    ]),
    ...(space.prepare ? [{ pointer: '/prepare/module', name: space.prepare.module }] : []),
  ]
}
