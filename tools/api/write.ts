import { writeFileSync } from 'node:fs'
import { apiDocuments } from './api-documents.ts'

for (const [file, text] of Object.entries(await apiDocuments())) {
  writeFileSync(new URL(`../../docs/api/${file}`, import.meta.url), text)
}
