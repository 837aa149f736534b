import { EVERY_CAPABILITY } from './capabilities.ts'
import type { Snapshot } from './compiled.ts'
import { countersOf } from './counters.ts'
import { decide } from './decide.ts'
import type { Decision, DecisionCode, DecisionInputs } from './decision.ts'
import { factsOf } from './facts.ts'
import { nearestPermit } from './nearest.ts'
import type { RecordedRequest } from './recorded-request.ts'
import { requestOf } from './request.ts'
import { TRUE } from './truth.ts'

export { type RecordedRequest, readRecord } from './recorded-request.ts'

/** One request that two sets of policies answer differently. */
export interface Flip {
  readonly id: string
  readonly party: string
  readonly action: string
  readonly before: DecisionCode
  readonly after: DecisionCode
  /** The rule that makes the difference, and what was missing, in words. */
  readonly cause: string
}

/** How often the answers to one participant turned. */
export interface FlipCount {
  readonly party: string
  readonly requests: number
  readonly toDeny: number
  readonly toPermit: number
  /** Refused by both, for another reason. */
  readonly otherReason: number
}

export interface ReplayReport {
  readonly requests: number
  readonly permitsBefore: number
  readonly permitsAfter: number
  readonly byParty: readonly FlipCount[]
  /** The first flips, at most `mostFlips`. */
  readonly flips: readonly Flip[]
}

/**
 * Decides recorded requests under the active policies and under a draft, and counts what would
 * turn. The same class serves a file of last month's requests and the live stream (shadow mode).
 */
export class Replay {
  readonly #active: Snapshot
  readonly #draft: Snapshot
  readonly #mostFlips: number
  readonly #counts = new Map<string, { -readonly [K in keyof FlipCount]: FlipCount[K] }>()
  readonly #flips: Flip[] = []
  #requests = 0
  #permitsBefore = 0
  #permitsAfter = 0

  constructor(active: Snapshot, draft: Snapshot, mostFlips = 1000) {
    this.#active = active
    this.#draft = draft
    this.#mostFlips = mostFlips
  }

  /** Decides one recorded request both ways; answers the flip if the answers differ. */
  add(record: RecordedRequest): Flip | undefined {
    return this.#compare(
      record.id ?? String(this.#requests + 1),
      inputsOfRecord(record, this.#active),
    )
  }

  /** Shadow mode: the active decision is given and stands; the draft is decided beside it. */
  shadow(active: Decision, id: string): Flip | undefined {
    return this.#compare(id, active.inputs, active)
  }

  report(): ReplayReport {
    return {
      requests: this.#requests,
      permitsBefore: this.#permitsBefore,
      permitsAfter: this.#permitsAfter,
      byParty: [...this.#counts.values()].sort(
        (a, b) => turned(b) - turned(a) || (a.party < b.party ? -1 : 1),
      ),
      flips: this.#flips,
    }
  }

  #compare(id: string, inputs: DecisionInputs, known?: Decision): Flip | undefined {
    const { request, facts, counters, capabilities } = inputs
    const before = known ?? decide(request, this.#active, facts, counters, capabilities)
    const after = decide(request, this.#draft, facts, counters, capabilities)
    this.#count(before, after)
    if (before.code === after.code) return undefined
    const flip = flipOf(id, before, after)
    if (this.#flips.length < this.#mostFlips) this.#flips.push(flip)
    return flip
  }

  #count(before: Decision, after: Decision): void {
    const party = before.inputs.request.fields.assignee
    const none = { party, requests: 0, toDeny: 0, toPermit: 0, otherReason: 0 }
    const count = this.#counts.get(party) ?? none
    this.#counts.set(party, count)
    this.#requests++
    count.requests++
    if (before.decision === 'permit') this.#permitsBefore++
    if (after.decision === 'permit') this.#permitsAfter++
    if (before.decision !== after.decision) {
      if (after.decision === 'deny') count.toDeny++
      else count.toPermit++
    } else if (before.code !== after.code) count.otherReason++
  }
}

/** What `decide` takes, from a record. Every control counts as honoured: policies are compared. */
export function inputsOfRecord(record: RecordedRequest, snapshot: Snapshot): DecisionInputs {
  return {
    snapshot,
    request: requestOf(record.request),
    facts: factsOf(record.facts),
    counters: countersOf(record.used, record.duties),
    capabilities: EVERY_CAPABILITY,
  }
}

function flipOf(id: string, before: Decision, after: Decision): Flip {
  const { assignee, action } = before.inputs.request.fields
  const refusing = after.decision === 'deny' ? after : before
  return {
    id,
    party: assignee,
    action,
    before: before.code,
    after: after.code,
    cause: causeOf(refusing),
  }
}

/** The prohibition that stands, or else what the nearest permission lacks. */
function causeOf(decision: Decision): string {
  const prohibition = decision.trace.find(
    ({ rule, truth }) =>
      rule.prohibits && truth === TRUE && rule.owner.policy.layer === decision.layer,
  )
  if (prohibition !== undefined) return prohibition.rule.owner.policy.id + prohibition.rule.rule.id
  const nearest = nearestPermit(decision, 'provider')
  return nearest === null
    ? `${decision.layer ?? 'controls'}: ${decision.code}`
    : `${nearest.policy}${nearest.rule}: ${nearest.hint_en}`
}

function turned({ toDeny, toPermit }: FlipCount): number {
  return toDeny + toPermit
}
