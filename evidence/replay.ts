/**
 * Replaying a release: the sums that were decrypted are the sums of what the holders submitted, and
 * anyone can compute them again without a key. The arithmetic is handed in, because this folder
 * knows no engine; without it releases are not replayed, and the report says so. Node only.
 */
import { hash } from 'node:crypto'
import type { EvidenceFiles } from './evidence-files.ts'
import { CIPHERTEXTS_FOLDER } from './evidence-folder.ts'
import type { Finding } from './finding.ts'
import type { Lineage } from './lineage.ts'
import type { Opening } from './opening.ts'

/** What one holder submitted: the parts that its signed submission names, with their bytes. */
export interface ReplayInput {
  readonly holder: string
  readonly parts: readonly { readonly part: string; readonly ciphertexts: readonly Uint8Array[] }[]
}

/** Adds the inputs and says whether `sum`, as `release.sealed` states it, is what comes out. */
export type Replay = (inputs: readonly ReplayInput[], sum: string) => boolean

export interface ReplayedRelease {
  readonly findings: readonly Finding[]
  /** False when the folder does not hold everything that was added, or no sum was recorded. */
  readonly isDone: boolean
}

/** Replays one release from the folder's stored ciphertexts. */
export function replayRelease(
  files: EvidenceFiles,
  { sealed, inputs }: Lineage,
  openings: ReadonlyMap<string, Opening>,
  replay: Replay,
): ReplayedRelease {
  const release = sealed.find(({ entry }) => entry.sum !== undefined)
  const read = [...submissionsOf(inputs).values()].map((one) => readInput(files, one, openings))
  const whole = read.filter((input) => input !== undefined)
  if (release === undefined || whole.length < read.length || read.length === 0) {
    return { findings: [], isDone: false }
  }
  const { log, index, entry } = release
  const isSame = attempt(() => replay(whole, entry.sum ?? '')) ?? false
  const detail = 'the recorded sum is not the sum of the inputs'
  const findings: Finding[] = isSame ? [] : [{ code: 'REPLAY_DIFFERS', log, index, detail }]
  return { findings, isDone: true }
}

/** Every stored ciphertext must be what its name says. */
export function checkCiphertexts(files: EvidenceFiles): Finding[] {
  const prefix = `${CIPHERTEXTS_FOLDER}/`
  return files
    .list(prefix)
    .filter((file) => readCiphertext(files, file.slice(prefix.length)) === undefined)
    .map((file) => ({ code: 'FILE_ALTERED', file, detail: 'not what its name says' }))
}

interface Submitted {
  readonly holder: string
  readonly submission: string
  readonly ciphertexts: readonly string[]
}

// A long submission is told in several records.
function submissionsOf(inputs: Lineage['inputs']): Map<string, Submitted> {
  const submissions = new Map<string, Submitted>()
  for (const { entry } of inputs) {
    const before = submissions.get(entry.submission)?.ciphertexts ?? []
    const ciphertexts = [...before, ...entry.ciphertexts]
    submissions.set(entry.submission, { ...entry, ciphertexts })
  }
  return submissions
}

function readInput(
  files: EvidenceFiles,
  { holder, submission, ciphertexts }: Submitted,
  openings: ReadonlyMap<string, Opening>,
): ReplayInput | undefined {
  const opening = openings.get(submission)
  const parts = opening && submittedParts(opening.text)
  if (parts === undefined) return undefined
  const named = parts.flatMap((part) => part.ciphertexts)
  if (named.join() !== ciphertexts.join()) return undefined
  const bytes = new Map(named.map((digest) => [digest, readCiphertext(files, digest)]))
  const read = parts.map(({ part, ciphertexts: digests }) => ({
    part,
    ciphertexts: digests.flatMap((digest) => bytes.get(digest) ?? []),
  }))
  const isWhole = [...bytes.values()].every((stored) => stored !== undefined)
  return isWhole ? { holder, parts: read } : undefined
}

interface Part {
  readonly part: string
  readonly ciphertexts: readonly string[]
}

// The opening of a submission's digest holds the signed message; its payload names the parts. Who
// signed it chose every byte of it.
function submittedParts(text: string): readonly Part[] | undefined {
  return attempt(() => {
    const { submission }: { submission: string } = JSON.parse(text)
    const payload = Buffer.from(submission.split('.')[1] ?? '', 'base64url').toString('utf8')
    const { parts }: { parts: unknown } = JSON.parse(payload)
    return Array.isArray(parts) && parts.every(isPart) ? parts : undefined
  })
}

function isPart(value: unknown): value is Part {
  const { part, ciphertexts }: { part?: unknown; ciphertexts?: unknown } = Object(value)
  const isList = Array.isArray(ciphertexts) && ciphertexts.every((one) => typeof one === 'string')
  return typeof part === 'string' && isList
}

function readCiphertext(files: EvidenceFiles, digest: string): Uint8Array | undefined {
  if (!/^sha256-[0-9a-f]{64}$/.test(digest)) return undefined
  const bytes = files.read(`${CIPHERTEXTS_FOLDER}/${digest}`)
  return bytes && `sha256-${hash('sha256', bytes, 'hex')}` === digest ? bytes : undefined
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
