import type { Product } from '#protocol/messages/product'
import { plainSource } from './plain-source.ts'
import { holders, testProduct } from './product.ts'
import { testRows } from './rows.ts'

/** Three tax bureaus with rows of their own and a social-insurance bureau alone. */
export function smallSpace(rowsPerGroup = 20): {
  readonly product: Product
  readonly sources: (did: string, part: string) => ReturnType<typeof plainSource>
} {
  const made = new Map(
    holders(3).map((did, index) => [did, plainSource(testRows(index + 1, rowsPerGroup))]),
  )
  const social = plainSource(testRows(9, rowsPerGroup))
  const sources = (did: string, part: string) =>
    (part === 'social' ? social : made.get(did)) ?? social
  return { product: testProduct(), sources }
}
