import { ProtocolError } from '#protocol/errors'
import type { Participant } from '#protocol/messages/directory'
import type { Product } from '#protocol/messages/product'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import { AuthorityError } from './authority-error.ts'

/**
 * Refuses (`PRODUCT_REFUSED`) a product that nobody could ask or that promises what it cannot
 * keep: a name given twice, a column of no part, a roster with somebody who is no holder, a range
 * that is missing or empty, counts that could overflow.
 */
export function checkProduct(product: Product, participants: readonly Participant[]): void {
  checkNames(product)
  checkColumns(product)
  checkRosters(product, participants)
  checkCapacity(product)
}

function checkNames(product: Product): void {
  const { dimensions, grids, columns, parts } = product
  refuseTwice(product, 'column', [...dimensions, ...grids, ...columns].map(nameOf))
  refuseTwice(product, 'part', parts.map(nameOf))
  for (const { name, categories } of dimensions) {
    const codes = categories.map(({ code }) => code)
    refuseTwice(product, `category of \`${name}\``, codes)
  }
  for (const { name, cuts } of grids) refuseTwice(product, `cut of \`${name}\``, cuts)
}

function checkColumns(product: Product): void {
  for (const { name, part, kind, range } of product.columns) {
    if (!product.parts.some((candidate) => candidate.name === part)) {
      refuse(product, `column \`${name}\` belongs to no part`)
    }
    if (kind === 'flag' && range !== undefined) refuse(product, `flag \`${name}\` has a range`)
  }
}

function checkRosters(product: Product, participants: readonly Participant[]): void {
  for (const { name, roster } of product.parts) {
    for (const did of roster) {
      const listed = participants.find((participant) => participant.did === did)
      if (!listed?.roles.includes('holder')) {
        refuse(product, `part \`${name}\`: ${did} is not a listed holder`)
      }
    }
  }
}

// The planner holds the proof that nothing overflows, so the widest question decides.
function checkCapacity(product: Product): void {
  const amounts = product.columns.filter(({ kind }) => kind === 'amount')
  const measures = [
    ...product.parts.map(({ name }) => ({ function: 'count', part: name })),
    ...amounts.map(({ name }) => ({ function: 'var', column: name })),
  ]
  for (const measure of measures) {
    const query = { product: product.product, groupBy: [], measures: [measure], where: [] }
    try {
      planGroupedAggregate(query, product)
    } catch (cause) {
      const reason = cause instanceof ProtocolError ? `: ${cause.message}` : ''
      const text = `${product.product}: \`${measure.function}\` cannot be planned${reason}`
      throw new AuthorityError('PRODUCT_REFUSED', text, cause)
    }
  }
}

function refuseTwice(product: Product, what: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) refuse(product, `${what} \`${twice}\` is given twice`)
}

function nameOf({ name }: { readonly name: string }): string {
  return name
}

function refuse(product: Product, fault: string): never {
  throw new AuthorityError('PRODUCT_REFUSED', `${product.product}: ${fault}`)
}
