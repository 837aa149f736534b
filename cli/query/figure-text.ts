import type { Column, Product } from '#protocol/messages/product'
import type { PlannedMeasure } from '#protocol/plans/plan'
import { decimal, type Figure, type Fraction } from '#sdk/answer'
import type { Language } from '../language.ts'

/** A number of a table as text; `exact` is what a program reads. Never a floating-point number. */
export interface FigureText {
  /** What a program calls it, whatever the language: a measure may give more than one. */
  readonly name: keyof (typeof WORDS)['en']
  readonly heading: string
  readonly text: string
  readonly exact: string
}

const WORDS = {
  zh: {
    count: '户数',
    sum: '合计',
    mean: '均值',
    variance: '方差',
    share: '占比',
    quotient: '比值',
  },
  en: {
    count: 'units',
    sum: 'sum',
    mean: 'mean',
    variance: 'variance',
    share: 'share',
    quotient: 'quotient',
  },
} as const

/** How many places a ratio of two amounts is shown with. */
const QUOTIENT_DIGITS = 4

/** The columns that one measure takes in a table, each with its figure where there is one. */
export function figureTexts(
  measure: PlannedMeasure,
  figure: Figure | undefined,
  product: Product,
  language: Language,
): FigureText[] {
  const words = WORDS[language]
  const part = product.parts.length > 1 ? titleOfPart(product, measure.part, language) : undefined
  if (measure.function === 'count') {
    const count = figure?.function === 'count' ? figure.count : undefined
    return [{ name: 'count', heading: headed(part, words.count), ...whole(count) }]
  }
  const column = product.columns.find(({ name }) => name === measure.column)
  const title = column?.title[language] ?? measure.column
  const head = (word: string) => headed(part, `${title} ${word}${unitOf(column, language)}`)
  const square = (word: string) => headed(part, `${title} ${word}${squaredUnit(column, language)}`)
  switch (measure.function) {
    case 'sum': {
      const sum = figure?.function === 'sum' ? figure.sum : undefined
      return [{ name: 'sum', heading: head(words.sum), ...amount(sum, column) }]
    }
    case 'mean': {
      const mean = figure?.function === 'mean' ? figure.mean : undefined
      return [{ name: 'mean', heading: head(words.mean), ...average(mean, column) }]
    }
    case 'var': {
      const [mean, variance] = figure?.function === 'var' ? [figure.mean, figure.variance] : []
      return [
        { name: 'mean', heading: head(words.mean), ...average(mean, column) },
        { name: 'variance', heading: square(words.variance), ...average(variance, column, 2) },
      ]
    }
    case 'share': {
      const share = figure?.function === 'share' ? figure.share : undefined
      return [
        { name: 'share', heading: headed(part, `${title} ${words.share}`), ...percent(share) },
      ]
    }
    case 'quotient': {
      const quotient = figure?.function === 'quotient' ? figure.quotient : undefined
      const below = product.columns.find(({ name }) => name === measure.over)
      const heading = `${title} / ${below?.title[language] ?? measure.over}`
      return [{ name: 'quotient', heading, ...fraction(quotient, QUOTIENT_DIGITS) }]
    }
  }
}

/** Thousands marks in a decimal text. */
export function marked(text: string): string {
  const [whole = '', rest] = text.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return rest === undefined ? grouped : `${grouped}.${rest}`
}

type Shown = Omit<FigureText, 'heading' | 'name'>

const NOTHING: Shown = { text: '', exact: '' }

function whole(value: bigint | undefined): Shown {
  return value === undefined ? NOTHING : { text: marked(`${value}`), exact: `${value}` }
}

function amount(value: bigint | undefined, column: Column | undefined): Shown {
  if (value === undefined || !isHundredths(column)) return whole(value)
  return { text: marked(decimal({ numerator: value, denominator: 100n }, 2)), exact: `${value}` }
}

// A mean of fen is shown in yuan; a variance has the square of the unit, hence the power.
function average(value: Fraction | undefined, column: Column | undefined, power = 1): Shown {
  if (value === undefined) return NOTHING
  const scale = isHundredths(column) ? 100n ** BigInt(power) : 1n
  const { numerator, denominator } = value
  const text = marked(decimal({ numerator, denominator: denominator * scale }, 2))
  return { text, exact: exactly(value) }
}

function percent(share: Fraction | undefined): Shown {
  if (share === undefined) return NOTHING
  const hundredfold = { numerator: share.numerator * 100n, denominator: share.denominator }
  return { text: `${decimal(hundredfold, 1)} %`, exact: exactly(share) }
}

function fraction(value: Fraction | undefined, digits: number): Shown {
  if (value === undefined) return NOTHING
  return { text: marked(decimal(value, digits)), exact: exactly(value) }
}

function exactly({ numerator, denominator }: Fraction): string {
  return `${numerator}/${denominator}`
}

function isHundredths(column: Column | undefined): boolean {
  return column?.unit === 'fen' || column?.unit === 'cent'
}

// Amounts in fen are shown in yuan; hundredths of another money keep the column's own title.
function unitOf(column: Column | undefined, language: Language): string {
  if (column?.unit === 'fen') return language === 'zh' ? '（元）' : ', CNY'
  if (column?.unit === undefined || column.unit === 'cent') return ''
  return language === 'zh' ? `（${column.unit}）` : `, ${column.unit}`
}

function squaredUnit(column: Column | undefined, language: Language): string {
  return column?.unit === 'fen' ? unitOf(column, language).replace(/元|CNY/, '$&²') : ''
}

function headed(part: string | undefined, text: string): string {
  return part === undefined ? text : `${part}: ${text}`
}

function titleOfPart(product: Product, part: string, language: Language): string {
  return product.parts.find(({ name }) => name === part)?.title[language] ?? part
}
