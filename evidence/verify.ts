/**
 * The offline verifier: judges a folder of exported evidence with nothing but a policy. It gives:
 * signatures, roots, one history, complete chains, each defect with its place. It cannot give: that
 * holders' inputs were true, or that something never recorded did not happen. Node only.
 */
import type { ChainRules } from './chain-rules.ts'
import { checkChain } from './check-chain.ts'
import { checkHeldReceipt, checkQuorum, checkSeen } from './check-history.ts'
import { checkKeys } from './check-keys.ts'
import { isOldPartial } from './check-leftover.ts'
import { type CheckedLog, checkLog } from './check-log.ts'
import { checkOpenings } from './check-openings.ts'
import { recordedSplits, type WitnessedLog, witnessedBy } from './check-witnesses.ts'
import type { Checkpoint } from './checkpoint.ts'
import { EntryIndex } from './entry-index.ts'
import { EvidenceFiles } from './evidence-files.ts'
import { logFolder, POLICY_FILE, RECEIPTS_FOLDER, RULES_FILE } from './evidence-folder.ts'
import type { Finding } from './finding.ts'
import { type Lineage, traceResult } from './lineage.ts'
import { LogFiles } from './log-files.ts'
import { checkManifest } from './manifest.ts'
import type { NoteVerifier } from './note-key.ts'
import type { Opening } from './opening.ts'
import { checkCiphertexts, type Replay, type ReplayedRelease, replayRelease } from './replay.ts'
import type { TrustPolicy } from './trust-policy.ts'

export interface VerifyOptions {
  readonly policy: TrustPolicy
  readonly rules: ChainRules
  /** Recomputes releases; without it they are not replayed. */
  readonly replay?: Replay
}

export interface Report {
  readonly isGood: boolean
  readonly findings: readonly Finding[]
  /** The logs that were checked, with what their checkpoints say. */
  readonly checkpoints: readonly Checkpoint[]
  /** Which of the policy's witnesses cosigned which log, and how much of it. */
  readonly witnessed: readonly WitnessedLog[]
  /** Logs that the policy trusts and the folder does not hold; their records are not known. */
  readonly absent: readonly string[]
  /** Every delivered result, in log order. */
  readonly results: readonly Lineage[]
  readonly entries: EntryIndex
  /** What the folder reveals behind salted digests, by digest. */
  readonly openings: ReadonlyMap<string, Opening>
  /** Results whose release was recomputed from stored ciphertexts. */
  readonly replayed: ReadonlySet<string>
  /** False when no manifest is signed: then only what the logs vouch for withstands a forger. */
  readonly isSealed: boolean
}

export function verifyEvidence(folder: string, options: VerifyOptions): Report {
  const { policy, rules, replay } = options
  const files = new EvidenceFiles(folder)
  const held = policy.logs.filter(({ name }) => holds(files, name))
  const logs = held.map((log) => verifyLog(files, log, policy))
  const entries = new EntryIndex()
  for (const { log, checked } of logs) {
    for (const [index, entry] of checked.entries) entries.add(log.name, index, entry)
  }
  const results = entries.all('result.delivered').map((record) => traceResult(entries, record))
  const { openings, findings: refused } = checkOpenings(files)
  const releases = results.map((lineage) => ({
    lineage,
    ...(replay ? replayRelease(files, lineage, openings, replay) : NOT_REPLAYED),
  }))
  const manifest = checkManifest(files, policy.logs)
  const findings = [
    ...(held.length > 0 ? [] : [NO_LOG]),
    ...files.refused(),
    ...manifest.findings,
    ...logs.flatMap((log) => log.findings),
    ...recordedSplits(entries, policy.logs),
    ...checkKeys(entries),
    ...heldReceipts(files, logs),
    ...refused,
    ...checkCiphertexts(files),
    ...leftOver(files, manifest.findings),
    ...results.flatMap((lineage) => checkChain(lineage, rules)),
    ...releases.flatMap((release) => release.findings),
  ]
  return {
    isGood: findings.length === 0,
    findings,
    checkpoints: logs.flatMap(({ checked }) => checked.checkpoint ?? []),
    witnessed: logs.flatMap(({ witnessed }) => witnessed),
    absent: policy.logs.filter((log) => !held.includes(log)).map(({ name }) => name),
    results,
    entries,
    openings,
    replayed: new Set(
      releases.filter(({ isDone }) => isDone).map(({ lineage }) => lineage.delivered.entry.result),
    ),
    isSealed: manifest.isSigned,
  }
}

const NO_LOG: Finding = { code: 'FILE_MISSING', file: 'logs', detail: 'no log of the policy' }
const NOT_REPLAYED: ReplayedRelease = { findings: [], isDone: false }

interface VerifiedLog {
  readonly log: NoteVerifier
  readonly checked: CheckedLog
  readonly witnessed: readonly WitnessedLog[]
  readonly findings: readonly Finding[]
}

function verifyLog(files: EvidenceFiles, log: NoteVerifier, policy: TrustPolicy): VerifiedLog {
  const place = placeOf(files, log.name)
  const own = new LogFiles(files, place)
  const checked = checkLog(own, log)
  const size = checked.checkpoint?.size ?? 0
  const findings = [...checked.findings]
  const cosigned = ['cosigned', 'checkpoint'].find((file) => own.has(file))
  const witnessed = cosigned ? witnessedBy(own.text(cosigned), log, policy) : []
  if (checked.checkpoint && cosigned) {
    const note = { file: cosigned, note: own.text(cosigned) }
    findings.push(...checkQuorum(note, log, policy, checked))
  }
  for (const file of own.unread()) {
    if (file.startsWith('seen/')) {
      findings.push(...checkSeen({ file, note: own.text(file) }, log, checked))
    } else if (file.startsWith('tile/') ? !isOldPartial(own, file, size) : place !== '') {
      const code = file.includes('.p/') ? 'FILE_ALTERED' : 'FILE_UNEXPECTED'
      findings.push({ code, log: log.name, file, detail: '' })
      own.read(file)
    }
  }
  return { log, checked, witnessed, findings: findings.map((finding) => placed(place, finding)) }
}

// A log exported alone is evidence too: then the folder is the log's.
function placeOf(files: EvidenceFiles, origin: string): string {
  return files.has('checkpoint') ? '' : logFolder(origin)
}

function holds(files: EvidenceFiles, origin: string): boolean {
  return files.list(placeOf(files, origin)).length > 0
}

function heldReceipts(files: EvidenceFiles, logs: readonly VerifiedLog[]): Finding[] {
  return files.list(`${RECEIPTS_FOLDER}/`).flatMap((file): Finding[] => {
    const note = files.text(file)
    const owner = logs.find(({ log }) => note.includes(`\n\n${log.name}\n`))
    return owner
      ? checkHeldReceipt({ file, note }, owner.log, owner.checked)
      : [{ code: 'RECEIPT_REFUSED', file, detail: 'of no known log' }]
  })
}

// What nothing has looked at nothing vouches for; beside a log that was exported alone it may lie.
function leftOver(files: EvidenceFiles, found: readonly Finding[]): Finding[] {
  if (files.has('checkpoint')) return []
  for (const file of [POLICY_FILE, RULES_FILE]) files.read(file)
  const named = new Set(found.map(({ file }) => file))
  return files
    .unread()
    .filter((file) => !named.has(file))
    .map((file) => ({ code: 'FILE_UNEXPECTED', file, detail: '' }))
}

function placed(place: string, finding: Finding): Finding {
  const { file } = finding
  return file && place !== '' ? { ...finding, file: `${place}/${file}` } : finding
}
