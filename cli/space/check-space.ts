import type { Product } from '#protocol/messages/product'
import { nearestWord } from '#runtime/nearest-word'
import type { SpaceFile, SpaceHolder } from './space-file.ts'
import type { FoundProblem, SpaceProblemCode } from './space-problem.ts'

/**
 * What no schema can say of a space file: that its members fit each other and its products. Reads
 * no file. `products` are those of the file's list, in its order.
 */
export function checkSpace(space: SpaceFile, products: readonly Product[]): FoundProblem[] {
  return [
    ...doubledDids(space),
    ...doubledProducts(products),
    ...space.holders.flatMap((holder, index) => holderProblems(holder, index, products)),
    ...products.flatMap((product, index) => rosterProblems(product, index, space)),
    ...portProblems(space),
  ]
}

function doubledDids(space: SpaceFile): FoundProblem[] {
  const places = [
    ...(['authority', 'gateway', 'release', 'auditor'] as const).map((role) => ({
      did: space[role].did,
      pointer: `/${role}/did`,
    })),
    ...space.holders.map(({ did }, index) => ({ did, pointer: `/holders/${index}/did` })),
    ...space.consumers.map(({ did }, index) => ({ did, pointer: `/consumers/${index}/did` })),
  ]
  const twice = places.filter(({ did }, index) => {
    return places.findIndex((other) => other.did === did) < index
  })
  return twice.map(({ did, pointer }) =>
    found('SPACE_DID_TWICE', pointer, `\`${did}\` is named twice: every party is its own body`),
  )
}

function doubledProducts(products: readonly Product[]): FoundProblem[] {
  return products.flatMap(({ product }, index) =>
    products.findIndex((other) => other.product === product) < index
      ? [found('SPACE_PRODUCT_TWICE', `/products/${index}`, `product \`${product}\` again`)]
      : [],
  )
}

function holderProblems(
  { did, sources }: SpaceHolder,
  holder: number,
  products: readonly Product[],
): FoundProblem[] {
  return sources.flatMap((source, index) => {
    const place = `/holders/${holder}/sources/${index}`
    const first = sources.findIndex((s) => s.product === source.product && s.part === source.part)
    if (first < index) {
      return [found('SPACE_SOURCE_TWICE', place, `part \`${source.part}\` has two sources`)]
    }
    const product = products.find((candidate) => candidate.product === source.product)
    if (product === undefined) {
      const meant = guess(
        source.product,
        products.map((p) => p.product),
      )
      const text = `no product \`${source.product}\` in this space${meant}`
      return [found('SPACE_PRODUCT_UNKNOWN', `${place}/product`, text)]
    }
    const part = product.parts.find(({ name }) => name === source.part)
    if (part === undefined) {
      const meant = guess(
        source.part,
        product.parts.map(({ name }) => name),
      )
      const text = `product \`${product.product}\` has no part \`${source.part}\`${meant}`
      return [found('SPACE_PART_UNKNOWN', `${place}/part`, text)]
    }
    if (part.roster.includes(did)) return []
    const text = `the roster of part \`${part.name}\` does not name \`${did}\``
    return [found('SPACE_ROSTER_WITHOUT_HOLDER', `${place}/part`, text)]
  })
}

function rosterProblems(product: Product, index: number, space: SpaceFile): FoundProblem[] {
  return product.parts.flatMap(({ name, roster }) =>
    roster.flatMap((did) => {
      const at = space.holders.findIndex((holder) => holder.did === did)
      const holder = space.holders[at]
      if (holder === undefined) {
        const text = `the roster of part \`${name}\` names \`${did}\`, which is no holder here`
        return [found('SPACE_HOLDER_MISSING', `/products/${index}`, text)]
      }
      const given = holder.sources.some((s) => s.product === product.product && s.part === name)
      if (given) return []
      const text = `no source for part \`${name}\` of \`${product.product}\``
      return [found('SPACE_SOURCE_MISSING', `/holders/${at}/sources`, text)]
    }),
  )
}

function portProblems({ ports, gateway }: SpaceFile): FoundProblem[] {
  const replicas = gateway.replicas ?? 1
  if (ports?.gateway === undefined || ports.gateway.length >= replicas) return []
  const text = `${replicas} replicas need ${replicas} ports`
  return [found('SPACE_PORTS_TOO_FEW', '/ports/gateway', text)]
}

function guess(word: string, known: readonly string[]): string {
  const meant = nearestWord(word, known)
  return meant === undefined ? '' : `, did you mean \`${meant}\`?`
}

function found(code: SpaceProblemCode, pointer: string, text: string): FoundProblem {
  return { code, pointer, text }
}
