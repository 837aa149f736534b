import t from 'tap'
import { type ChangedBox, diffPolicies } from '#policies/analysis/diff'
import type { Finding } from '#policies/analysis/finding'
import { lint } from '#policies/analysis/lint'
import { inputsOfWitness, type Witness } from '#policies/analysis/witness'
import { EVERY_CAPABILITY } from '#policies/capabilities'
import { compile, type Snapshot } from '#policies/compile'
import { countersOf } from '#policies/counters'
import { decide } from '#policies/decide'
import { type Decision, outcomeAt } from '#policies/decision'
import { dutyTermsOf } from '#policies/duties'
import { factsOf } from '#policies/facts'
import type { JsonObject, JsonValue } from '#policies/json-value'
import { loadPolicy } from '#policies/load'
import type { Policy } from '#policies/policy'
import { type RequestFields, requestOf } from '#policies/request'
import { TRUE } from '#policies/truth'
import { LAYERS, type Layer } from '#policies/vocabulary-document'
import {
  ACTIONS,
  ASSET,
  BANK,
  COLLECTION,
  CONTRACT,
  type Dice,
  dice,
  FACTS,
  policies as generated,
  OPERATOR,
  pick,
  SUBJECT,
} from './generator.ts'

/** Policies that stand alone, all in force. */
function alone(documents: readonly JsonObject[]): readonly JsonObject[] {
  return documents.map(({ inheritFrom: _, 'bt:authorizationRef': __, ...rest }) => ({
    ...rest,
    profile: ['https://w3id.org/baotu/policy/v1'],
    conflict: 'prohibit',
    'bt:status': 'active',
  }))
}

function decideWitness(witness: Witness, snapshot: Snapshot, layer: Layer): Decision {
  const { request, facts, counters, capabilities } = inputsOfWitness(witness, snapshot, [layer])
  return decide(request, snapshot, facts, counters, capabilities)
}

/** The rules, as `policy#rule`, that hold at the witness of a finding in its own policy. */
function holdingAt({ witness }: Finding, own: Policy, others: readonly Policy[]): Set<string> {
  const decision = decideWitness(witness as Witness, compile([own, ...others]), own.layer)
  const holding = decision.trace.filter(({ truth }) => truth === TRUE)
  return new Set(holding.map(({ rule }) => rule.owner.policy.id + rule.rule.id))
}

/** Whether the witness of a finding shows what the finding says. */
function shows(finding: Finding, policies: readonly Policy[]): boolean {
  const { code, policy, rule = '', related } = finding
  const own = policies.find(({ id }) => id === policy) as Policy
  const others = policies.filter(({ id }) => id !== policy && related?.startsWith(`${id}#`))
  const holding = holdingAt(finding, own, others)
  switch (code) {
    case 'LINT_UNSATISFIABLE':
    case 'LINT_MIXED_SET':
      return !holding.has(policy + rule)
    case 'LINT_ALWAYS_DENIES':
    case 'LINT_CONTROL_CONFLICT':
      return decideWitness(finding.witness as Witness, compile([own]), own.layer).code !== 'PERMIT'
    case 'LINT_SHADOWED':
    case 'LINT_EQUIVALENT':
      return holding.has(policy + rule) && holding.has(related ?? '')
    default:
      return holding.has(policy + rule)
  }
}

t.test('every witness shows its finding', async (t) => {
  const counts = new Map<string, number>()
  for (let seed = 1; seed <= 150; seed++) {
    const policies = alone(generated(dice(seed))).map((document) => loadPolicy(document))
    const sequences = JSON.stringify(policies).includes('andSequence')
    for (const finding of lint(policies, { now: Date.UTC(2026, 5, 1) })) {
      // A prohibition on a sequence of events may be in doubt where everything else is known.
      if (sequences && (finding.code === 'LINT_REDUNDANT' || finding.related !== undefined))
        continue
      counts.set(finding.code, (counts.get(finding.code) ?? 0) + 1)
      if (!shows(finding, policies)) t.fail(`seed ${seed}: ${JSON.stringify(finding)}`)
    }
  }
  t.ok(counts.size >= 12, JSON.stringify([...counts]))
})

/** Two sets of policies of which one has a policy with other rules. */
function twoVersions(roll: Dice): readonly [readonly Policy[], readonly Policy[]] {
  const before = alone(generated(roll))
  const other = pick(roll, generated(roll))
  const changed = Math.floor(roll() * before.length)
  const after = before.map((document, at) =>
    at === changed ? mixed(roll, document, other) : document,
  )
  const load = (documents: readonly JsonObject[]) => documents.map((one) => loadPolicy(one))
  return [load(before), load(after)]
}

function mixed(roll: Dice, document: JsonObject, other: JsonObject): JsonObject {
  const rules = Object.fromEntries(
    ['permission', 'prohibition'].flatMap((name) => {
      const from = roll() < 0.6 ? other : document
      return from[name] === undefined ? [] : [[name, from[name]]]
    }),
  )
  const { permission: _, prohibition: __, ...head } = document
  return Object.keys(rules).length === 0 ? document : { ...head, ...rules }
}

function anyRequest(roll: Dice): readonly [RequestFields, Record<string, JsonValue>] {
  const facts = Object.entries(FACTS).map(([name, values]) => [name, pick(roll, values)] as const)
  const fields: RequestFields = {
    action: pick(roll, ACTIONS),
    target: ASSET,
    collections: [COLLECTION],
    assignee: pick(roll, [BANK, OPERATOR]),
    authorization: CONTRACT,
    subject: SUBJECT,
    layers: ['platform'],
  }
  return [fields, Object.fromEntries(facts)]
}

/** Counters under which every duty that must come first has been performed. */
function performed(policies: readonly Policy[]) {
  const keys = policies.flatMap((policy) =>
    policy.rules.flatMap((rule) =>
      dutyTermsOf(rule.effect === 'permit' ? rule : undefined, policy).map(({ key }) => key),
    ),
  )
  return countersOf({}, Object.fromEntries(keys.map((key) => [key, 'fulfilled' as const])))
}

const permitsAt = (decision: Decision, layer: Layer) => {
  const outcome = outcomeAt(decision.judged.outcomes, LAYERS.indexOf(layer))
  return outcome === (layer === 'platform' ? 'ok' : 'PERMIT')
}

t.test('boxes of a diff: requests inside turn, requests outside do not', async (t) => {
  const seen = { witnesses: 0, turned: 0 }
  for (let seed = 1; seed <= 150; seed++) {
    const roll = dice(seed * 7919)
    const [before, after] = twoVersions(roll)
    const { widened, narrowed } = diffPolicies(before, after)
    const [old, next] = [compile(before), compile(after)]
    const check = (boxes: readonly ChangedBox[], on: Snapshot, off: Snapshot) => {
      for (const { witness, layer, policy, rule } of boxes) {
        seen.witnesses++
        const turns =
          permitsAt(decideWitness(witness, on, layer), layer) &&
          !permitsAt(decideWitness(witness, off, layer), layer)
        if (!turns) t.fail(`seed ${seed}: ${policy}${rule} ${JSON.stringify(witness)}`)
      }
    }
    check(widened, next, old)
    check(narrowed, old, next)
    const counters = performed([...before, ...after])
    for (let request = 0; request < 40; request++) {
      const [fields, facts] = anyRequest(roll)
      const [was, is] = [old, next].map((snapshot) =>
        decide(requestOf(fields), snapshot, factsOf(facts), counters, EVERY_CAPABILITY),
      ) as [Decision, Decision]
      for (const layer of LAYERS) {
        if (permitsAt(was, layer) === permitsAt(is, layer)) continue
        seen.turned++
        const told = permitsAt(is, layer) ? widened : narrowed
        const found = told.some((box) => box.layer === layer)
        if (!found && wasAsked(was, is, layer)) t.fail(`seed ${seed}: ${layer} turned unnoticed`)
      }
    }
  }
  t.ok(seen.witnesses > 300 && seen.turned > 300, JSON.stringify(seen))
})

/** A layer without any rule on the request is passed over, not decided. */
function wasAsked(was: Decision, is: Decision, layer: Layer): boolean {
  const at = LAYERS.indexOf(layer)
  return [was, is].every(({ judged }) => outcomeAt(judged.outcomes, at) !== 'skipped')
}

function consent(id: string, rules: JsonObject): Policy {
  return loadPolicy({
    profile: ['https://w3id.org/baotu/policy/v1'],
    conflict: 'prohibit',
    '@type': 'Agreement',
    '@id': id,
    'bt:layer': 'consent',
    'bt:version': '1.0.0',
    'bt:status': 'active',
    target: SUBJECT,
    assigner: 'did:web:firm.example',
    assignee: BANK,
    ...rules,
  })
}

t.test('a prohibition lifted in one consent widens another of the same subject', async (t) => {
  const grant = consent('urn:bt:consent:1', { permission: [{ '@id': '#p', action: 'bt:score' }] })
  const no = (action: string) =>
    consent('urn:bt:consent:2', { prohibition: [{ '@id': '#d', action }] })
  const { widened } = diffPolicies([grant, no('bt:score')], [grant, no('bt:export')])
  t.match(widened, [{ policy: 'urn:bt:consent:1', rule: '#p', witness: { action: 'bt:score' } }])
})

t.test('a permission that no use can meet is found, and widens nothing', async (t) => {
  const permit = (constraint: JsonObject) =>
    consent('urn:bt:consent:1', {
      permission: [{ '@id': '#p', action: 'bt:score', constraint: [constraint] }],
    })
  const none = permit({ leftOperand: 'count', operator: 'lt', rightOperand: 1 })
  const level = { leftOperand: 'bt:dataLevel', operator: 'lt', rightOperand: 4 }
  const sequence = permit({ andSequence: [level] })
  for (const policy of [none, sequence]) {
    const found = lint([policy]).find(({ code }) => code === 'LINT_UNSATISFIABLE')
    t.match(found, { pointer: '/permission/0/constraint/0', severity: 'error' })
    t.equal(diffPolicies([], [policy]).widened.length, 0)
  }
  const once = permit({ leftOperand: 'count', operator: 'lteq', rightOperand: 1 })
  t.equal(diffPolicies([none], [once]).widened.length, 1)
})
