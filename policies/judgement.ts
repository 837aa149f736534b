import type { Capabilities } from './capabilities.ts'
import type { Check } from './checks.ts'
import {
  type CompiledPolicy,
  type CompiledRule,
  EVERY_ASSET,
  EVERY_PARTY,
  type RuleList,
  type Snapshot,
} from './compiled.ts'
import { ControlSet } from './control-set.ts'
import type { Counters } from './counters.ts'
import { type DecisionInputs, type Judged, JudgedRule, OUTCOMES, type Outcome } from './decision.ts'
import type { DutyTerm } from './duties.ts'
import type { Facts } from './facts.ts'
import { PolicyStanding } from './policy-standing.ts'
import type { DecisionRequest } from './request.ts'
import { FALSE, TRUE, type Truth, UNKNOWN } from './truth.ts'
import { LAYERS } from './vocabulary-document.ts'

const PLATFORM = LAYERS.indexOf('platform')
const CONTRACT = LAYERS.indexOf('contract')

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

/** What a layer has shown, one bit each. */
const SEEN_PROHIBITED = 1
const SEEN_MAYBE_PROHIBITED = 2
const SEEN_PERMITTED = 4
const SEEN_MAYBE_PERMITTED = 8
const SEEN_PENDING = 16
const SEEN_VOID = 32
const SEEN_PERMISSION = 64
const BITS = 7

const NO_RULES: readonly CompiledRule[] = []

/** Judges every rule that applies to one request and gathers what the permits bring. */
export class Judgement implements Judged, DecisionInputs {
  last: JudgedRule | undefined
  controls: ControlSet = ControlSet.NONE
  outcomes = 0
  readonly request: DecisionRequest
  readonly snapshot: Snapshot
  readonly facts: Facts
  readonly counters: Counters
  readonly capabilities: Capabilities
  /** Seven bits per layer: the ceiling layers in one number, contract and consent in the other. */
  #ceilings = 0
  #leaves = 0
  #standings: Map<CompiledPolicy, PolicyStanding> | undefined

  constructor(
    request: DecisionRequest,
    snapshot: Snapshot,
    facts: Facts,
    counters: Counters,
    capabilities: Capabilities,
  ) {
    this.request = request
    this.snapshot = snapshot
    this.facts = facts
    this.counters = counters
    this.capabilities = capabilities
  }

  /** Judges all layers and answers the position of the first that does not permit, or -1. */
  judgeLayers(): number {
    this.#judgeCeilings()
    const { authorization, subject } = this.request.fields
    if (authorization !== undefined) this.#judgeContract(authorization)
    if (subject !== undefined) this.#judgeConsent(subject)
    if (this.#standings !== undefined) this.#settleStandings(this.#standings)
    return this.#firstFailing()
  }

  /** Rules on every asset, on the asset, on each of its collections. */
  #judgeCeilings(): void {
    const { request, snapshot } = this
    const { action, targets } = request
    const everywhere = snapshot.everywhere[action]
    if (everywhere !== undefined) this.#judgeList(everywhere)
    for (let at = 0; at < targets.length; at++) {
      const list = snapshot.byTarget.get(targets[at] as string)?.[action]
      if (list !== undefined) this.#judgeList(list)
    }
  }

  #judgeList({ rules, byAssignee }: RuleList): void {
    const names = this.request.authorities
    if (byAssignee !== undefined) this.#judgeByAssignee(byAssignee, names)
    else {
      for (let at = 0; at < rules.length; at++) {
        const rule = rules[at] as CompiledRule
        if (matchesParty(rule, names)) this.#judge(rule)
      }
    }
  }

  #judgeByAssignee(
    byAssignee: ReadonlyMap<string, readonly CompiledRule[]>,
    names: readonly string[],
  ): void {
    for (const rule of byAssignee.get(EVERY_PARTY) ?? NO_RULES) this.#judge(rule)
    for (const name of names) {
      if (name === EVERY_PARTY) continue
      for (const rule of byAssignee.get(name) ?? NO_RULES) this.#judge(rule)
    }
  }

  /** One scenario, one authorisation: only the contract that the request names. */
  #judgeContract(authorization: string): void {
    const { request, snapshot } = this
    for (const rule of snapshot.byPolicy.get(authorization) ?? NO_RULES) {
      const covered = rule.layer === CONTRACT && (rule.covers & (1 << request.action)) !== 0
      const applies = covered && isTarget(rule, request.targets)
      if (applies && matchesParty(rule, request.parties)) this.#judge(rule)
    }
  }

  /** Consent is about the subject, never about an asset. */
  #judgeConsent(subject: string): void {
    const { request, snapshot } = this
    const { consent } = request.fields
    const list = snapshot.bySubject.get(subject)?.[request.action]
    for (const rule of list?.rules ?? NO_RULES) {
      const named = consent === undefined || rule.owner.policy.id === consent
      if (named && matchesParty(rule, request.parties)) this.#judge(rule)
    }
  }

  /** K3-AND of the constraints. */
  #judge(rule: CompiledRule): void {
    const { checks } = rule
    const { slots } = this.facts
    const count = this.capabilities.unlimited ? rule.reading : checks.length
    let truth: Truth = TRUE
    for (let at = 0; at < count; at++) {
      const one = (checks[at] as Check)(slots, this)
      if (one === TRUE) continue
      truth = one
      if (one === FALSE) break
    }
    const { preDuties } = rule
    if (preDuties !== undefined && truth !== FALSE) {
      truth = this.#judgeDuties(preDuties, rule.layer, truth)
    }
    this.last = new JudgedRule(rule, truth, this.last)
    if (rule.special) this.#standingOf(rule.owner).add(this.last)
    else if (rule.prohibits) this.#addProhibition(rule.layer, truth)
    else this.#addPermission(this.last, truth)
  }

  /** A duty that must come first: not performed yet leaves the permission pending. */
  #judgeDuties(preDuties: readonly DutyTerm[], layer: number, truth: Truth): Truth {
    let result = truth
    for (const { key } of preDuties) {
      const state = this.counters.duties.get(key)
      if (state === 'violated') return FALSE
      if (state === undefined && truth === TRUE) {
        this.#note(layer, SEEN_PENDING)
        result = UNKNOWN
      }
    }
    return result
  }

  #note(layer: number, seen: number): void {
    if (layer < CONTRACT) this.#ceilings |= seen << (layer * BITS)
    else this.#leaves |= seen << ((layer - CONTRACT) * BITS)
  }

  #addProhibition(layer: number, truth: Truth): void {
    if (truth === TRUE) this.#note(layer, SEEN_PROHIBITED)
    else if (truth === UNKNOWN) this.#note(layer, SEEN_MAYBE_PROHIBITED)
  }

  /** A permission in doubt permits nothing, but its controls count: doubt only tightens. */
  #addPermission(judged: JudgedRule, truth: Truth): void {
    const { layer, controls } = judged.rule
    if (truth === FALSE) this.#note(layer, SEEN_PERMISSION)
    else {
      this.#note(layer, truth === TRUE ? SEEN_PERMITTED : SEEN_MAYBE_PERMITTED)
      judged.grants = truth
      this.controls = this.controls.meet(controls)
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
    for (const [{ policy }, standing] of standings) {
      const layer = LAYERS.indexOf(policy.layer)
      if (standing.isVoid) this.#note(layer, SEEN_VOID)
      this.#addProhibition(layer, standing.prohibited)
      const whole = standing.permitted
      if (standing.statesPermission) this.#note(layer, SEEN_PERMISSION)
      if (whole === FALSE) continue
      for (const judged of standing.permits) {
        this.#addPermission(judged, whole === TRUE ? judged.truth : UNKNOWN)
      }
    }
  }

  #firstFailing(): number {
    let [failing, outcomes] = [-1, 0]
    for (let layer = 0; layer < LAYERS.length; layer++) {
      const result = this.#outcome(layer)
      outcomes |= result << (layer * 4)
      if (result > PERMIT && failing < 0) failing = layer
    }
    this.outcomes = outcomes
    return failing
  }

  #outcome(layer: number): number {
    const seen =
      layer < CONTRACT
        ? this.#ceilings >> (layer * BITS)
        : this.#leaves >> ((layer - CONTRACT) * BITS)
    const { required, action } = this.request
    if (seen === 0 && layer !== PLATFORM)
      return (required & (1 << layer)) === 0 ? SKIPPED : NO_PERMIT
    if ((seen & SEEN_VOID) !== 0) return VOID
    if ((seen & SEEN_PROHIBITED) !== 0) return PROHIBITED
    if ((seen & SEEN_MAYBE_PROHIBITED) !== 0) return MAYBE_PROHIBITED
    if (layer === PLATFORM) return action < 0 ? VOID : OK
    if ((seen & SEEN_PERMITTED) !== 0) return PERMIT
    if ((seen & SEEN_PENDING) !== 0) return PENDING
    if ((seen & SEEN_MAYBE_PERMITTED) !== 0) return MAYBE_PERMITTED
    const mustSpeak = (required & (1 << layer)) !== 0 || (seen & SEEN_PERMISSION) !== 0
    return mustSpeak ? NO_PERMIT : SKIPPED
  }
}

function isTarget({ target }: CompiledRule, targets: readonly string[]): boolean {
  return target === EVERY_ASSET || targets.includes(target)
}

function matchesParty({ assignee }: CompiledRule, names: readonly string[]): boolean {
  if (assignee === EVERY_PARTY) return true
  for (let at = 0; at < names.length; at++) {
    if (names[at] === assignee) return true
  }
  return false
}
