import { type Reservation, type Run, reservationOf } from './checks.ts'
import type { CompiledPolicy, CompiledRule, RuleList } from './compile.ts'
import { EVERY_PARTY } from './compile.ts'
import { type DecisionInputs, OUTCOMES, type Outcome } from './decision.ts'
import { Grant } from './grant.ts'
import { PolicyStanding } from './policy-standing.ts'
import { FALSE, TRUE, type Truth, UNKNOWN } from './truth.ts'
import { LAYERS } from './vocabulary-document.ts'

const PLATFORM = LAYERS.indexOf('platform')
const CONTRACT = LAYERS.indexOf('contract')
const CONSENT = LAYERS.indexOf('consent')

const outcome = (name: Outcome): number => OUTCOMES.indexOf(name)
const SKIPPED = outcome('skipped')
const OK = outcome('ok')
const PERMIT = outcome('PERMIT')
const PROHIBITED = outcome('DENY_PROHIBITED')
const MAYBE_PROHIBITED = outcome('INDETERMINATE{D}')
const VOID = outcome('INDETERMINATE')
const PENDING = outcome('PENDING_DUTY')
const MAYBE_PERMITTED = outcome('INDETERMINATE{P}')
const NO_PERMIT = outcome('DENY_NO_PERMIT')

/** Judges the rules of one request, layer by layer, and gathers what the permits bring. */
export class Judgement {
  readonly trace: number[] = []
  readonly outcomes: number[] = []
  readonly reservations: Reservation[] = []
  grant: Grant = Grant.NONE
  readonly #inputs: DecisionInputs
  readonly #run: Run

  // What the layer under judgement has shown so far.
  #prohibited = false
  #maybeProhibited = false
  #permitted = false
  #maybePermitted = false
  #pending = false
  #void = false
  #stated = false
  #standings: Map<CompiledPolicy, PolicyStanding> | undefined

  constructor(inputs: DecisionInputs) {
    this.#inputs = inputs
    this.#run = {
      slots: inputs.facts.slots,
      counters: inputs.counters,
      increments: inputs.request.increments,
      capabilities: inputs.capabilities,
    }
  }

  /** Judges one layer by its position and answers the position of its outcome. */
  layer(layer: number): number {
    this.#prohibited = this.#maybeProhibited = this.#permitted = false
    this.#maybePermitted = this.#pending = this.#void = this.#stated = false
    this.#standings = undefined
    if (layer === CONTRACT) this.#judgeContract()
    else if (layer === CONSENT) this.#judgeConsent()
    else this.#judgeCeiling(layer)
    if (this.#standings !== undefined) this.#settleStandings(this.#standings)
    const result = this.#outcome(layer)
    this.outcomes.push(result)
    return result
  }

  #judgeCeiling(layer: number): void {
    const { targets, authorities } = this.#inputs.request
    const { byTarget } = this.#inputs.snapshot
    for (let at = 0; at < targets.length; at++) {
      const list = byTarget.get(targets[at] ?? '')?.[layer]
      if (list !== undefined) this.#judgeList(list, authorities)
    }
  }

  /** One scenario, one authorisation: only the contract that the request names. */
  #judgeContract(): void {
    const { request, snapshot } = this.#inputs
    const { authorization } = request.fields
    const rules = authorization === undefined ? [] : (snapshot.byPolicy.get(authorization) ?? [])
    for (const rule of rules) {
      const matches = rule.layer === CONTRACT && request.targets.includes(rule.target)
      if (matches && matchesParty(rule, request.parties)) this.#judge(rule)
    }
  }

  /** Consent is about the subject, never about an asset. */
  #judgeConsent(): void {
    const { request, snapshot } = this.#inputs
    const { subject, consent } = request.fields
    const list = subject === undefined ? undefined : snapshot.byTarget.get(subject)?.[CONSENT]
    for (const rule of list?.rules ?? []) {
      const named = consent === undefined || rule.owner.policy.id === consent
      if (named && matchesParty(rule, request.parties)) this.#judge(rule)
    }
  }

  #judgeList({ rules, byAssignee }: RuleList, names: readonly string[]): void {
    if (byAssignee === undefined) {
      for (let at = 0; at < rules.length; at++) {
        const rule = rules[at] as CompiledRule
        if (matchesParty(rule, names)) this.#judge(rule)
      }
      return
    }
    for (const rule of byAssignee.get(EVERY_PARTY) ?? []) this.#judge(rule)
    for (const name of names) {
      if (name !== EVERY_PARTY) for (const rule of byAssignee.get(name) ?? []) this.#judge(rule)
    }
  }

  #judge(rule: CompiledRule): void {
    const standing = rule.owner.special ? this.#standingOf(rule.owner) : undefined
    if ((rule.covers & this.#inputs.request.action) === 0) return
    this.#stated ||= !rule.prohibits
    let truth = this.#judgeChecks(rule)
    const pending = truth !== FALSE && rule.preDuties.length > 0
    if (pending) truth = this.#judgeDuties(rule, truth)
    if (standing !== undefined) standing.add(rule, truth)
    else if (rule.prohibits) this.#addProhibition(truth)
    else this.#addPermission(rule, truth)
  }

  /** K3-AND of the constraints; the trace keeps the one that settled it. */
  #judgeChecks({ checks, index }: CompiledRule): Truth {
    let truth: Truth = TRUE
    let settling = 0
    for (let at = 0; at < checks.length; at++) {
      const one = (checks[at] as (run: Run) => Truth)(this.#run)
      if (one === TRUE) continue
      if (one === FALSE || truth === TRUE) settling = at + 1
      truth = one
      if (one === FALSE) break
    }
    this.trace.push(index, truth + settling * 4)
    return truth
  }

  /** A duty that must come first: not performed yet leaves the permission pending. */
  #judgeDuties({ preDuties }: CompiledRule, truth: Truth): Truth {
    for (const { key } of preDuties) {
      const state = this.#inputs.counters.duties.get(key)
      if (state === 'violated') return FALSE
      if (state === undefined && truth === TRUE) {
        this.#pending = true
        truth = UNKNOWN
      }
    }
    return truth
  }

  #addProhibition(truth: Truth): void {
    if (truth === TRUE) this.#prohibited = true
    else if (truth === UNKNOWN) this.#maybeProhibited = true
  }

  /** A permission in doubt permits nothing, but its controls count: doubt only tightens. */
  #addPermission(rule: CompiledRule, truth: Truth): void {
    if (truth === FALSE) return
    if (truth === UNKNOWN) this.#maybePermitted = true
    else {
      this.#permitted = true
      if (rule.states.length > 0) this.#reserve(rule)
    }
    this.grant = this.grant.join(rule.grant)
  }

  #reserve({ states }: CompiledRule): void {
    for (const state of states) {
      const reservation = reservationOf(state, this.#run.increments)
      if (reservation !== undefined) this.reservations.push(reservation)
    }
  }

  #standingOf(owner: CompiledPolicy): PolicyStanding {
    this.#standings ??= new Map()
    const known = this.#standings.get(owner)
    if (known !== undefined) return known
    const standing = new PolicyStanding(owner)
    this.#standings.set(owner, standing)
    return standing
  }

  #settleStandings(standings: ReadonlyMap<CompiledPolicy, PolicyStanding>): void {
    for (const standing of standings.values()) {
      if (standing.isVoid) this.#void = true
      this.#addProhibition(standing.prohibited)
      const whole = standing.permitted
      if (whole === FALSE) continue
      for (const { rule, truth } of standing.permits) {
        this.#addPermission(rule, whole === TRUE ? truth : UNKNOWN)
      }
    }
  }

  #outcome(layer: number): number {
    const required = (this.#inputs.request.required & (1 << layer)) !== 0
    if (this.#void) return VOID
    if (this.#prohibited) return PROHIBITED
    if (this.#maybeProhibited) return MAYBE_PROHIBITED
    if (layer === PLATFORM) return this.#inputs.request.action === 0 ? VOID : OK
    if (this.#permitted) return PERMIT
    if (this.#pending) return PENDING
    if (this.#maybePermitted) return MAYBE_PERMITTED
    return required || this.#stated ? NO_PERMIT : SKIPPED
  }
}

function matchesParty({ assignee }: CompiledRule, names: readonly string[]): boolean {
  return assignee === EVERY_PARTY || names.includes(assignee)
}
