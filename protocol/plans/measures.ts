import { ProtocolError } from '../errors.ts'
import type { Column, Product } from '../messages/product.ts'
import type { Measure, Query } from '../messages/query.ts'
import type { AggregateQuestion } from './aggregate-question.ts'
import type { PlannedMeasure } from './plan.ts'

/** The functions of the closed grammar; anything else is `FUNCTION_UNKNOWN`. */
export const FUNCTIONS = ['count', 'sum', 'mean', 'var', 'ratio', 'histogram'] as const

/** Resolves the measures of a query against the product. Throws `ProtocolError` with the place. */
export function planMeasures(query: Query, product: Product): PlannedMeasure[] {
  return query.measures.map((measure, index) =>
    planMeasure(measure, query, product, `/measures/${index}`),
  )
}

/** The grouping of a query: its dimensions and, behind them, that of a histogram. */
export function dimensionsOf(query: Query, product: Product): AggregateQuestion['groupBy'] {
  const asked = query.groupBy.map((name, index) => ({ name, place: `/groupBy/${index}` }))
  const bins = query.measures.flatMap(({ function: name, column }, index) =>
    name === 'histogram' ? [{ name: column ?? '', place: `/measures/${index}/column` }] : [],
  )
  if (new Set([...asked, ...bins].map(({ name }) => name)).size < asked.length + bins.length) {
    throw new ProtocolError('MEASURE_NOT_ASKABLE', 'a dimension is grouped by twice', '/groupBy')
  }
  return [...asked, ...bins].map(({ name, place }) => {
    const dimension = product.dimensions.find((d) => d.name === name)
    if (dimension === undefined) throw unknownColumn(name, place)
    return { dimension: name, codes: dimension.categories.map(({ code }) => code) }
  })
}

function planMeasure(measure: Measure, query: Query, product: Product, place: string) {
  refuseMore(measure, place)
  switch (measure.function) {
    case 'count':
      return planCount(measure, product, place)
    case 'sum':
    case 'mean':
    case 'var': {
      const { name, part } = columnOf(measure.column, 'amount', product, `${place}/column`)
      return { function: measure.function, part, column: name } as const
    }
    case 'ratio':
      return planRatio(measure, product, place)
    case 'histogram':
      return planHistogram(query, product, place)
    default:
      throw new ProtocolError(
        'FUNCTION_UNKNOWN',
        `unknown function; known are ${FUNCTIONS.join(', ')}`,
        `${place}/function`,
      )
  }
}

/** What each function takes besides its name. */
const TAKES: Readonly<Record<string, readonly (keyof Measure)[]>> = {
  count: ['part'],
  sum: ['column'],
  mean: ['column'],
  var: ['column'],
  ratio: ['column', 'over'],
  histogram: ['column'],
}

// A member that a function does not take is refused, never ignored.
function refuseMore({ function: name, ...given }: Measure, place: string): void {
  const takes = Object.hasOwn(TAKES, name) ? TAKES[name] : undefined
  const more = Object.keys(given).find((member) => !takes?.some((known) => known === member))
  if (takes === undefined || more === undefined) return
  const rule = `\`${name}\` takes no ${more}`
  throw new ProtocolError('MEASURE_NOT_ASKABLE', rule, `${place}/${more}`)
}

function planCount({ part }: Measure, product: Product, place: string): PlannedMeasure {
  const named = part ?? product.parts[0]?.name
  const found = product.parts.find(({ name }) => name === named)
  if (found === undefined) throw unknownColumn(part ?? '', `${place}/part`)
  return { function: 'count', part: found.name }
}

function planRatio({ column, over }: Measure, product: Product, place: string): PlannedMeasure {
  if (over === undefined) {
    const { name, part } = columnOf(column, 'flag', product, `${place}/column`)
    return { function: 'share', part, column: name }
  }
  const above = columnOf(column, 'amount', product, `${place}/column`)
  const below = columnOf(over, 'amount', product, `${place}/over`)
  const { name, part } = above
  return { function: 'quotient', column: name, part, over: below.name, overPart: below.part }
}

function planHistogram(query: Query, product: Product, place: string): PlannedMeasure {
  const histograms = query.measures.filter((m) => m.function === 'histogram').length
  const others = query.measures.some((m) => m.function !== 'histogram' && m.function !== 'count')
  if (histograms > 1 || others) {
    const rule = 'a histogram is asked alone or with `count`'
    throw new ProtocolError('MEASURE_NOT_ASKABLE', rule, place)
  }
  return planCount({ function: 'count' }, product, place)
}

function columnOf(
  name: string | undefined,
  kind: Column['kind'],
  product: Product,
  place: string,
): Column {
  const column = product.columns.find((candidate) => candidate.name === name)
  if (column === undefined) throw unknownColumn(name ?? '', place)
  if (column.kind === kind) return column
  throw new ProtocolError(
    'MEASURE_NOT_ASKABLE',
    `this function takes a column of kind ${kind}`,
    place,
  )
}

// The name is the asker's own word for a column, not a value of any row.
function unknownColumn(name: string, place: string): ProtocolError {
  return new ProtocolError('COLUMN_UNKNOWN', `the product has no column \`${name}\``, place)
}
