import { type Static, Type } from 'typebox'

/** One refusal as the outside sees it. Titles say what happened, hints what to do about it. */
export interface ProblemRow {
  /** HTTP status, 400 to 599. */
  readonly status: number
  readonly title: Bilingual
  readonly hint: Bilingual
}

export interface Bilingual {
  readonly zh: string
  readonly en: string
}

export type Language = keyof Bilingual

/** Every code that can reach the wire. A code without a row reaches it as INTERNAL. */
export type ProblemTable = Readonly<Record<string, ProblemRow>>

/** Where a request broke its schema: never what stood there. */
export const ProblemPlace = Type.Object(
  {
    in: Type.String({ description: 'body, querystring, params or headers' }),
    pointer: Type.String({ description: 'RFC 6901; a key that no schema declares appears as *' }),
    rule: Type.String({ description: 'the keyword of JSON schema, or the code, that refused' }),
  },
  { additionalProperties: false },
)

/** RFC 9457 problem document, `application/problem+json`. */
export const ProblemBody = Type.Object(
  {
    type: Type.String({ description: 'urn:baotu:problem:<code in kebab case>' }),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    title: Type.String(),
    code: Type.String({ pattern: '^[A-Z][A-Z0-9_]*$' }),
    hint: Type.String(),
    instance: Type.Optional(Type.String({ description: 'urn:uuid of the request' })),
    places: Type.Optional(Type.Array(ProblemPlace)),
  },
  { additionalProperties: false },
)

export type Problem = Static<typeof ProblemBody>

export interface ProblemOptions {
  readonly language: Language
  readonly instance?: string
  readonly places?: readonly Static<typeof ProblemPlace>[]
}

/** The document of one code; of INTERNAL where the table does not know the code. */
export function problemDocument(
  table: ProblemTable & { readonly INTERNAL: ProblemRow },
  code: string,
  { language, instance, places }: ProblemOptions,
): Problem {
  const isKnown = Object.hasOwn(table, code)
  const known = isKnown ? code : 'INTERNAL'
  const row = table[known] ?? table.INTERNAL
  return {
    type: `urn:baotu:problem:${known.toLowerCase().replaceAll('_', '-')}`,
    status: row.status,
    title: row.title[language],
    code: known,
    hint: row.hint[language],
    ...(instance !== undefined && { instance }),
    ...(isKnown && places && { places: [...places] }),
  }
}

/**
 * RFC 9110 section 12.5.4, between the two languages we speak: the one with the higher weight, the
 * earlier one among equals, Chinese where neither is asked for.
 */
export function languageOf(acceptLanguage: string | undefined): Language {
  const ranges = (acceptLanguage ?? '').slice(0, 512).split(',').flatMap(rangeOf)
  const best = ranges.reduce<Range | undefined>(
    (best, range) => (range.weight > (best?.weight ?? 0) ? range : best),
    undefined,
  )
  return best?.language ?? 'zh'
}

interface Range {
  readonly language: Language
  readonly weight: number
}

function rangeOf(text: string): Range[] {
  const [tag = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const primary = tag.split('-')[0]
  const quality = parameters.find((parameter) => parameter.startsWith('q='))
  const weight = quality === undefined ? 1 : Number(quality.slice(2))
  if (!(weight > 0 && weight <= 1)) return []
  return primary === 'zh' || primary === 'en' ? [{ language: primary, weight }] : []
}
