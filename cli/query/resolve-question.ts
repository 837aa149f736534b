import type { Policy } from '#policies/policy'
import type { Product } from '#protocol/messages/product'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import { nearestWord } from '#runtime/nearest-word'
import type { Question } from '#sdk/ask'
import type { QueryFile } from './query-file.ts'

/** Public: listed in docs/errors.md, never renamed. */
export type QuestionErrorCode =
  | 'QUESTION_PRODUCT_UNKNOWN'
  | 'QUESTION_PRODUCT_UNCLEAR'
  | 'QUESTION_CONTRACT_UNKNOWN'
  | 'QUESTION_CONTRACT_UNCLEAR'

/** A question that does not fit the space; found before anything is sent. */
export class QuestionError extends Error {
  override readonly name = 'QuestionError'
  readonly code: QuestionErrorCode

  constructor(code: QuestionErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** What a question may refer to. */
export interface Surroundings {
  readonly consumer: string
  readonly products: readonly Product[]
  readonly policies: readonly Policy[]
  /** The reference used where the file names none. */
  readonly requestRef: string
}

/**
 * The question that a file asks: its product, the contract with its digest, and the query, planned
 * once here so that a mistake is told with its place before it is signed.
 *
 * @throws QuestionError; ProtocolError of planning
 */
export function resolveQuestion(
  file: QueryFile,
  surroundings: Surroundings,
): { readonly question: Question; readonly product: Product } {
  const product = productOf(file, surroundings.products)
  const contract = contractOf(file, product, surroundings)
  const { groupBy, measures, where } = file
  const query = { product: product.product, groupBy, measures, where }
  planGroupedAggregate(query, product)
  const question: Question = {
    query,
    scenario: file.scenario,
    purpose: file.purpose,
    contract: { id: contract.id, digest: contract.digest },
    requestRef: file.requestRef ?? surroundings.requestRef,
  }
  return { question, product }
}

function productOf({ product }: QueryFile, products: readonly Product[]): Product {
  const names = products.map((candidate) => candidate.product)
  const found = products.filter((candidate) => (product ?? candidate.product) === candidate.product)
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  if (product === undefined) {
    const text = `say which \`product\`: ${names.join(', ')}`
    throw new QuestionError('QUESTION_PRODUCT_UNCLEAR', text)
  }
  const text = `no product \`${product}\`${meant(product, names)}`
  throw new QuestionError('QUESTION_PRODUCT_UNKNOWN', text)
}

function contractOf({ contract }: QueryFile, { product }: Product, around: Surroundings): Policy {
  const own = around.policies.filter(({ layer, assignee }) => {
    return layer === 'contract' && assignee === around.consumer
  })
  if (contract !== undefined) {
    const named = own.find(({ id }) => id === contract)
    if (named !== undefined) return named
    const text = `no contract \`${contract}\` with ${around.consumer}`
    const hint = meant(
      contract,
      own.map(({ id }) => id),
    )
    throw new QuestionError('QUESTION_CONTRACT_UNKNOWN', `${text}${hint}`)
  }
  const fitting = own.filter(({ target }) => target === product)
  const [only] = fitting
  if (only !== undefined && fitting.length === 1) return only
  const text = `${fitting.length} contracts with ${around.consumer} are about ${product}`
  const advice = only ? 'name the `contract`' : 'see `assignee` and `target` of the policies'
  throw new QuestionError('QUESTION_CONTRACT_UNCLEAR', `${text}: ${advice}`)
}

function meant(word: string, known: readonly string[]): string {
  const nearest = nearestWord(word, known)
  return nearest === undefined ? '' : `, did you mean \`${nearest}\`?`
}
