/**
 * The offline verifier: judges a folder of exported evidence with nothing but a policy. It gives:
 * signatures, roots, one history, complete chains, each defect with its place. It cannot give: that
 * holders' inputs were true, or that something never recorded did not happen. Node only.
 */
import type { ChainRules } from './chain-rules.ts'
import { type AnchoredUpTo, checkAnchors } from './check-anchors.ts'
import { checkChain } from './check-chain.ts'
import { checkHeldReceipt, checkQuorum, checkSeen, type SeenNote } from './check-history.ts'
import { checkKeys } from './check-keys.ts'
import { isOldPartial } from './check-leftover.ts'
import { type CheckedLog, checkLog } from './check-log.ts'
import { checkOpenings } from './check-openings.ts'
import { checkSm2Line } from './check-sm2.ts'
import { checkSubmissions } from './check-submissions.ts'
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
  /** SM2 keys by which the reader demands a second line of the logs of their names. */
  readonly sm2?: readonly NoteVerifier[]
  readonly rules: ChainRules
  /** Recomputes releases; without it they are not replayed. */
  readonly replay?: Replay
  /** Receipts that the reader keeps itself, beside those in the folder. */
  readonly receipts?: readonly SeenNote[]
}

export interface Report {
  readonly isGood: boolean
  readonly findings: readonly Finding[]
  /** The logs that were checked, with what their checkpoints say. */
  readonly checkpoints: readonly Checkpoint[]
  /** Which of the policy's witnesses cosigned which log, and how much of it. */
  readonly witnessed: readonly WitnessedLog[]
  /** Which logs are anchored in which chains outside, as far as the folder shows it. */
  readonly anchored: readonly AnchoredUpTo[]
  /** The logs whose checkpoint bears the line of the SM2 key that the reader gave. */
  readonly sm2Signed: readonly string[]
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
  const { policy, rules, replay, sm2 = [], receipts = [] } = options
  const files = new EvidenceFiles(folder)
  const held = policy.logs.filter(({ name }) => holds(files, name))
  const logs = held.map((log) => verifyLog(files, log, policy, sm2))
  const entries = new EntryIndex()
  for (const { log, checked } of logs) {
    for (const [index, entry] of checked.entries) entries.add(log.name, index, entry)
  }
  const results = entries.all('result.delivered').map((record) => traceResult(entries, record))
  const { openings, findings: refused } = checkOpenings(files)
  const releases = results.map((lineage) => {
    const { submissions, findings } = checkSubmissions(lineage, openings)
    const release = replay ? replayRelease(files, lineage, submissions, replay) : NOT_REPLAYED
    return { lineage, isDone: release.isDone, findings: [...findings, ...release.findings] }
  })
  const manifest = checkManifest(files, policy.logs)
  const findings = [
    ...(held.length > 0 ? [] : [NO_LOG]),
    ...files.refused(),
    ...manifest.findings,
    ...logs.flatMap((log) => log.findings),
    ...recordedSplits(entries, policy.logs),
    ...checkKeys(entries),
    ...heldReceipts([...receiptsIn(files), ...receipts], logs),
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
    anchored: logs.flatMap(({ anchored }) => anchored),
    sm2Signed: logs.flatMap(({ log, isSm2Signed }) => (isSm2Signed ? [log.name] : [])),
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
  readonly anchored: readonly AnchoredUpTo[]
  readonly isSm2Signed: boolean
  readonly findings: readonly Finding[]
}

function verifyLog(
  files: EvidenceFiles,
  log: NoteVerifier,
  policy: TrustPolicy,
  sm2: readonly NoteVerifier[],
): VerifiedLog {
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
  const keys = own.has('checkpoint') ? sm2.filter(({ name }) => name === log.name) : []
  const unsigned = keys.flatMap((key) => checkSm2Line(own.text('checkpoint'), key))
  findings.push(...unsigned)
  const anchors = own.list('anchors/').map((file) => ({ file, note: own.text(file) }))
  const { anchored, findings: disagreeing } = checkAnchors(anchors, log, checked)
  findings.push(...disagreeing)
  for (const file of own.unread()) {
    if (file.startsWith('seen/')) {
      findings.push(...checkSeen({ file, note: own.text(file) }, log, checked))
    } else if (file.startsWith('tile/') ? !isOldPartial(own, file, size) : place !== '') {
      const code = file.includes('.p/') ? 'FILE_ALTERED' : 'FILE_UNEXPECTED'
      findings.push({ code, log: log.name, file, detail: '' })
      own.read(file)
    }
  }
  const placedFindings = findings.map((finding) => placed(place, finding))
  const isSm2Signed = keys.length > 0 && unsigned.length === 0
  return { log, checked, witnessed, anchored, isSm2Signed, findings: placedFindings }
}

// A log exported alone is evidence too: then the folder is the log's.
function placeOf(files: EvidenceFiles, origin: string): string {
  return files.has('checkpoint') ? '' : logFolder(origin)
}

function holds(files: EvidenceFiles, origin: string): boolean {
  return files.list(placeOf(files, origin)).length > 0
}

function receiptsIn(files: EvidenceFiles): SeenNote[] {
  return files.list(`${RECEIPTS_FOLDER}/`).map((file) => ({ file, note: files.text(file) }))
}

function heldReceipts(receipts: readonly SeenNote[], logs: readonly VerifiedLog[]): Finding[] {
  return receipts.flatMap((seen): Finding[] => {
    const owner = logs.find(({ log }) => seen.note.includes(`\n\n${log.name}\n`))
    return owner
      ? checkHeldReceipt(seen, owner.log, owner.checked)
      : [{ code: 'RECEIPT_REFUSED', file: seen.file, detail: 'of no known log' }]
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
