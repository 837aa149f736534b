/** What was asked, read from the openings of a request or of its plan. Node only. */
import type { Lineage } from './lineage.ts'
import type { Opening } from './opening.ts'

/** A question in names and codes, as it was signed or planned. */
export interface Asked {
  readonly groupBy: readonly string[]
  readonly measures: readonly AskedMeasure[]
  readonly where: readonly AskedCondition[]
  /** Said by the request alone: a plan tells what was asked, not why. */
  readonly purpose?: string
  readonly scenario?: string
}

export interface AskedMeasure {
  readonly function: string
  readonly column?: string
  readonly over?: string
}

export interface AskedCondition {
  readonly column: string
  readonly operator: string
  readonly values: readonly string[]
}

/** The dimensions of a table's cells and their codes: the last dimension changes fastest. */
export type Cells = readonly { readonly dimension: string; readonly codes: readonly string[] }[]

export type Openings = ReadonlyMap<string, Opening>

/** What was asked, from the request where it is opened, else from the plan; undefined from neither. */
export function askedIn({ delivered, plan }: Lineage, openings: Openings): Asked | undefined {
  const request = textOf(openings, delivered.entry.request, 'baotu/request')
  return attempt(request, askedByRequest) ?? attempt(planText(plan, openings), askedByPlan)
}

/** How the cells of the released table are laid out, where the plan is opened. */
export function cellsIn({ plan }: Lineage, openings: Openings): Cells | undefined {
  return attempt(planText(plan, openings), (text) => cellsOf(parsed(text)))
}

/** The code of each dimension at the cell of that index, from 0. */
export function codesAt(cells: Cells, index: number): string[] {
  let rest = index
  const codes = cells.toReversed().map(({ codes: own }) => {
    const code = own[rest % own.length] ?? ''
    rest = Math.floor(rest / own.length)
    return code
  })
  return codes.reverse()
}

function askedByRequest(text: string): Asked {
  const { query, purpose, scenario } = parsed(text)
  const { groupBy, measures, where } = membersOf(query)
  return {
    groupBy: listOf(groupBy).map(textIn),
    measures: listOf(measures).map(measureIn),
    where: listOf(where).map(conditionIn),
    purpose: textIn(purpose),
    scenario: textIn(scenario),
  }
}

function askedByPlan(text: string): Asked {
  const plan = parsed(text)
  const { question } = membersOf(listOf(plan['panels'])[0])
  return {
    groupBy: cellsOf(plan).map(({ dimension }) => dimension),
    measures: listOf(plan['measures']).map(measureIn),
    where: listOf(membersOf(question)['where']).map(conditionIn),
  }
}

function cellsOf(plan: Members): Cells {
  return listOf(plan['groupBy']).map((one) => {
    const { dimension, codes } = membersOf(one)
    return { dimension: textIn(dimension), codes: listOf(codes).map(textIn) }
  })
}

function measureIn(value: unknown): AskedMeasure {
  const { function: name, column, over } = membersOf(value)
  return {
    function: textIn(name),
    ...(column !== undefined && { column: textIn(column) }),
    ...(over !== undefined && { over: textIn(over) }),
  }
}

// `value` as it was signed, `codes` or `cut` as it was planned.
function conditionIn(condition: unknown): AskedCondition {
  const { column, operator, value, codes, cut } = membersOf(condition)
  const values = [value ?? codes ?? cut].flat().map(textIn)
  return { column: textIn(column), operator: textIn(operator), values }
}

function planText(plan: Lineage['plan'], openings: Openings): string | undefined {
  return plan && textOf(openings, plan.entry.plan, 'baotu/p1/v1/plan')
}

function textOf(openings: Openings, digest: string, label: string): string | undefined {
  const opening = openings.get(digest)
  return opening?.label === label ? opening.text : undefined
}

type Members = Readonly<Record<string, unknown>>

function parsed(text: string): Members {
  return membersOf(JSON.parse(text))
}

function membersOf(value: unknown): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new TypeError('no object')
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new TypeError('no list')
}

function textIn(value: unknown): string {
  if (typeof value === 'string') return value
  throw new TypeError('no text')
}

// An opening is what its digest says and no more: who made the digest chose every byte of it.
function attempt<T>(text: string | undefined, read: (text: string) => T): T | undefined {
  try {
    return text === undefined ? undefined : read(text)
  } catch {
    return undefined
  }
}
