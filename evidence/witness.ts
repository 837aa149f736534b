/**
 * One party watching another's log (C2SP tlog-witness): it cosigns a checkpoint only after a proof
 * that the log merely grew since the last one it cosigned. Whoever trusts enough witnesses knows
 * that nobody was shown another history. It says nothing about what the entries mean.
 */
import { hash } from 'node:crypto'
import { EMPTY_ROOT, isConsistent, sameHash } from '#crypto/merkle'
import type { Clock } from '#runtime/clock'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import type { NoteVerifier } from './note-key.ts'
import type { Cosigner } from './note-signer.ts'
import { decodeBase64, parseNote, type SignedNote, signatureLine } from './signed-note.ts'
import { openCheckpoint } from './verify-note.ts'

/** What a witness remembers; `advance` is one atomic compare-and-swap on the size. */
export interface WitnessStore {
  latest(origin: string): Promise<string | undefined>
  /** False when the newest note's size is not `from` any more (0 when there is none). */
  advance(origin: string, from: number, to: number, note: string): Promise<boolean>
}

/**
 * Two checkpoints that the log's own key signed. Of one size with two roots they prove by
 * themselves that it showed two histories; else the log could not show that the one continues the
 * other, or went back behind it.
 */
export interface SplitView {
  readonly origin: string
  readonly held: string
  readonly shown: string
}

/** Status, type and body of the HTTP answer that tlog-witness prescribes. */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422
  readonly contentType: 'text/plain; charset=utf-8' | 'text/x.tlog.size'
  readonly body: string
}

export interface WitnessParts {
  readonly cosigners: readonly Cosigner[]
  readonly logs: readonly NoteVerifier[]
  readonly store: WitnessStore
  readonly clock: Clock
  /** Called with proof in hand; whoever runs the witness records it and tells the others. */
  readonly onSplit: (split: SplitView) => Promise<void>
}

export interface Witness {
  /** `POST add-checkpoint`, whatever carries it. */
  addCheckpoint(body: string): Promise<WitnessAnswer>
  /** `GET <hex SHA-256 of the origin>/checkpoint`: the newest note it cosigned, if any. */
  checkpointOf(originHash: string): Promise<string | undefined>
}

interface Submission {
  readonly old: number
  readonly proof: readonly Uint8Array[]
  readonly note: SignedNote
  readonly text: string
}

export function createWitness(parts: WitnessParts): Witness {
  return {
    addCheckpoint: (body) => addCheckpoint(parts, body),
    checkpointOf: async (originHash) => {
      const log = parts.logs.find(({ name }) => hash('sha256', name, 'hex') === originHash)
      return log && parts.store.latest(log.name)
    },
  }
}

async function addCheckpoint(parts: WitnessParts, body: string): Promise<WitnessAnswer> {
  const submission = attempt(() => parseSubmission(body))
  if (submission === undefined) return answer(400, 'malformed')
  const { origin } = attempt(() => parseCheckpoint(submission.note.text)) ?? {}
  if (origin === undefined) return answer(400, 'malformed')
  const log = parts.logs.find(({ name }) => name === origin)
  if (log === undefined) return answer(404, 'unknown log')
  const shown = attempt(() => openCheckpoint(submission.text, log))
  if (shown === undefined) return answer(403, 'not signed by this log')
  return judge(parts, log, submission, shown)
}

async function judge(
  { cosigners, store, clock, onSplit }: WitnessParts,
  log: NoteVerifier,
  { old, proof, note, text }: Submission,
  shown: Checkpoint,
): Promise<WitnessAnswer> {
  const heldNote = await store.latest(log.name)
  const held = heldNote === undefined ? emptyLog(log.name) : openCheckpoint(heldNote, log)
  if (heldNote && shown.size === held.size && !sameHash(shown.root, held.root)) {
    await onSplit({ origin: log.name, held: heldNote, shown: text })
    return answer(422, 'another root of the same size')
  }
  const isSameStart = heldNote !== undefined && old === held.size && old > 0
  if (old > shown.size) {
    if (isSameStart) await onSplit({ origin: log.name, held: heldNote, shown: text })
    return answer(400, 'old size beyond the checkpoint')
  }
  if (old !== held.size) return conflict(held.size)
  const { root: fromRoot, size: from } = held
  const isGrowth = isConsistent({ from, to: shown.size, fromRoot, toRoot: shown.root, proof })
  if (!isGrowth || !isEmptyRootRight(shown)) {
    if (isSameStart) await onSplit({ origin: log.name, held: heldNote, shown: text })
    return answer(422, 'not a continuation')
  }
  const seconds = Math.floor(clock.now() / 1000)
  const lines = await Promise.all(cosigners.map((one) => one.cosign(note.text, seconds)))
  const cosigned = lines.map(signatureLine).join('')
  const isNewest = await store.advance(log.name, held.size, shown.size, text + cosigned)
  if (!isNewest) return conflict(await sizeOf(store, log))
  return answer(200, cosigned)
}

function parseSubmission(body: string): Submission {
  const split = body.indexOf('\n\n')
  const [first = '', ...lines] = body.slice(0, split).split('\n')
  const [, size] = /^old (0|[1-9][0-9]{0,15})$/.exec(first) ?? []
  if (split < 0 || size === undefined || lines.length > 63) throw new RangeError('submission')
  const text = body.slice(split + 2)
  return { old: Number(size), proof: lines.map(decodeBase64), note: parseNote(text), text }
}

// A witness keeps what its cosigners add behind the log's lines; only the log's own are checked.
async function sizeOf(store: WitnessStore, log: NoteVerifier): Promise<number> {
  const note = await store.latest(log.name)
  return note === undefined ? 0 : openCheckpoint(note, log).size
}

function emptyLog(origin: string): Checkpoint {
  return { origin, size: 0, root: EMPTY_ROOT }
}

function isEmptyRootRight({ size, root }: Checkpoint): boolean {
  return size > 0 || sameHash(root, EMPTY_ROOT)
}

function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}

function answer(status: WitnessAnswer['status'], body: string): WitnessAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body }
}

function conflict(size: number): WitnessAnswer {
  return { status: 409, contentType: 'text/x.tlog.size', body: `${size}\n` }
}
