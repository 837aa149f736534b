/**
 * Replaying a release: the sums that were decrypted are the sums of what the holders submitted, and
 * anyone can compute them again without a key. The arithmetic is handed in, because this folder
 * knows no engine; without it releases are not replayed, and the report says so. Node only.
 */
import { hash } from 'node:crypto'
import type { Submission } from './check-submissions.ts'
import type { EvidenceFiles } from './evidence-files.ts'
import { CIPHERTEXTS_FOLDER } from './evidence-folder.ts'
import type { Finding } from './finding.ts'
import type { Lineage } from './lineage.ts'

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

/** Replays one release from the folder's stored ciphertexts and its opened submissions. */
export function replayRelease(
  files: EvidenceFiles,
  { sealed }: Lineage,
  submissions: readonly Submission[],
  replay: Replay,
): ReplayedRelease {
  const release = sealed.find(({ entry }) => entry.sum !== undefined)
  const whole = submissions.flatMap((submission) => readInput(files, submission) ?? [])
  if (release === undefined || whole.length < submissions.length || whole.length === 0) {
    return { findings: [], isDone: false }
  }
  const { log, index, entry } = release
  const detail = 'the recorded sum is not the sum of the inputs'
  const findings: Finding[] = attempt(() => replay(whole, entry.sum ?? ''))
    ? []
    : [{ code: 'REPLAY_DIFFERS', log, index, detail }]
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

function readInput(files: EvidenceFiles, submission: Submission): ReplayInput | undefined {
  const { holder, parts } = submission
  const named = parts?.flatMap(({ ciphertexts }) => ciphertexts)
  if (parts === undefined || named === undefined) return undefined
  const stored = new Map(named.map((digest) => [digest, readCiphertext(files, digest)]))
  if ([...stored.values()].includes(undefined)) return undefined
  const read = parts.map(({ part, ciphertexts }) => ({
    part,
    ciphertexts: ciphertexts.flatMap((digest) => stored.get(digest) ?? []),
  }))
  return { holder, parts: read }
}

function readCiphertext(files: EvidenceFiles, digest: string): Uint8Array | undefined {
  if (!/^sha256-[0-9a-f]{64}$/.test(digest)) return undefined
  const bytes = files.read(`${CIPHERTEXTS_FOLDER}/${digest}`)
  return bytes && `sha256-${hash('sha256', bytes, 'hex')}` === digest ? bytes : undefined
}

// An engine may refuse a hostile ciphertext by throwing.
function attempt(work: () => boolean): boolean {
  try {
    return work()
  } catch {
    return false
  }
}
