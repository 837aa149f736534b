import type { StoryLanguage } from './story-words.ts'

type Phrase = (of: string) => string
type Relation = (subject: string, values: string) => string

interface QuestionWords {
  readonly asked: (measures: string, groupBy: string) => string
  readonly measures: Readonly<Record<string, Phrase>>
  readonly quotient: (above: string, below: string) => string
  readonly conditions: (all: string) => string
  readonly operators: Readonly<Record<string, Relation>>
  readonly noCondition: string
  readonly why: (purpose: string, scenario: string) => string
  readonly whySealed: string
  readonly sealed: string
  readonly withheld: (count: number, cells: number) => string
  readonly cell: (number: number, label: string | undefined) => string
  readonly withheldCells: (which: string, more: number) => string
  readonly withheldSealed: string
  readonly listed: string
  readonly and: string
  readonly or: string
}

const zh: QuestionWords = {
  asked: (measures, groupBy) =>
    groupBy === '' ? `所问：${measures}（不分组）` : `所问：${measures}；按 ${groupBy} 分组`,
  measures: {
    count: () => '户数',
    sum: (of) => `${of}合计`,
    mean: (of) => `${of}均值`,
    var: (of) => `${of}方差`,
    share: (of) => `${of}占比`,
    ratio: (of) => `${of}占比`,
    histogram: (of) => `${of}分布`,
  },
  quotient: (above, below) => `${above}与${below}之比`,
  conditions: (all) => `条件：${all}`,
  operators: {
    eq: (subject, value) => `${subject}为 ${value}`,
    isAnyOf: (subject, values) => `${subject}为 ${values}`,
    gteq: (subject, value) => `${subject}不小于 ${value}`,
    lt: (subject, value) => `${subject}小于 ${value}`,
  },
  noCondition: '条件：无',
  why: (purpose, scenario) => `用途：${purpose}；场景：${scenario}`,
  whySealed: '用途和场景：写在请求中，本包未向本读者开启。',
  sealed: '所问内容：只记有摘要，本包未向本读者开启。',
  withheld: (count, cells) => `共 ${cells} 个单元，未放行 ${count} 个。`,
  cell: (number, label) => (label ? `第 ${number} 个（${label}）` : `第 ${number} 个`),
  withheldCells: (which, more) => `未放行的单元：${which}${more > 0 ? `，另有 ${more} 个` : ''}`,
  withheldSealed: '哪些单元未放行：内容已封存，本包未向本读者开启。',
  listed: '、',
  and: '，且',
  or: '或',
}

const en: QuestionWords = {
  asked: (measures, groupBy) =>
    groupBy === ''
      ? `Asked for: ${measures}, without grouping`
      : `Asked for: ${measures}; by ${groupBy}`,
  measures: {
    count: () => 'number of units',
    sum: (of) => `sum of ${of}`,
    mean: (of) => `mean of ${of}`,
    var: (of) => `variance of ${of}`,
    share: (of) => `share with ${of}`,
    ratio: (of) => `share with ${of}`,
    histogram: (of) => `distribution of ${of}`,
  },
  quotient: (above, below) => `ratio of ${above} to ${below}`,
  conditions: (all) => `Where: ${all}`,
  operators: {
    eq: (subject, value) => `${subject} is ${value}`,
    isAnyOf: (subject, values) => `${subject} is ${values}`,
    gteq: (subject, value) => `${subject} is at least ${value}`,
    lt: (subject, value) => `${subject} is less than ${value}`,
  },
  noCondition: 'Where: no condition',
  why: (purpose, scenario) => `Purpose: ${purpose}; scenario: ${scenario}`,
  whySealed:
    'Purpose and scenario stand in the request; this folder does not open it to this reader.',
  sealed: 'What was asked: only a digest is recorded; this folder does not open it to this reader.',
  withheld: (count, cells) => `Cells withheld: ${count} of ${cells}.`,
  cell: (number, label) => (label ? `cell ${number} (${label})` : `cell ${number}`),
  withheldCells: (which, more) => `Withheld: ${which}${more > 0 ? `, and ${more} more` : ''}`,
  withheldSealed:
    'Which cells were withheld is sealed; this folder does not open it to this reader.',
  listed: ', ',
  and: ' and ',
  or: ' or ',
}

/** The words of a question and its cells in both languages; one missing does not compile. */
export const QUESTION_WORDS: Readonly<Record<StoryLanguage, QuestionWords>> = { zh, en }
