import { readFileSync } from 'node:fs'
import path from 'node:path'
import Type, { type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import type { JsonObject } from '#policies/json-value'
import type { OdrlRequest, OdrlWorld } from '#policies/odrl/evaluate'

/** An evaluation: a policy, a request and a world, and the report that must come of them. */
export interface EvaluationCase {
  readonly id: string
  readonly policy: JsonObject
  readonly request: OdrlRequest
  readonly sotw: OdrlWorld
  readonly expected: ExpectedReport
}

/** A question about one or more policies, and the answer in the words of its source. */
export interface PolicyQuestion {
  readonly id: string
  readonly policies: readonly JsonObject[]
  readonly problem?: string
  readonly relation?: string
  readonly category?: string
  readonly verdict?: string
  readonly expected?: string
}

export interface ExpectedReport {
  readonly decision?: boolean | null
  readonly rules: readonly ExpectedRule[]
}

export interface ExpectedRule {
  readonly type: string
  readonly rule: string
  /** Absent for a duty that the source only reports as performed or not. */
  readonly activationState?: string
  readonly premises?: readonly ExpectedPremise[]
  readonly conditions?: readonly string[]
}

/** A premise; upstream leaves some without type or state, and those cannot be checked. */
export interface ExpectedPremise {
  readonly type?: string
  readonly constraint?: string
  readonly logical?: string
  readonly state?: string
  readonly premises?: readonly ExpectedPremise[]
}

export interface Corpus {
  readonly name: string
  readonly evaluations: readonly EvaluationCase[]
  readonly questions: readonly PolicyQuestion[]
}

/** A corpus that cannot be read: the file, the line or case, and what is wrong there. */
export class CorpusError extends Error {
  override readonly name = 'CorpusError'
}

const Policy = Type.Record(Type.String(), Type.Unknown())
const Text = Type.Optional(Type.Union([Type.String(), Type.Null()]))
const Premises = Type.Optional(Type.Array(Type.Record(Type.String(), Type.Unknown())))

const Evaluation = Type.Object({
  policy: Policy,
  request: Type.Object({
    action: Type.String(),
    assignee: Type.Optional(Type.String()),
    target: Type.Optional(Type.String()),
    context: Type.Optional(Type.Array(Policy)),
  }),
  sotw: Type.Optional(
    Type.Object({
      now: Type.Optional(Type.String()),
      partOf: Type.Optional(Type.Array(Type.Tuple([Type.String(), Type.String()]))),
      duties: Type.Optional(
        Type.Array(Type.Object({ rule: Type.String(), deonticState: Type.String() })),
      ),
      facts: Type.Optional(Policy),
    }),
  ),
  expected: Type.Object({
    decision: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
    rules: Type.Array(
      Type.Object({
        type: Type.String(),
        rule: Type.String(),
        activationState: Type.Optional(Type.String()),
        premises: Premises,
        conditions: Type.Optional(Type.Array(Type.String())),
      }),
    ),
  }),
})

const Question = Type.Object({
  policies: Type.Array(Policy),
  problem: Text,
  relation: Text,
  category: Text,
  verdict: Text,
  expected: Text,
})

/**
 * Reads a corpus: a JSON array of cases, or one case per line. A case has `policy`, `request` and
 * `expected`, or `policies` and a `verdict`. Throws `CorpusError` at the first that has neither.
 */
export function readCorpus(file: string): Corpus {
  const entries = parse(file, read(file))
  if (entries.length === 0) throw new CorpusError(`${file}: holds no case`)
  const evaluations: EvaluationCase[] = []
  const questions: PolicyQuestion[] = []
  for (const [place, value] of entries) {
    const own = isObject(value) ? value : {}
    const { file: named, id: numbered } = own
    const id = [named, numbered].find((name) => typeof name === 'string') ?? place
    if ('policies' in own) {
      check(Question, value, `${file}, ${place}`)
      questions.push({ ...withoutNulls(own), id } as unknown as PolicyQuestion)
    } else {
      check(Evaluation, value, `${file}, ${place}`)
      evaluations.push({ sotw: {}, ...own, id } as unknown as EvaluationCase)
    }
  }
  return { name: path.basename(file).replace(/\.jsonl?$/, ''), evaluations, questions }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  } catch (cause) {
    throw new CorpusError(`${file}: cannot be read (${(cause as NodeJS.ErrnoException).code})`)
  }
}

/** Every case with the place where it stands. */
function parse(file: string, text: string): readonly (readonly [string, unknown])[] {
  if (text.trimStart().startsWith('[')) {
    const cases = parseJson(text, file) as readonly unknown[]
    return cases.map((value, at) => [`case ${at + 1}`, value])
  }
  return text.split('\n').flatMap((line, at) => {
    const place = `line ${at + 1}`
    return line.trim() === '' ? [] : [[place, parseJson(line, `${file}, ${place}`)] as const]
  })
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CorpusError(`${place}: not JSON: ${(cause as Error).message}`)
  }
}

function check(schema: TSchema, value: unknown, place: string): void {
  const [first] = Value.Errors(schema, value)
  if (first === undefined) return
  const { instancePath, message } = first
  throw new CorpusError(`${place}: ${instancePath === '' ? '/' : instancePath} ${message}`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function withoutNulls(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null))
}
