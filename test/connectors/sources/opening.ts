import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readMapping } from '#connectors/mapping/read-mapping'
import { openSource } from '#connectors/sources/open-source'
import type { Source } from '#connectors/sources/source'
import type { Product } from '#protocol/messages/product'
import { parseJsonText } from '#runtime/json-text'
import { contractProduct } from '#test/contract/source-rows'

const clock = { now: () => Date.now() }

/** A mapping written as JSON, read back as a holder's file would be. */
export const mappingOf = (document: object) =>
  readMapping(parseJsonText(JSON.stringify(document)), 'mapping.json')

/** The source behind a mapping whose files lie in `folder`; not checked yet. */
export async function openIn(
  folder: string,
  document: object,
  product: Product = contractProduct,
): Promise<Source> {
  const mapping = mappingOf(document)
  const mappingPath = join(folder, 'mapping.json')
  return await openSource({ mapping, product, mappingPath, clock, temporaryFolder: folder })
}

/** A private file that holds a secret; the reference to it. */
export async function secretFile(folder: string, text: string): Promise<{ file: string }> {
  const file = join(folder, `secret-${text.length}`)
  await writeFile(file, text, { mode: 0o600 })
  return { file }
}
