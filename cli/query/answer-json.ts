import type { JsonValue } from '#crypto/json-value'
import type { Product } from '#protocol/messages/product'
import type { PlannedMeasure } from '#protocol/plans/plan'
import type { Answer } from '#sdk/answer'
import { figureTexts } from './figure-text.ts'

/**
 * The released table for programs: codes instead of titles, whole numbers and exact fractions
 * (`numerator/denominator`) as text, in the product's own units. The figures of a group stand in
 * the order of `columns`, which says what each is, and of which measure by its position.
 */
export function answerJson(answer: Answer, product: Product): JsonValue {
  return {
    product: product.product,
    dimensions: [...answer.dimensions],
    measures: answer.measures.map(measureJson),
    columns: answer.measures.flatMap((measure, index) =>
      figureTexts(measure, undefined, product, 'en').map(({ name }) => ({ measure: index, name })),
    ),
    groups: answer.groups.map(({ codes, figures }) => ({
      codes: [...codes],
      released: figures !== undefined,
      figures:
        figures === undefined
          ? null
          : answer.measures.flatMap((measure, index) =>
              figureTexts(measure, figures[index], product, 'en').map(({ exact }) => exact),
            ),
    })),
  }
}

function measureJson(measure: PlannedMeasure): JsonValue {
  return { ...measure }
}
