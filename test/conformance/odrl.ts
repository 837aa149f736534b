import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Corpus, readCorpus } from './corpus.ts'
import { isEvaluationCase, runEvaluationCase } from './evaluation-cases.ts'
import { runVerdictCase, wantedVerdict } from './verdict-cases.ts'

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

/** Runs the corpora in the repository, or the files named; answers an exit code. */
export function runOdrl(files: readonly string[], print: (line: string) => void): number {
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

export function runCorpus({ name, cases }: Corpus): CorpusReport {
  const evaluations = cases.filter(isEvaluationCase).map(runEvaluationCase)
  const verdicts = cases.flatMap((one) => {
    const wanted = isEvaluationCase(one) ? undefined : wantedVerdict(one)
    return wanted === undefined ? [] : [{ ...runVerdictCase(one, wanted), relation: one.relation }]
  })
  const lines: string[] = []
  if (evaluations.length > 0) {
    lines.push(
      `activations ${evaluations.filter(({ activation }) => activation).length}/${evaluations.length}`,
    )
    const sum = (key: 'premises' | 'agreeing' | 'uncheckable') =>
      evaluations.reduce((total, result) => total + result[key], 0)
    lines.push(
      `premises ${sum('agreeing')}/${sum('premises')} (${sum('uncheckable')} cannot be checked)`,
    )
  }
  for (const [group, of] of Map.groupBy(verdicts, groupOf)) {
    const passed = of.filter(({ wanted, got }) => wanted === got).length
    const statements = of.filter(({ by }) => by === 'statement').length
    const general = statements === 0 ? '' : ` (${statements} of them general statements)`
    lines.push(`${group} ${passed}/${of.length}${general}`)
  }
  lines.push(`not applicable ${cases.length - evaluations.length - verdicts.length}`)
  return {
    corpus: name,
    lines,
    misses: [
      ...evaluations
        .filter(({ activation, premises, agreeing }) => !activation || agreeing < premises)
        .map(({ id, activation }) => ({
          id,
          what: activation ? 'a premise differs' : 'the activation differs',
        })),
      ...verdicts
        .filter(({ wanted, got }) => wanted !== got)
        .map(({ id, wanted, got }) => ({ id, what: `wanted ${wanted}, got ${got}` })),
    ],
  }
}

/** The three-valued pairs that the target counts, and the other relations, each for itself. */
function groupOf({ relation }: { readonly relation: string | undefined }): string {
  const counted =
    relation === 'conflict' || relation === 'verdict' || relation === 'verdict_algebra'
  return counted ? 'three-valued verdicts' : (relation ?? 'consistency')
}

function here(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url))
}
