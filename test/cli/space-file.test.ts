import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { checkMappings } from '#cli/space/check-mappings'
import { loadSpace } from '#cli/space/load-space'
import { findByName, shortName } from '#cli/space/short-name'
import type { SpaceFile } from '#cli/space/space-file'
import type { Product } from '#protocol/messages/product'
import { PROJECT_ROOT } from '#test/support/import-graph'
import { smallProduct, smallSpace, writeSmallSpace } from '#test/support/space-folder'
import { PUBLISHED_SCHEMAS } from '#tools/published-schemas'

type Loose<T> = T extends readonly (infer I)[]
  ? Loose<I>[]
  : T extends object
    ? { -readonly [K in keyof T]: Loose<T[K]> }
    : T

async function refusal(
  change: (space: Loose<SpaceFile>, product: Loose<Product>) => void,
): Promise<{ code?: string; message?: string; problems?: readonly { code: string }[] }> {
  const space = structuredClone(smallSpace()) as Loose<SpaceFile>
  const product = structuredClone(smallProduct()) as Loose<Product>
  change(space, product)
  using written = writeSmallSpace(space, product)
  return await loadSpace(written.spacePath).then(
    () => ({}),
    (error: unknown) => error as object,
  )
}

t.test('a whole space is read, its paths made absolute', async (t) => {
  using written = writeSmallSpace(smallSpace())
  const space = await loadSpace(written.spacePath)
  t.equal(space.products[0]?.product.product, 'urn:baotu:product:tax')
  t.equal(space.resolve('x/y.json'), path.join(written.folder, 'x', 'y.json'))
})

t.test('a misspelt key is named with its pointer, its place and the nearest key', async (t) => {
  using written = writeSmallSpace(
    JSON.stringify(smallSpace(), null, 2).replace('"consumerGroup"', '"consumerGruop"'),
  )
  await t.rejects(loadSpace(written.spacePath), {
    code: 'CONFIG_INVALID',
    message:
      /:\d+:7 unknown key `consumerGruop`, did you mean `consumerGroup`\? \(\/consumers\/0\/consumerGruop\)/,
  })
})

t.test('a mapping that does not fit its product is told before anything starts', async (t) => {
  using written = writeSmallSpace(smallSpace())
  const space = await loadSpace(written.spacePath)
  const mapping = (unit: string, part = 'tax') => ({
    part,
    source: { kind: 'files', files: [{ path: 'no-data-is-read.csv', format: 'csv' }] },
    unit: { key: { column: 'id' } },
    fields: {
      size: { from: { column: 's' }, null: 'category:smal' },
      tax12: { from: { column: 'x' }, unit },
    },
  })
  const check = async (content: object) => {
    writeFileSync(path.join(written.folder, 'mapping.json'), JSON.stringify(content))
    const error = await checkMappings(space).catch((cause: unknown) => cause)
    return error instanceof Error ? error.message : undefined
  }
  const told = await check(mapping('yaun'))
  t.match(told, /mapping\.json: MAPPING_REFUSED .*\n.*did you mean `small`\?/)
  t.match(told, /`yaun` does not convert/)
  t.match(await check(mapping('yuan', 'tox')), /PART_NOT_HELD it is of part `tox`/)
  t.match(await check({ ...mapping('yuan'), fileds: 1 }), /:1:\d+ unknown key `fileds`/)
  const { size: _, ...fields } = mapping('yuan').fields
  t.match(await check({ ...mapping('yuan'), fields }), /`size` is not mapped/)
  const size = { from: { column: 's' } }
  t.equal(await check({ ...mapping('yuan'), fields: { ...fields, size } }), undefined)
})

const MISTAKES: readonly {
  readonly name: string
  readonly code: string
  readonly pointer: string
  readonly change: Parameters<typeof refusal>[0]
}[] = [
  {
    name: 'two parties of one DID',
    code: 'SPACE_DID_TWICE',
    pointer: '/release/did',
    change: (space) => {
      space.release.did = space.gateway.did
    },
  },
  {
    name: 'a roster that names a holder whom nobody describes',
    code: 'SPACE_HOLDER_MISSING',
    pointer: '/products/0',
    change: (_, product) => {
      product.parts[0]?.roster.push('did:web:tax.c.example')
    },
  },
  {
    name: 'a holder outside the roster',
    code: 'SPACE_ROSTER_WITHOUT_HOLDER',
    pointer: '/holders/1/sources/0/part',
    change: (_, product) => {
      product.parts[0]?.roster.pop()
    },
  },
  {
    name: 'a part that the product does not have',
    code: 'SPACE_PART_UNKNOWN',
    pointer: '/holders/0/sources/0/part',
    change: (space) => {
      const source = space.holders[0]?.sources[0]
      if (source) source.part = 'taxx'
    },
  },
  {
    name: 'a product that the space does not list',
    code: 'SPACE_PRODUCT_UNKNOWN',
    pointer: '/holders/0/sources/0/product',
    change: (space) => {
      const source = space.holders[0]?.sources[0]
      if (source) source.product = 'urn:baotu:product:other'
    },
  },
  {
    name: 'two sources for one part',
    code: 'SPACE_SOURCE_TWICE',
    pointer: '/holders/0/sources/1',
    change: (space) => {
      const sources = space.holders[0]?.sources
      if (sources?.[0]) sources.push(sources[0])
    },
  },
  {
    name: 'a product listed twice',
    code: 'SPACE_PRODUCT_TWICE',
    pointer: '/products/1',
    change: (space) => {
      space.products.push('product.json')
    },
  },
  {
    name: 'a file that is not there',
    code: 'SPACE_FILE_MISSING',
    pointer: '/policies/1',
    change: (space) => {
      space.policies.push('polciy.json')
    },
  },
  {
    name: 'fewer ports than replicas',
    code: 'SPACE_PORTS_TOO_FEW',
    pointer: '/ports/gateway',
    change: (space) => {
      space.gateway.replicas = 2
      space.ports = { gateway: [4000] }
    },
  },
]

for (const { name, code, pointer, change } of MISTAKES) {
  t.test(`${name} is refused with its place`, async (t) => {
    const error = await refusal(change)
    t.equal(error.code, 'SPACE_INVALID')
    t.match(
      error.problems?.find((problem) => problem.code === code),
      { pointer },
    )
    t.match(error.message, /space\.json:\d+:\d+ /)
  })
}

t.test('a mistyped part is answered with the one that was meant', async (t) => {
  const { message } = await refusal((space) => {
    const source = space.holders[0]?.sources[0]
    if (source) source.part = 'taxx'
  })
  t.match(message, /no part `taxx`, did you mean `tax`\?/)
})

t.test('every problem is told at once', async (t) => {
  const { problems } = await refusal((space, product) => {
    space.auditor.did = space.authority.did
    product.parts[0]?.roster.push('did:web:tax.c.example', 'did:web:tax.d.example')
  })
  t.same(
    problems?.map(({ code }) => code),
    ['SPACE_DID_TWICE', 'SPACE_HOLDER_MISSING', 'SPACE_HOLDER_MISSING'],
  )
})

t.test('a broken product file is refused in its own name', async (t) => {
  using written = writeSmallSpace(smallSpace(), { ...smallProduct(), partz: [] })
  await t.rejects(loadSpace(written.spacePath), { message: /product\.json:1:\d+ unknown key/ })
})

t.test('a body is named by its DID or an unmistakable beginning of it', async (t) => {
  const dids = ['did:web:qilu-bank.example', 'did:web:tax.jinan.example', 'did:web:tax.qd.example']
  t.equal(findByName('qilu-bank', dids), dids[0])
  t.equal(findByName('did:web:tax.qd.example', dids), dids[2])
  t.equal(findByName('tax.jinan.example', dids), dids[1])
  t.equal(findByName('tax', dids), undefined, 'two fit: none is taken')
  t.equal(findByName('qilu', dids), undefined, 'only whole labels count')
  t.equal(shortName('did:web:a.example:b'), 'a.example_b')
})

for (const [file, text] of Object.entries(PUBLISHED_SCHEMAS)) {
  t.test(`${file} is that of the code`, async (t) => {
    const published = readFileSync(path.join(PROJECT_ROOT, file), 'utf8')
    t.same(JSON.parse(published), JSON.parse(text), 'run tools/published-schemas.ts')
  })
}
