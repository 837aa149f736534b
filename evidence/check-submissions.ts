/**
 * What the holders submitted: the log names the ciphertexts, the opened submission says which part
 * each belongs to. Where both are at hand they must say the same. Node only.
 */
import type { Finding } from './finding.ts'
import type { Lineage } from './lineage.ts'
import type { Opening } from './opening.ts'

/** One part of a product with the digests of its ciphertexts, in the order of their positions. */
export interface SubmittedPart {
  readonly part: string
  readonly ciphertexts: readonly string[]
}

export interface Submission {
  readonly holder: string
  /** Undefined where the folder does not open the submission, or opens another than is recorded. */
  readonly parts: readonly SubmittedPart[] | undefined
}

export interface CheckedSubmissions {
  readonly submissions: readonly Submission[]
  readonly findings: readonly Finding[]
}

/** Each submission of one result once; one that is opened and is not the recorded one is a finding. */
export function checkSubmissions(
  { inputs }: Lineage,
  openings: ReadonlyMap<string, Opening>,
): CheckedSubmissions {
  const submissions = new Map<string, Submission>()
  const findings: Finding[] = []
  for (const { log, index, holder, submission, ciphertexts } of recordedIn(inputs)) {
    const opening = openings.get(submission)
    const parts = opening && partsIn(opening.text)
    const isSame = parts !== undefined && areNamed(ciphertexts, parts)
    submissions.set(submission, { holder, parts: isSame ? parts : undefined })
    if (opening === undefined || isSame) continue
    const detail = parts ? 'names other ciphertexts' : 'cannot be read'
    findings.push({ code: 'SUBMISSION_DIFFERS', log, index, detail })
  }
  return { submissions: [...submissions.values()], findings }
}

function areNamed(ciphertexts: readonly string[], parts: readonly SubmittedPart[]): boolean {
  const named = parts.flatMap((part) => part.ciphertexts)
  return named.length === ciphertexts.length && named.every((one, i) => one === ciphertexts[i])
}

interface RecordedSubmission {
  readonly log: string
  /** Of its first record. */
  readonly index: number
  readonly holder: string
  readonly submission: string
  readonly ciphertexts: readonly string[]
}

// A long submission is told in several records of one log.
function recordedIn(inputs: Lineage['inputs']): Iterable<RecordedSubmission> {
  const recorded = new Map<string, RecordedSubmission>()
  for (const { log, index, entry } of inputs) {
    const key = `${log} ${entry.submission}`
    const first = recorded.get(key) ?? { ...entry, log, index, ciphertexts: [] }
    recorded.set(key, { ...first, ciphertexts: [...first.ciphertexts, ...entry.ciphertexts] })
  }
  return recorded.values()
}

// The opening of a submission's digest holds the signed message; its payload names the parts. Who
// signed it chose every byte of it.
function partsIn(text: string): readonly SubmittedPart[] | undefined {
  try {
    const { submission }: { submission: string } = JSON.parse(text)
    const payload = Buffer.from(submission.split('.')[1] ?? '', 'base64url').toString('utf8')
    const { parts }: { parts: unknown } = JSON.parse(payload)
    return Array.isArray(parts) && parts.every(isPart) ? parts : undefined
  } catch {
    return undefined
  }
}

function isPart(value: unknown): value is SubmittedPart {
  const { part, ciphertexts }: { part?: unknown; ciphertexts?: unknown } = Object(value)
  const isList = Array.isArray(ciphertexts) && ciphertexts.every((one) => typeof one === 'string')
  return typeof part === 'string' && isList
}
