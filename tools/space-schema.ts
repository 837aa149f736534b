import { writeFileSync } from 'node:fs'
import { SpaceFile } from '#cli/space/space-file'

/** The published JSON Schema of space files; editors complete and check by it. */
export function spaceSchemaText(): string {
  const head = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Baotu space file',
  }
  return `${JSON.stringify({ ...head, ...SpaceFile }, null, 2)}\n`
}

if (import.meta.main) {
  writeFileSync(new URL('../docs/space.schema.json', import.meta.url), spaceSchemaText())
}
