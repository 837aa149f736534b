import { type Digest, digestOf } from '#crypto/digest'
import { attestedOnly } from './attested.ts'
import { constraintForm } from './canonical-policy.ts'
import { judgeAlone, type Run } from './checks.ts'
import type { CompiledRule } from './compiled.ts'
import { decide } from './decide.ts'
import {
  type Decision,
  type DecisionInputs,
  type JudgedRule,
  type Outcome,
  outcomeAt,
} from './decision.ts'
import { withoutFacts } from './facts.ts'
import { type JsonObject, type JsonValue, member } from './json-value.ts'
import { type Nearest, nearestPermit } from './nearest.ts'
import type { Atom, Constraint } from './policy.ts'
import { TRUE, UNKNOWN } from './truth.ts'
import { literalOf, type Value } from './value.ts'
import type { Operand } from './vocabulary.ts'
import { LAYERS, type Layer } from './vocabulary-document.ts'

/** Who will read the record: the provider's own people, or the party that asked. */
export type Audience = 'provider' | 'consumer'

export type Truthful = 'T' | 'F' | 'U'

/** One condition: `left op right`, what was read, and its truth; or a compound of such. */
export interface ConstraintTrace {
  readonly k3: Truthful
  readonly left?: string
  readonly op?: string
  readonly right?: JsonValue
  readonly unit?: string
  /** The value that was read; `redacted` where the audience may not see it; absent if unknown. */
  readonly value?: JsonValue
  readonly source?: string
  readonly phase?: string
  readonly compound?: 'and' | 'or' | 'xone' | 'andSequence'
  readonly parts?: readonly ConstraintTrace[]
}

export interface RuleTrace {
  readonly rule: string
  readonly policy: string
  readonly version: string
  readonly effect: 'permit' | 'prohibit'
  readonly state: 'active' | 'inactive' | 'unknown'
  readonly constraints: readonly ConstraintTrace[]
}

export interface LayerTrace {
  readonly layer: Layer
  readonly result: Outcome
  readonly rules: readonly RuleTrace[]
}

/** The decision record (裁决记录) of policy profile 5.5, before it is chained to the evidence. */
export interface DecisionRecord {
  /** Digest of everything else in the record. */
  readonly id: Digest
  /** Milliseconds since the epoch that the request states; null where it states none. */
  readonly ts: number | null
  readonly snapshot: Digest
  readonly request: Digest
  readonly decision: 'permit' | 'deny'
  readonly code: string
  readonly layer: Layer | null
  readonly layers: readonly LayerTrace[]
  readonly controls: JsonObject
  readonly duties: readonly JsonObject[]
  readonly attestedOnly: readonly string[]
  readonly nearest: Nearest | null
}

/**
 * Expands a decision into its record: every judged rule with every constraint, its value and truth.
 * For the consumer, a refusal is told as if nobody knew the provider-only facts: it is decided again
 * without them, so two worlds that differ only in such facts give the same bytes, and it never
 * says more than the asker may know. Removing facts cannot turn a refusal into a permit.
 */
export function explain(decision: Decision, audience: Audience): DecisionRecord {
  const told = audience === 'consumer' ? asToldToConsumer(decision) : decision
  const content = recordContent(told, audience)
  return { id: digestOf('baotu/decision/v1', content as unknown as JsonValue), ...content }
}

/** Decides again over public facts only. */
function asToldToConsumer(decision: Decision): Decision {
  const { request, snapshot, facts, counters, capabilities } = decision.inputs
  if (decision.decision === 'permit') return decision
  const knows = counters.knows.map((known, at) =>
    snapshot.vocabulary.list[at]?.visibility === 'provider-only' ? 0 : known,
  )
  const publicFacts = withoutFacts(facts, isProviderOnly)
  return decide(request, snapshot, publicFacts, { ...counters, knows }, capabilities)
}

function recordContent(decision: Decision, audience: Audience): Omit<DecisionRecord, 'id'> {
  const { request, snapshot, facts } = decision.inputs
  const now = facts.slots[snapshot.vocabulary.operands.get('dateTime')?.index ?? -1]
  const silent = audience === 'consumer' && decision.decision === 'permit'
  return {
    ts: typeof now === 'number' ? now : null,
    snapshot: snapshot.digest,
    request: digestOf('baotu/decision-request/v1', plain(request.fields)),
    decision: decision.decision,
    code: decision.code,
    layer: decision.layer ?? null,
    layers: LAYERS.map((layer, at) => ({
      layer,
      result: outcomeAt(decision.judged.outcomes, at),
      rules: silent ? [] : rulesOf(decision, at, audience),
    })),
    controls: shownControls(decision, audience),
    duties: decision.duties.map(({ key: _, ...duty }) => plain(duty)),
    attestedOnly: attestedOnly(decision),
    nearest: decision.decision === 'permit' ? null : nearestPermit(decision, audience),
  }
}

function rulesOf(decision: Decision, layer: number, audience: Audience): readonly RuleTrace[] {
  return decision.trace
    .filter(({ rule }) => rule.layer === layer)
    .map((judged) => traceRule(judged, decision.inputs, audience))
}

function traceRule(
  { rule, truth }: JudgedRule,
  run: DecisionInputs,
  audience: Audience,
): RuleTrace {
  const { policy } = rule.owner
  return {
    rule: rule.rule.id,
    policy: policy.id,
    version: policy.version,
    effect: rule.rule.effect,
    state: truth === TRUE ? 'active' : truth === UNKNOWN ? 'unknown' : 'inactive',
    constraints: rule.constraints.map((constraint) =>
      traceConstraint(constraint, rule, run, audience),
    ),
  }
}

function traceConstraint(
  constraint: Constraint,
  rule: CompiledRule,
  run: DecisionInputs,
  audience: Audience,
): ConstraintTrace {
  const truth = judgeAlone(constraint, rule.key, run.snapshot.vocabulary, run)
  const k3 = truth === TRUE ? 'T' : truth === UNKNOWN ? 'U' : 'F'
  if (constraint.kind === 'atom') return { ...traceAtom(constraint, run, audience), k3 }
  const parts = constraint.parts.map((part) => traceConstraint(part, rule, run, audience))
  return { compound: constraint.kind, k3, parts }
}

/** The bound itself is hidden where it is confidential (the p of p %, the share of dominance). */
function traceAtom(atom: Atom, run: Run, audience: Audience): Omit<ConstraintTrace, 'k3'> {
  const { operand, operator, unit } = atom
  const hidden = audience === 'consumer' && isProviderOnly(operand)
  const value = valueShown(operand, run.facts.slots[operand.index], audience)
  return {
    left: operand.name,
    op: operator,
    right: hidden ? 'redacted' : (member(constraintForm(atom), 'rightOperand') ?? null),
    ...(unit === undefined ? {} : { unit }),
    ...(value === undefined ? {} : { value }),
    source: operand.source,
    phase: operand.phase,
  }
}

function valueShown(
  operand: Operand,
  value: Value | undefined,
  audience: Audience,
): JsonValue | undefined {
  if (value === undefined) return undefined
  if (isProviderOnly(operand) && audience === 'consumer') return 'redacted'
  const literal = typeof value === 'object' ? value : literalOf(operand, value)
  return operand.visibility === 'hash-only' ? digestOf('baotu/fact/v1', literal) : literal
}

function shownControls(decision: Decision, audience: Audience): JsonObject {
  const hidden = ({ operand }: { operand: Operand }) =>
    audience === 'consumer' && isProviderOnly(operand)
  const names = decision.controlSet.bounds.filter((bound) => !hidden(bound))
  return Object.fromEntries(
    names.map(({ operand }) => [operand.name, decision.controls[operand.name] ?? null]),
  )
}

function isProviderOnly({ visibility }: Operand): boolean {
  return visibility === 'provider-only'
}

/** A value of plain data as JSON: absent members left out. */
function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject
}
