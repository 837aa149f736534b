/**
 * The offline verifier: judges a folder of exported evidence with nothing but a policy. It gives:
 * signatures, roots, one history, complete chains, each defect with its place. It cannot give: that
 * holders' inputs were true, or that something never recorded did not happen. Node only.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { ChainRules } from './chain-rules.ts'
import { checkChain } from './check-chain.ts'
import { checkHeldReceipt, checkQuorum, checkSeen } from './check-history.ts'
import { isOldPartial } from './check-leftover.ts'
import { type CheckedLog, checkLog } from './check-log.ts'
import { checkOpenings } from './check-openings.ts'
import type { Checkpoint } from './checkpoint.ts'
import { EntryIndex } from './entry-index.ts'
import { CIPHERTEXTS_FOLDER, logFolder, MANIFEST_FILE, RECEIPTS_FOLDER } from './evidence-folder.ts'
import type { Finding } from './finding.ts'
import { type Lineage, traceResult } from './lineage.ts'
import { checkManifest } from './manifest.ts'
import type { NoteVerifier } from './note-key.ts'
import type { Opening } from './opening.ts'
import { checkCiphertexts, type Replay, type ReplayedRelease, replayRelease } from './replay.ts'
import { TileFolder } from './tile-folder.ts'
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
  /** Logs that the policy trusts and the folder does not hold; their records are not known. */
  readonly absent: readonly string[]
  /** Every delivered result, in log order. */
  readonly results: readonly Lineage[]
  readonly entries: EntryIndex
  /** What the folder reveals behind salted digests, by digest. */
  readonly openings: ReadonlyMap<string, Opening>
  /** Results whose release was recomputed from stored ciphertexts. */
  readonly replayed: ReadonlySet<string>
  /** False when there is no manifest: then only what the logs vouch for is protected. */
  readonly isSealed: boolean
}

export function verifyEvidence(folder: string, options: VerifyOptions): Report {
  const { policy, rules, replay } = options
  const isHeld = ({ name }: NoteVerifier) => existsSync(path.join(folder, placeOf(folder, name)))
  const held = policy.logs.filter(isHeld)
  const logs = held.map((log) => verifyLog(folder, log, policy))
  const entries = new EntryIndex()
  for (const { log, checked } of logs) {
    for (const [index, entry] of checked.entries) entries.add(log.name, index, entry)
  }
  const results = entries.all('result.delivered').map((record) => traceResult(entries, record))
  const { openings, findings: refused } = checkOpenings(folder)
  const releases = results.map((lineage) => ({
    lineage,
    ...(replay ? replayRelease(folder, lineage, openings, replay) : NOT_REPLAYED),
  }))
  const findings = [
    ...(held.length > 0 ? [] : [NO_LOG]),
    ...checkManifest(folder, policy.logs),
    ...logs.flatMap((log) => log.findings),
    ...heldReceipts(folder, logs),
    ...refused,
    ...checkCiphertexts(folder, list(folder, CIPHERTEXTS_FOLDER)),
    ...results.flatMap((lineage) => checkChain(lineage, rules)),
    ...releases.flatMap((release) => release.findings),
  ]
  return {
    isGood: findings.length === 0,
    findings,
    checkpoints: logs.flatMap(({ checked }) => checked.checkpoint ?? []),
    absent: policy.logs.filter((log) => !held.includes(log)).map(({ name }) => name),
    results,
    entries,
    openings,
    replayed: new Set(
      releases.filter(({ isDone }) => isDone).map(({ lineage }) => lineage.delivered.entry.result),
    ),
    isSealed: existsSync(path.join(folder, MANIFEST_FILE)),
  }
}

const NO_LOG: Finding = { code: 'FILE_MISSING', file: 'logs', detail: 'no log of the policy' }
const NOT_REPLAYED: ReplayedRelease = { findings: [], isDone: false }

interface VerifiedLog {
  readonly log: NoteVerifier
  readonly checked: CheckedLog
  readonly findings: readonly Finding[]
}

function verifyLog(folder: string, log: NoteVerifier, policy: TrustPolicy): VerifiedLog {
  const place = placeOf(folder, log.name)
  const files = new TileFolder(path.join(folder, place))
  const checked = checkLog(files, log)
  const size = checked.checkpoint?.size ?? 0
  const findings = [...checked.findings]
  const witnessed = ['cosigned', 'checkpoint'].find((file) => files.has(file))
  if (checked.checkpoint && witnessed) {
    const note = { file: witnessed, note: files.text(witnessed) }
    findings.push(...checkQuorum(note, log, policy, checked))
  }
  for (const file of files.unread()) {
    if (file.startsWith('seen/')) {
      findings.push(...checkSeen({ file, note: files.text(file) }, log, checked))
    } else if (file.startsWith('tile/') ? !isOldPartial(files, file, size) : place !== '') {
      const code = file.includes('.p/') ? 'FILE_ALTERED' : 'FILE_UNEXPECTED'
      findings.push({ code, log: log.name, file, detail: '' })
    }
  }
  return { log, checked, findings: findings.map((finding) => placed(place, finding)) }
}

// A log exported alone is evidence too: then the folder is the log's.
function placeOf(folder: string, origin: string): string {
  return existsSync(path.join(folder, 'checkpoint')) ? '' : logFolder(origin)
}

function heldReceipts(folder: string, logs: readonly VerifiedLog[]): Finding[] {
  return list(folder, RECEIPTS_FOLDER).flatMap((name): Finding[] => {
    const file = `${RECEIPTS_FOLDER}/${name}`
    const note = readFileSync(path.join(folder, file), 'utf8')
    const owner = logs.find(({ log }) => note.includes(`\n\n${log.name}\n`))
    return owner
      ? checkHeldReceipt({ file, note }, owner.log, owner.checked)
      : [{ code: 'RECEIPT_REFUSED', file, detail: 'of no known log' }]
  })
}

function list(folder: string, name: string): string[] {
  const place = path.join(folder, name)
  return existsSync(place) ? readdirSync(place).sort() : []
}

function placed(place: string, finding: Finding): Finding {
  return finding.file ? { ...finding, file: path.posix.join(place, finding.file) } : finding
}
