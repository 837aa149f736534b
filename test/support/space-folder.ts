import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { SpaceFile } from '#cli/space/space-file'
import type { Product } from '#protocol/messages/product'

const title = (en: string) => ({ zh: en, en })

/** A product of one part with two holders. */
export function smallProduct(): Product {
  return {
    product: 'urn:baotu:product:tax',
    version: 1,
    title: title('Tax'),
    collections: ['urn:bt:collection:tax'],
    disjointUnits: true,
    dimensions: [
      {
        name: 'size',
        title: title('Size'),
        categories: [{ code: 'small', title: title('small') }],
      },
    ],
    grids: [],
    columns: [
      {
        name: 'tax12',
        title: title('Tax paid'),
        part: 'tax',
        kind: 'amount',
        unit: 'fen',
        range: ['0', '1000000000000'],
        level: 3,
      },
    ],
    parts: [
      {
        name: 'tax',
        title: title('Tax bureaus'),
        roster: ['did:web:tax.a.example', 'did:web:tax.b.example'],
        maxUnits: '1000000',
      },
    ],
  }
}

/** A whole small space, fresh on every call. */
export function smallSpace(): SpaceFile {
  const holder = (did: string) => ({
    did,
    name: title(did),
    region: '3701',
    sources: [{ product: 'urn:baotu:product:tax', part: 'tax', mapping: 'mapping.json' }],
  })
  return {
    space: 'urn:baotu:space:small',
    title: title('Small'),
    region: '3701',
    authority: { did: 'did:web:authority.example', name: title('Authority') },
    gateway: { did: 'did:web:gateway.example', name: title('Gateway') },
    release: { did: 'did:web:release.example', name: title('Release') },
    auditor: { did: 'did:web:auditor.example', name: title('Auditor') },
    holders: [holder('did:web:tax.a.example'), holder('did:web:tax.b.example')],
    consumers: [
      {
        did: 'did:web:bank.example',
        name: title('Bank'),
        kind: 'bank',
        identityLevel: 3,
        consumerGroup: 'bank',
        region: '3701',
      },
    ],
    products: ['product.json'],
    policies: ['policy.json'],
  }
}

/** A folder with the files of a small space; removed with `using`. */
export interface SpaceFolder extends Disposable {
  readonly folder: string
  readonly spacePath: string
}

/** Writes a space, its product and empty files for whatever else it names. */
export function writeSmallSpace(space: unknown, product: unknown = smallProduct()): SpaceFolder {
  const folder = mkdtempSync(path.join(tmpdir(), 'baotu-space-'))
  const spacePath = path.join(folder, 'space.json')
  const text = typeof space === 'string' ? space : JSON.stringify(space, null, 2)
  writeFileSync(spacePath, text)
  writeFileSync(path.join(folder, 'product.json'), JSON.stringify(product))
  for (const name of ['mapping.json', 'policy.json']) writeFileSync(path.join(folder, name), '{}')
  return { folder, spacePath, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}
