import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Corpus, CorpusError, readCorpus } from './corpus.ts'
import { type EvaluationResult, runEvaluationCase, type Tally } from './evaluation-cases.ts'
import { questionOf } from './questions.ts'
import { runQuestion, type VerdictResult } from './verdict-cases.ts'

/** A miss that is known, with the reason why it stays. */
interface Waiver {
  readonly corpus: string
  readonly id: string
  readonly reason: string
}

export interface CorpusReport {
  readonly corpus: string
  /** Lines such as `activations 68/68`. */
  readonly lines: readonly string[]
  readonly misses: readonly { readonly id: string; readonly what: string }[]
}

const OWN = ['force', 'decomp'].map((name) => here(`../corpus/odrl/${name}.jsonl`))
const waivers: readonly Waiver[] = JSON.parse(readFileSync(here('./waivers.json'), 'utf8'))

/**
 * Runs the corpora in the repository, or the files named. 0 when every miss is waived, 1 when one
 * is not, 2 when a file is no corpus.
 */
export function runOdrl(files: readonly string[], print: (line: string) => void): number {
  try {
    return runCorpora(files, print)
  } catch (error) {
    if (!(error instanceof CorpusError)) throw error
    print(error.message)
    return 2
  }
}

function runCorpora(files: readonly string[], print: (line: string) => void): number {
  const reports = (files.length > 0 ? files : OWN).map((file) => runCorpus(readCorpus(file)))
  let unexpected = 0
  for (const { corpus, lines, misses } of reports) {
    for (const line of lines) print(`${corpus.padEnd(10)} ${line}`)
    for (const { id, what } of misses) {
      const waiver = waivers.find((one) => one.corpus === corpus && one.id === id)
      print(`  miss ${id}: ${what}${waiver === undefined ? '' : ` (waived: ${waiver.reason})`}`)
      if (waiver === undefined) unexpected++
    }
    for (const { id } of waivers.filter((one) => one.corpus === corpus)) {
      if (misses.some((miss) => miss.id === id)) continue
      print(`  waiver without a miss: ${id}`)
      unexpected++
    }
  }
  return unexpected === 0 ? 0 : 1
}

export function runCorpus({ name, evaluations, questions }: Corpus): CorpusReport {
  const results = evaluations.map(runEvaluationCase)
  const asked = questions.map((one) => [one, questionOf(one)] as const)
  const verdicts = asked.flatMap(([one, question]) =>
    typeof question === 'string' ? [] : [runQuestion(one, question)],
  )
  const reasons = asked.flatMap(([, question]) => (typeof question === 'string' ? [question] : []))
  return {
    corpus: name,
    lines: [...evaluationLines(results), ...verdictLines(verdicts), notApplicable(reasons)],
    misses: [...results.flatMap(evaluationMisses), ...verdicts.flatMap(verdictMisses)],
  }
}

const TALLIES = ['activations', 'premises', 'conditions', 'decisions'] as const

function evaluationLines(results: readonly EvaluationResult[]): readonly string[] {
  if (results.length === 0) return []
  return TALLIES.map((what) => {
    const sum = (key: keyof Tally) => results.reduce((total, one) => total + one[what][key], 0)
    const open = sum('uncheckable') === 0 ? '' : ` (${sum('uncheckable')} cannot be checked)`
    return `${what} ${sum('agreeing')}/${sum('stated')}${open}`
  })
}

function evaluationMisses(result: EvaluationResult): CorpusReport['misses'] {
  const differing = TALLIES.filter((what) => result[what].agreeing < result[what].stated)
  if (differing.length === 0) return []
  const what = differing.map((one) => `${one} ${result[one].agreeing}/${result[one].stated}`)
  return [{ id: result.id, what: what.join(', ') }]
}

function verdictLines(verdicts: readonly VerdictResult[]): readonly string[] {
  return [...Map.groupBy(verdicts, ({ group }) => group)].map(([group, of]) => {
    const passed = of.filter(({ wanted, got }) => wanted === got).length
    const statements = of.filter(({ by }) => by === 'statement').length
    const general = statements === 0 ? '' : ` (${statements} of them general statements)`
    return `${group} ${passed}/${of.length}${general}`
  })
}

function verdictMisses({ id, wanted, got }: VerdictResult): CorpusReport['misses'] {
  return wanted === got ? [] : [{ id, what: `wanted ${wanted}, got ${got}` }]
}

/** What was not asked is said with its reasons: a corpus must not pass by being left out. */
function notApplicable(reasons: readonly string[]): string {
  const counts = [...Map.groupBy(reasons, (reason) => reason)]
    .map(([reason, of]) => `${reason} ${of.length}`)
    .join(', ')
  return `not applicable ${reasons.length}${counts === '' ? '' : ` (${counts})`}`
}

function here(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url))
}
