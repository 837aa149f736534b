import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { JsonObject } from '#policies/json-value'
import type { OdrlRequest, OdrlWorld } from '#policies/odrl/evaluate'

/** One case of an ODRL corpus: an evaluation (request and world) or a question about policies. */
export interface CorpusCase {
  readonly id: string
  readonly file?: string
  readonly problem?: string
  readonly relation?: string
  readonly category?: string
  readonly verdict?: string
  readonly policy?: JsonObject
  readonly policies?: readonly JsonObject[]
  readonly request?: OdrlRequest
  readonly sotw?: OdrlWorld
  readonly expected?: string | ExpectedReport
}

export interface ExpectedReport {
  readonly decision?: boolean
  readonly rules: readonly ExpectedRule[]
}

export interface ExpectedRule {
  readonly type: string
  readonly rule: string
  readonly activationState: string
  readonly premises: readonly ExpectedPremise[]
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
  readonly cases: readonly CorpusCase[]
}

/** Reads a corpus: a JSON array, or one case per line. */
export function readCorpus(file: string): Corpus {
  const text = readFileSync(file, 'utf8')
  const array = text.trimStart().startsWith('[')
  const cases = array
    ? JSON.parse(text)
    : text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
  return { name: path.basename(file).replace(/\.jsonl?$/, ''), cases }
}
