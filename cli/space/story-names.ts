import type { ChainRules, Names } from '#evidence/chain-rules'
import { VOCABULARY } from '#policies/vocabulary'
import { productDigest } from '#protocol/directory'
import type { Product } from '#protocol/messages/product'
import type { Space } from './load-space.ts'
import { bodiesOf } from './party-plan.ts'
import { readPolicies } from './read-policies.ts'

/** What a story calls things, as the space's own files do; the keys are those of `ChainRules`. */
export async function storyNames(space: Space): Promise<ChainRules['names']> {
  const policies = await readPolicies(space)
  const purposes = Object.entries(VOCABULARY.document.taxonomies['purpose'] ?? {})
  return Object.fromEntries<Names>([
    ...bodiesOf(space).map(({ did, name }) => [did, named(name)] as const),
    ...space.products.flatMap(({ product }) => productNames(product)),
    ...purposes.map(([purpose, { label }]) => [purpose, named(label)] as const),
    ...policies.map(({ digest, id, title = id }) => [digest, { zh: title, en: title }] as const),
  ])
}

function productNames(product: Product): [string, Names][] {
  const { dimensions, grids, columns, title } = product
  const digest = productDigest(product)
  const codes = dimensions.flatMap(({ name, categories }) => {
    return categories.map((category) => ({
      name: `${name}/${category.code}`,
      title: category.title,
    }))
  })
  const below = [...dimensions, ...grids, ...columns, ...codes]
  return [
    [digest, named(title)],
    ...below.map((one): [string, Names] => [`${digest}/${one.name}`, named(one.title)]),
  ]
}

function named({ zh, en }: Names): Names {
  return { zh, en }
}
