/** The question and the cells of a result in words, for the story. Node only. */
import {
  type Asked,
  type AskedMeasure,
  askedIn,
  type Cells,
  codesAt,
  type Openings,
} from './asked.ts'
import type { Names } from './chain-rules.ts'
import type { Lineage } from './lineage.ts'
import { QUESTION_WORDS } from './story-question-words.ts'
import type { StoryLanguage } from './story-words.ts'

/** How a name, a code or an identifier is called, by the names that the reader was given. */
export type Titles = (key: string) => string | undefined

/** Titles of a product's dimensions, columns and codes (`<product digest>/<name>[/<code>]`). */
export function titlesFor(
  { plan }: Lineage,
  names: Readonly<Record<string, Names>>,
  language: StoryLanguage,
): Titles {
  const product = plan?.entry.product
  return (key) => (names[`${product}/${key}`] ?? names[key])?.[language]
}

/** What was asked and why, as far as it is opened; a line that says so where it is not. */
export function* questionLines(
  lineage: Lineage,
  openings: Openings,
  titles: Titles,
  language: StoryLanguage,
): Generator<string> {
  const words = QUESTION_WORDS[language]
  const asked = askedIn(lineage, openings)
  if (asked === undefined) return yield words.sealed
  const named = (name: string) => titles(name) ?? name
  yield words.asked(
    asked.measures.map((measure) => measureWords(measure, named, language)).join(words.listed),
    asked.groupBy.map(named).join(words.listed),
  )
  const conditions = asked.where.map((condition) => conditionWords(condition, titles, language))
  yield conditions.length === 0 ? words.noCondition : words.conditions(conditions.join(words.and))
  const { purpose, scenario } = asked
  yield purpose === undefined || scenario === undefined
    ? words.whySealed
    : words.why(withTitle(purpose, titles), withTitle(scenario, titles))
}

/** Which cells were withheld, by number and, where the plan is opened, by their categories. */
export function* withheldLines(
  verdicts: string | undefined,
  cells: Cells | undefined,
  titles: Titles,
  language: StoryLanguage,
): Generator<string> {
  const words = QUESTION_WORDS[language]
  if (verdicts === undefined) return yield words.withheldSealed
  const withheld = [...verdicts].flatMap((bit, index) => (bit === '0' ? [index] : []))
  yield words.withheld(withheld.length, verdicts.length)
  if (withheld.length === 0) return
  const named = withheld.slice(0, MOST_CELLS).map((index) => {
    return words.cell(index + 1, cells && cellWords(cells, index, titles, language))
  })
  yield words.withheldCells(named.join(words.listed), withheld.length - named.length)
}

// A table may have tens of thousands of cells; the openings name them all.
const MOST_CELLS = 40

function cellWords(cells: Cells, index: number, titles: Titles, language: StoryLanguage): string {
  const codes = codesAt(cells, index)
  const { listed } = QUESTION_WORDS[language]
  return cells
    .map(({ dimension }, at) => titles(`${dimension}/${codes[at]}`) ?? codes[at])
    .join(listed)
}

function measureWords(
  { function: name, column, over }: AskedMeasure,
  named: (name: string) => string,
  language: StoryLanguage,
): string {
  const words = QUESTION_WORDS[language]
  const of = column === undefined ? '' : named(column)
  if (over !== undefined) return words.quotient(of, named(over))
  return words.measures[name]?.(of) ?? `${name} ${of}`
}

function conditionWords(
  { column, operator, values }: Asked['where'][number],
  titles: Titles,
  language: StoryLanguage,
): string {
  const words = QUESTION_WORDS[language]
  const named = values.map((value) => withTitle(value, (code) => titles(`${column}/${code}`)))
  const list = named.join(words.or)
  const subject = titles(column) ?? column
  return words.operators[operator]?.(subject, list) ?? `${subject} ${operator} ${list}`
}

function withTitle(code: string, titles: Titles): string {
  const title = titles(code)
  return title === undefined || title === code ? code : `${title} [${code}]`
}
