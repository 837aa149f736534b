import { getBorderCharacters, table } from 'table'
import type { Product } from '#protocol/messages/product'
import type { Answer, AnswerGroup } from '#sdk/answer'
import type { Language } from '../language.ts'
import { figureTexts } from './figure-text.ts'

const WITHHELD = { zh: '不披露', en: 'withheld' } as const
const ALL = { zh: '全部', en: 'all' } as const

/**
 * The released table for people: titles in one language, exact integers with thousands marks,
 * money in yuan, shares in percent. A withheld group is listed with one word and no reason.
 */
export function answerTable(answer: Answer, product: Product, language: Language): string {
  const heads = headings(answer, product, language)
  const keys = Math.max(1, answer.dimensions.length)
  const rows = answer.groups.map((group) => rowOf(group, answer, product, language))
  const columns = heads.map((_, index) => {
    return { alignment: index < keys ? ('left' as const) : ('right' as const) }
  })
  return table([heads, ...rows], {
    columns,
    border: getBorderCharacters('norc'),
    drawHorizontalLine: (line, count) => line === 0 || line === 1 || line === count,
  })
}

/** How many groups were released and how many withheld. */
export function countGroups({ groups }: Answer): { released: number; withheld: number } {
  const released = groups.filter(({ figures }) => figures !== undefined).length
  return { released, withheld: groups.length - released }
}

/** The titles of a group's categories, in the order of the grouping. */
export function groupTitles(
  { codes }: AnswerGroup,
  { dimensions }: Answer,
  product: Product,
  language: Language,
): string[] {
  if (dimensions.length === 0) return [ALL[language]]
  return dimensions.map((name, index) => {
    const dimension = product.dimensions.find((candidate) => candidate.name === name)
    const code = codes[index] ?? ''
    const category = dimension?.categories.find((candidate) => candidate.code === code)
    return category?.title[language] ?? code
  })
}

function headings(answer: Answer, product: Product, language: Language): string[] {
  const titles = answer.dimensions.map((name) => {
    return product.dimensions.find((dimension) => dimension.name === name)?.title[language] ?? name
  })
  const figures = answer.measures.flatMap((measure) =>
    figureTexts(measure, undefined, product, language).map(({ heading }) => heading),
  )
  return [...(titles.length === 0 ? [''] : titles), ...figures]
}

function rowOf(group: AnswerGroup, answer: Answer, product: Product, language: Language): string[] {
  const { figures } = group
  const cells = answer.measures.flatMap((measure, index) =>
    figureTexts(measure, figures?.[index], product, language).map(({ text }) => text),
  )
  const shown = figures === undefined ? cells.map(() => WITHHELD[language]) : cells
  return [...groupTitles(group, answer, product, language), ...shown]
}
