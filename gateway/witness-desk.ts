/**
 * The gateway among the witnesses: it hands its checkpoints out to be cosigned, keeps what comes
 * back, and cosigns every participant's own log. Who may say what follows from the directory.
 */

import { witnessRequest } from '#evidence/cosigned-log'
import { CosignedStore } from '#evidence/cosigned-store'
import { EvidenceError } from '#evidence/evidence-error'
import { type NoteVerifier, parseVerifierKey } from '#evidence/note-key'
import { partyWitness, type WitnessingParty } from '#evidence/party-witness'
import { formatNote, parseNote } from '#evidence/signed-note'
import { openCheckpoint, verifyNote } from '#evidence/verify-note'
import type { WitnessAnswer } from '#evidence/witness'
import { majorityOf } from '#evidence/witness-quorum'
import type { Principal } from '#protocol/access-token'
import type { DirectorySource } from '#protocol/directory-source'
import type { Participant } from '#protocol/messages/directory'
import { faultPoint } from '#runtime/fault-point'
import { HttpProblem } from '#runtime/http-problem'

export interface WitnessDeskParts extends WitnessingParty {
  readonly directory: DirectorySource
}

/** How long a checkpoint that lacks cosignatures is offered before a newer one is. */
const GATHERING_MS = 120_000
/** How long it is before the first line has come: those who ask at once get the same. */
const OFFERED_MS = 5000

export class WitnessDesk {
  readonly #parts: WitnessDeskParts
  #offered: { readonly note: string; readonly at: number } | undefined

  constructor(parts: WitnessDeskParts) {
    this.#parts = parts
  }

  /** The newest checkpoint, with the witnesses' lines if there are any. */
  async checkpoint(): Promise<string> {
    const note = await this.#parts.evidence.checkpoint()
    const held = await this.#store([]).of(openCheckpoint(note, this.#own()).size)
    return held !== undefined && textOf(held) === textOf(note) ? held : note
  }

  /** The newest checkpoint that enough witnesses cosigned; the newest of all while none is. */
  async cosigned(): Promise<string> {
    const { witnesses, policy } = await this.#quorum()
    return (await this.#store(witnesses).newest(policy)) ?? this.checkpoint()
  }

  /**
   * The body of `add-checkpoint` for a witness that holds `old` entries. While a checkpoint gathers
   * lines it is what everybody gets, so that they come together on one. A witness that holds more
   * than there is gets what there is, and judges it.
   */
  async request(old: number, { did }: Principal): Promise<string> {
    const { evidence, log } = this.#parts
    const own = this.#own()
    const note = withoutLines((await this.#gathering(old)) ?? (await this.#offer(old)), own)
    try {
      return await witnessRequest(evidence, own, old, note)
    } catch (error) {
      if (!(error instanceof EvidenceError) || error.code !== 'LOG_FORKED') throw error
      log.error({ code: error.code, recipient: did }, 'a witness holds more than this log')
      return `old ${old}\n\n${note}`
    }
  }

  /** Keeps the caller's own line on a checkpoint of this log; refuses whatever else. */
  async keep(note: string, principal: Principal): Promise<void> {
    const { witness } = await this.#participant(principal)
    if (witness === undefined) throw new HttpProblem('FORBIDDEN')
    const keys = [this.#own(), parseVerifierKey(witness)]
    try {
      const { size } = openCheckpoint(note, this.#own())
      verifyNote(parseNote(note), keys.slice(1))
      faultPoint('gateway.cosignature.before-store')
      await this.#store(keys).keep(size, note)
      faultPoint('gateway.cosignature.after-store')
    } catch (cause) {
      if (!(cause instanceof EvidenceError)) throw cause
      throw new HttpProblem('FORBIDDEN', { cause })
    }
    const { witnesses, policy } = await this.#quorum()
    await this.#store(witnesses).prune(policy)
  }

  /** `POST add-checkpoint` (C2SP tlog-witness) for the caller's own log and no other. */
  async addCheckpoint(body: string, principal: Principal): Promise<WitnessAnswer> {
    const { log } = await this.#participant(principal)
    if (log === undefined) return UNKNOWN
    return partyWitness(this.#parts, parseVerifierKey(log)).addCheckpoint(body)
  }

  async #gathering(old: number): Promise<string | undefined> {
    const { witnesses, policy } = await this.#quorum()
    const note = await this.#store(witnesses).last()
    if (note === undefined || openCheckpoint(note, this.#own()).size < old) return undefined
    const lines = verifyNote(parseNote(note), [this.#own(), ...witnesses])
    if (policy.isQuorum(new Set(lines.map(({ verifier }) => verifier.vkey)))) return undefined
    // A witness states its own time: one that lies ahead counts for nothing.
    const now = this.#parts.clock.now()
    const ages = lines.flatMap(({ time }) => (time === undefined ? [] : now - Number(time) * 1000))
    const oldest = Math.max(...ages.filter((age) => age >= 0))
    return oldest >= 0 && oldest < GATHERING_MS ? note : undefined
  }

  async #offer(old: number): Promise<string> {
    const { evidence, clock } = this.#parts
    const now = clock.now()
    const { note, at } = this.#offered ?? { note: '', at: Number.NEGATIVE_INFINITY }
    if (now - at < OFFERED_MS && openCheckpoint(note, this.#own()).size >= old) return note
    const newest = await evidence.checkpoint()
    this.#offered = { note: newest, at: now }
    return newest
  }

  async #quorum() {
    const { active } = await this.#parts.directory.current()
    const keys = active.flatMap(({ did, witness }) => (did !== this.#parts.did && witness) || [])
    const witnesses = keys.map(parseVerifierKey)
    const needed = majorityOf(witnesses.length)
    const known = new Set(keys)
    const isQuorum = (cosigned: ReadonlySet<string>) => cosigned.intersection(known).size >= needed
    return { witnesses, policy: { logs: [this.#own()], witnesses, isQuorum } }
  }

  async #participant({ did, roles }: Principal): Promise<Participant> {
    const directory = await this.#parts.directory.current()
    const [role] = roles
    if (role === undefined) throw new HttpProblem('FORBIDDEN')
    return directory.participant(did, role)
  }

  #own(): NoteVerifier {
    return parseVerifierKey(this.#parts.evidence.vkey)
  }

  #store(witnesses: readonly NoteVerifier[]): CosignedStore {
    return new CosignedStore(this.#parts.database, this.#parts.spaceId, witnesses)
  }
}

const UNKNOWN: WitnessAnswer = {
  status: 404,
  contentType: 'text/plain; charset=utf-8',
  body: 'unknown log',
}

function textOf(note: string): string {
  return parseNote(note).text
}

// A witness is asked about what the log itself signed.
function withoutLines(note: string, { name }: NoteVerifier): string {
  const { text, signatures } = parseNote(note)
  return formatNote({ text, signatures: signatures.filter((line) => line.name === name) })
}
