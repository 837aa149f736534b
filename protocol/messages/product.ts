import Type, { type Static } from 'typebox'
import { Did, IntegerText, Name, Strict, Title, Urn } from './primitives.ts'

/** One category of a public domain. Its code is what queries and tables carry. */
export const Category = Strict({ code: Name, title: Title })

/**
 * A column to group and filter by (分组维度): a public domain with fixed categories, so that
 * empty groups are listed like all others and no group key ever depends on data.
 */
export const Dimension = Strict({
  name: Name,
  title: Title,
  categories: Type.Array(Category, { minItems: 1, maxItems: 4096 }),
})

/** A number to filter by, only at declared cut points: no free threshold can be bisected. */
export const Grid = Strict({
  name: Name,
  title: Title,
  cuts: Type.Array(IntegerText, { minItems: 1, maxItems: 256 }),
})

/**
 * A column that is added up. `amount`: an integer in `unit` (money is integer `fen` or `cent`),
 * clamped per unit of analysis to `range` [lower, upper]. `flag`: 0 or 1, a numerator of shares.
 */
export const Column = Strict({
  name: Name,
  title: Title,
  part: Name,
  kind: Type.Union([Type.Literal('amount'), Type.Literal('flag')]),
  unit: Type.Optional(Name),
  range: Type.Optional(Type.Tuple([IntegerText, IntegerText])),
  level: Type.Integer({ minimum: 1, maximum: 5 }),
})

/**
 * The columns that one fixed roster of holders keeps. `maxUnits` bounds the units of analysis of
 * one holder, for the proof that nothing can overflow.
 */
export const Part = Strict({
  name: Name,
  title: Title,
  roster: Type.Array(Did, { minItems: 1, maxItems: 1024, uniqueItems: true }),
  maxUnits: IntegerText,
})

/**
 * A data product (数据产品) as the authority signs it: what may be asked, of whom. Dimensions and
 * grids exist at every holder of every part. `disjointUnits` says that no unit of analysis
 * (enterprise or holding group) appears at two holders of one part.
 */
export const Product = Strict({
  product: Urn,
  version: Type.Integer({ minimum: 1 }),
  title: Title,
  collections: Type.Array(Urn, { maxItems: 16 }),
  disjointUnits: Type.Boolean(),
  dimensions: Type.Array(Dimension, { maxItems: 64 }),
  grids: Type.Array(Grid, { maxItems: 64 }),
  columns: Type.Array(Column, { maxItems: 256 }),
  parts: Type.Array(Part, { minItems: 1, maxItems: 16 }),
})

export type Category = Static<typeof Category>
export type Dimension = Static<typeof Dimension>
export type Grid = Static<typeof Grid>
export type Column = Static<typeof Column>
export type Part = Static<typeof Part>
export type Product = Static<typeof Product>
