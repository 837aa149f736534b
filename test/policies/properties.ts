import { type Capabilities, EVERY_CAPABILITY } from '#policies/capabilities'
import { compile, type Snapshot } from '#policies/compile'
import { type Counters, countersOf } from '#policies/counters'
import { decide } from '#policies/decide'
import type { Decision } from '#policies/decision'
import { type ConstraintTrace, type DecisionRecord, explain } from '#policies/explain'
import { type FactValues, factsOf } from '#policies/facts'
import type { JsonObject, JsonValue } from '#policies/json-value'
import { loadPolicy } from '#policies/load'
import { type RequestFields, requestOf } from '#policies/request'
import { FALSE, TRUE } from '#policies/truth'
import { VOCABULARY } from '#policies/vocabulary'
import type { Layer } from '#policies/vocabulary-document'
import {
  ACTIONS,
  ASSET,
  BANK,
  COLLECTION,
  CONTRACT,
  type Dice,
  dice,
  FACTS,
  OPERATOR,
  pick,
  prohibitions,
  facts as rollFacts,
  policies as rollPolicies,
  SUBJECT,
} from './generator.ts'
import { oracle } from './oracle.ts'

/** One generated set of policies, and what the laws compare it with. */
interface PolicySet {
  readonly documents: readonly JsonObject[]
  readonly snapshot: Snapshot
  /** The same policies compiled once more. */
  readonly again: Snapshot
  /** The same policies, every list written the other way round. */
  readonly turned: Snapshot
  /** With one more policy of prohibitions. */
  readonly narrowed: Snapshot
}

/** One generated case: a set of policies and a request to it. */
interface Case {
  readonly set: PolicySet
  readonly snapshot: Snapshot
  readonly request: RequestFields
  readonly facts: FactValues
  readonly used: number
  readonly roll: Dice
}

/** A law that every case keeps; it answers what broke it, or undefined. */
type Law = (one: Case, decision: Decision) => string | undefined

const REQUESTS_PER_SET = 20
const LAYERS: readonly Layer[] = ['comprehensive', 'domain', 'owner', 'contract', 'consent']

/** The laws of policy profile 5.4, by name. */
export const LAWS: Readonly<Record<string, Law>> = {
  'agrees with the oracle': agreesWithOracle,
  'default deny': defaultDeny,
  'deny-monotone': denyMonotone,
  'knowledge-monotone': knowledgeMonotone,
  'layer-monotone': layerMonotone,
  'order-independent': orderIndependent,
  'controls at least as strict as each contributor': controlsStrict,
  'replay byte-identical': replayIdentical,
  'trace sufficient': traceSufficient,
  'a missing resolver never permits': resolversMatter,
  'a refusal tells the consumer nothing provider-only': refusalsBlind,
}

export interface PropertyReport {
  readonly cases: number
  readonly permits: number
  /** Law, seed of the set of policies, request number, what broke. */
  readonly violations: readonly string[]
}

/** Checks every law on `cases` generated cases, twenty requests to each set of policies. */
export function checkProperties(cases: number, firstSeed = 1): PropertyReport {
  const violations: string[] = []
  let permits = 0
  for (let done = 0, seed = firstSeed; done < cases; seed++) {
    const roll = dice(seed)
    const set = rollSet(roll)
    for (let request = 0; request < REQUESTS_PER_SET && done < cases; request++, done++) {
      const one = rollCase(set, roll)
      const decision = decideCase(one)
      if (decision.decision === 'permit') permits++
      for (const [name, law] of Object.entries(LAWS)) {
        const broken = law(one, decision)
        if (broken !== undefined)
          violations.push(`${name}: seed ${seed} request ${request}: ${broken}`)
      }
    }
  }
  return { cases, permits, violations }
}

function rollSet(roll: Dice): PolicySet {
  const documents = rollPolicies(roll)
  const policies = documents.map((document) => loadPolicy(document))
  const turned = documents.map((document) => loadPolicy(turnRound(document))).reverse()
  const more = loadPolicy({ ...prohibitions(roll, 99), '@id': 'urn:bt:policy:more' })
  return {
    documents,
    snapshot: compile(policies),
    again: compile(policies),
    turned: compile(turned),
    narrowed: compile([...policies, more]),
  }
}

function rollCase(set: PolicySet, roll: Dice): Case {
  const request = {
    action: pick(roll, ACTIONS),
    target: ASSET,
    collections: [COLLECTION],
    assignee: BANK,
    operator: OPERATOR,
    subject: SUBJECT,
    authorization: CONTRACT,
    layers: ['platform' as Layer, ...LAYERS.filter(() => roll() < 0.25)],
  }
  const used = Math.floor(roll() * 4)
  return { set, snapshot: set.snapshot, request, facts: rollFacts(roll), used, roll }
}

interface Change {
  readonly snapshot?: Snapshot
  readonly request?: RequestFields
  readonly facts?: FactValues
  readonly counters?: Counters
  readonly capabilities?: Capabilities
}

function decideCase(one: Case, change: Change = {}): Decision {
  return decide(
    requestOf(change.request ?? one.request),
    change.snapshot ?? one.snapshot,
    factsOf(change.facts ?? one.facts),
    change.counters ?? countersOf({ count: one.used }),
    change.capabilities ?? EVERY_CAPABILITY,
  )
}

function agreesWithOracle(one: Case, { code, layer }: Decision): string | undefined {
  const answer = oracle(one.set.documents, one.request, one.facts, one.used)
  if (answer.code === code && answer.layer === layer) return undefined
  return `${code} ${layer}, the oracle says ${answer.code} ${answer.layer}`
}

function defaultDeny(one: Case, decision: Decision): string | undefined {
  if (decision.decision === 'deny') return undefined
  const granting = decision.trace.filter(({ grants, truth }) => grants !== FALSE && truth === 1)
  const layers = new Set(granting.map(({ rule }) => rule.owner.policy.layer))
  const silent = one.request.layers?.find((layer) => layer !== 'platform' && !layers.has(layer))
  return silent === undefined ? undefined : `permitted although ${silent} permits nothing`
}

function denyMonotone(one: Case, { decision }: Decision): string | undefined {
  if (decision === 'permit') return undefined
  const after = decideCase(one, { snapshot: one.set.narrowed })
  return after.decision === 'permit' ? 'a prohibition turned a refusal into a permit' : undefined
}

function knowledgeMonotone(one: Case, decision: Decision): string | undefined {
  for (const name of Object.keys(one.facts)) {
    const { [name]: _, ...rest } = one.facts
    const after = decideCase(one, { facts: rest })
    if (decision.decision === 'deny' && after.decision === 'permit')
      return `permits without ${name}`
    if (decision.decision === 'permit' && after.decision === 'permit') {
      const met = after.controlSet.meet(decision.controlSet)
      if (met.key !== after.controlSet.key) return `controls are looser without ${name}`
    }
  }
  return undefined
}

function layerMonotone(one: Case, { decision }: Decision): string | undefined {
  if (decision === 'permit') return undefined
  const layers = [...new Set([...(one.request.layers ?? []), pick(one.roll, LAYERS)])]
  const after = decideCase(one, { request: { ...one.request, layers } })
  return after.decision === 'permit' ? 'one more required layer permits' : undefined
}

function orderIndependent(one: Case, decision: Decision): string | undefined {
  const after = decideCase(one, { snapshot: one.set.turned })
  return record(decision) === record(after) ? undefined : 'the order of writing changed the record'
}

/** The same policy with every array of rules and constraints the other way round. */
function turnRound(document: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => [
      name,
      ORDERLESS.has(name) ? turned(value) : value,
    ]),
  )
}

const ORDERLESS = new Set([
  'permission',
  'prohibition',
  'constraint',
  'and',
  'or',
  'xone',
  'rightOperand',
])

function turned(value: JsonValue): JsonValue {
  if (!Array.isArray(value)) return value
  const items = value as readonly JsonValue[]
  return items
    .map((item) =>
      typeof item === 'object' && item !== null && !Array.isArray(item)
        ? turnRound(item as JsonObject)
        : item,
    )
    .reverse()
}

function controlsStrict(_: Case, decision: Decision): string | undefined {
  const { controlSet } = decision
  if (decision.decision === 'deny')
    return controlSet.bounds.length === 0 ? undefined : 'a refusal has controls'
  const looser = decision.trace.find(
    ({ rule, grants }) => grants !== FALSE && controlSet.meet(rule.controls).key !== controlSet.key,
  )
  return looser === undefined ? undefined : `looser than ${looser.rule.key}`
}

function replayIdentical(one: Case, decision: Decision): string | undefined {
  const again = decideCase(one, { snapshot: one.set.again })
  return record(decision) === record(again) ? undefined : 'deciding again gave other bytes'
}

/** The facts that the trace names are all that the decision rests on. */
function traceSufficient(one: Case, decision: Decision): string | undefined {
  const { layers }: DecisionRecord = JSON.parse(record(decision))
  const named = new Set(
    layers.flatMap(({ rules }) =>
      rules.flatMap(({ constraints }) => constraints.flatMap(operands)),
    ),
  )
  const kept = Object.fromEntries(Object.entries(one.facts).filter(([name]) => named.has(name)))
  const after = decideCase(one, { facts: kept })
  const equal =
    after.code === decision.code &&
    after.layer === decision.layer &&
    after.controlSet.key === decision.controlSet.key
  return equal ? undefined : `${decision.code} became ${after.code}`
}

function operands({ left, parts = [] }: ConstraintTrace): readonly string[] {
  return left === undefined ? parts.flatMap(operands) : [left]
}

const CONTROLS = VOCABULARY.list.filter(({ kind }) => kind === 'control')

function resolversMatter(one: Case, decision: Decision): string | undefined {
  const noLedger = decideCase(one, { counters: countersOf({ count: one.used }, {}, []) })
  if (decision.decision === 'deny' && noLedger.decision === 'permit')
    return 'permits without a ledger'
  const needed = decision.trace.filter(
    ({ rule, grants }) => grants === TRUE && rule.owner.policy.layer !== 'platform',
  )
  const counted = needed.length > 0 && needed.every(({ rule }) => rule.states.length > 0)
  if (counted && noLedger.decision === 'permit') return 'counts without a ledger'
  const control = pick(one.roll, CONTROLS)
  const honours = EVERY_CAPABILITY.honours.map((able, at) => (at === control.index ? 2 : able))
  const capabilities = { ...EVERY_CAPABILITY, honours, unlimited: false }
  const undeclared = decideCase(one, { capabilities })
  if (decision.decision === 'deny' && undeclared.decision === 'permit')
    return 'permits without an ability'
  const imposed = decision.controlSet.bounds.some(({ operand }) => operand === control)
  return imposed && undeclared.decision === 'permit'
    ? `imposes ${control.name} on an executor that is silent`
    : undefined
}

function refusalsBlind(one: Case, decision: Decision): string | undefined {
  if (decision.decision === 'permit') return undefined
  const name = 'bt:queryOverlap'
  const told = JSON.stringify(explain(decision, 'consumer'))
  for (const value of [undefined, pick(one.roll, FACTS[name] ?? [])]) {
    const other = decideCase(one, { facts: { ...one.facts, [name]: value } })
    if (other.decision === 'permit') continue
    const toldToo = JSON.stringify(explain(other, 'consumer'))
    if (told !== toldToo) return `differs when ${name} is ${value}`
  }
  return undefined
}

const records = new WeakMap<Decision, string>()

/** The bytes of the whole record, remembered for the laws that compare them. */
function record(decision: Decision): string {
  const known = records.get(decision) ?? JSON.stringify(explain(decision, 'provider'))
  records.set(decision, known)
  return known
}
