import { writeFileSync } from 'node:fs'
import type { TSchema } from 'typebox'
import { QueryFile } from '#cli/query/query-file'
import { SpaceFile } from '#cli/space/space-file'

/** The published JSON Schemas of what people write by hand; editors complete and check by them. */
export const PUBLISHED_SCHEMAS: Readonly<Record<string, string>> = {
  'docs/space.schema.json': textOf('Baotu space file', SpaceFile),
  'docs/query.schema.json': textOf('Baotu query file', QueryFile),
}

function textOf(title: string, schema: TSchema): string {
  const head = { $schema: 'https://json-schema.org/draft/2020-12/schema', title }
  return `${JSON.stringify({ ...head, ...schema }, null, 2)}\n`
}

if (import.meta.main) {
  for (const [file, text] of Object.entries(PUBLISHED_SCHEMAS)) {
    writeFileSync(new URL(`../${file}`, import.meta.url), text)
  }
}
