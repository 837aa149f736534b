import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { apiDocuments } from '#tools/api/api-documents'

const FOLDER = path.resolve(import.meta.dirname, '../../docs/api')

t.test('docs/api says what the servers serve', async (t) => {
  for (const [file, text] of Object.entries(await apiDocuments())) {
    const written = readFileSync(path.join(FOLDER, file), 'utf8')
    t.equal(written, text, `run node tools/api/write.ts (${file})`)
  }
})

t.test('every route of the gateway is described, with its refusals', async (t) => {
  const { paths } = JSON.parse((await apiDocuments())['gateway.json'] ?? '{}')
  t.same(Object.keys(paths).sort(), [
    '/evidence/add-checkpoint',
    '/evidence/bundles/{index}',
    '/evidence/checkpoint',
    '/evidence/cosignatures',
    '/evidence/cosigned',
    '/evidence/receipts/{index}',
    '/evidence/tiles/{level}/{index}',
    '/evidence/witness-requests/{old}',
    '/products',
    '/queries',
    '/queries/{request}',
    '/queries/{request}/acknowledgement',
    '/queries/{request}/confirmation',
    '/sessions/{invitation}/blobs/{digest}',
    '/tasks/lease',
    '/tasks/{task}/answer',
    '/tasks/{task}/refusal',
  ])
  for (const [route, methods] of Object.entries<Record<string, { responses: object }>>(paths)) {
    for (const [method, { responses }] of Object.entries(methods)) {
      t.ok('default' in responses, `${method} ${route}`)
    }
  }
})
