import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { SpaceFile } from '#cli/space/space-file'
import type { Product } from '#protocol/messages/product'
import { TINY, tinyPolicies } from './tiny-policies.ts'
import { BUREAUS, type Bureau, csvOf, type Firm } from './tiny-rows.ts'

const title = (text: string) => ({ zh: text, en: text })
const category = (code: string) => ({ code, title: title(code) })

/** The DID of a bureau. */
export function bureauDid(bureau: Bureau): string {
  return `did:web:${bureau}.tiny.example`
}

/** Tax of three bureaus by section and size, pooled. */
export function tinyProduct(): Product {
  return {
    product: TINY.product,
    version: 1,
    title: title('tax'),
    collections: [TINY.collection],
    disjointUnits: true,
    dimensions: [
      { name: 'section', title: title('section'), categories: ['C', 'F'].map(category) },
      { name: 'size', title: title('size'), categories: ['small', 'large'].map(category) },
    ],
    grids: [],
    columns: [
      {
        name: 'tax12',
        title: title('tax'),
        part: 'tax',
        kind: 'amount',
        unit: 'fen',
        range: ['0', '10000000000000'],
        level: 3,
      },
    ],
    parts: [
      { name: 'tax', title: title('tax'), roster: BUREAUS.map(bureauDid), maxUnits: '1000000' },
    ],
  }
}

function tinySpaceFile(replicas: number): SpaceFile {
  const body = (did: string) => ({ did, name: title(did) })
  const common = ['platform.json', 'comprehensive.json']
  return {
    space: TINY.space,
    title: title('tiny'),
    region: '3701',
    authority: body(TINY.authority),
    gateway: { ...body(TINY.gateway), replicas },
    release: body(TINY.release),
    auditor: body(TINY.auditor),
    holders: BUREAUS.map((bureau) => ({
      ...body(bureauDid(bureau)),
      region: '3701',
      sources: [{ product: TINY.product, part: 'tax', mapping: `${bureau}/mapping.json` }],
      ...(bureau === 'binzhou' && { policies: [...common, 'strict.json', 'contract.json'] }),
    })),
    consumers: [
      {
        ...body(TINY.bank),
        kind: 'bank',
        identityLevel: 3,
        consumerGroup: 'bank',
        region: '3701',
      },
    ],
    products: ['product.json'],
    policies: [...common, 'domain.json', 'contract.json'],
  }
}

const MAPPING = {
  part: 'tax',
  source: {
    kind: 'files',
    files: [{ path: 'firms.csv', format: 'csv' }],
    engine: { threads: 1 },
  },
  unit: { key: { column: 'uscc' } },
  fields: {
    section: { from: { column: 'section' } },
    size: { from: { column: 'size' } },
    tax12: { from: { column: 'tax_fen' }, unit: 'fen' },
  },
}

/** The rows of every bureau. */
export type Rows = Readonly<Record<Bureau, readonly Firm[]>>

/** Where a bureau's rows lie, in a folder written by `writeTinySpace`. */
export function rowsFile(folder: string, bureau: Bureau): string {
  return path.join(folder, bureau, 'firms.csv')
}

/** Writes the space file and all that it names; answers the path of the space file. */
export function writeTinySpace(folder: string, replicas: number, rows: Rows): string {
  const write = (name: string, value: object) => {
    writeFileSync(path.join(folder, name), JSON.stringify(value, null, 2))
  }
  for (const bureau of BUREAUS) {
    mkdirSync(path.join(folder, bureau), { recursive: true })
    write(`${bureau}/mapping.json`, MAPPING)
    writeFileSync(rowsFile(folder, bureau), csvOf(rows[bureau]))
  }
  for (const [name, value] of Object.entries(tinyPolicies())) write(name, value)
  write('product.json', tinyProduct())
  write('space.json', tinySpaceFile(replicas))
  return path.join(folder, 'space.json')
}
