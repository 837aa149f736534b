import { createRequire } from 'node:module'
import { createMongoAbility, type MongoAbility, type RawRuleOf } from '@casl/ability'
import { newEnforcer, newModelFromString } from 'casbin'
import type { RulesLogic } from 'json-logic-js'
import type { BenchRequest, BenchRule } from './workload.ts'

// json-logic-js is a script module whose named exports only `require` sees.
const require = createRequire(import.meta.url)
const { add_operation, apply }: typeof import('json-logic-js') = require('json-logic-js')

const CASBIN_MODEL = `
[request_definition]
r = sub, obj, act, ctx
[policy_definition]
p = sub, obj, act, purposes, from, to, distance, uses, level, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.obj == p.obj && r.act == p.act && ((p.eft == "deny" && r.ctx.level >= p.level) || (p.eft == "allow" && r.sub == p.sub && has(p.purposes, r.ctx.purpose) && r.ctx.nowMs >= p.from && r.ctx.nowMs < p.to && r.ctx.distance >= p.distance && r.ctx.used < p.uses))
`

/** casbin with its synchronous enforcer; one policy line per rule. */
export async function casbin(
  rules: readonly BenchRule[],
): Promise<(request: BenchRequest) => boolean> {
  const enforcer = await newEnforcer(newModelFromString(CASBIN_MODEL))
  enforcer.addFunction('has', (list: string, item: string) => list.split(' ').includes(item))
  await enforcer.addPolicies(rules.map(casbinLine))
  return (request) => enforcer.enforceSync(request.party, request.asset, request.action, request)
}

function casbinLine(rule: BenchRule): string[] {
  const { asset, action } = rule
  if (rule.effect === 'forbid') {
    return ['*', asset, action, '-', '0', '0', '0', '0', String(rule.level), 'deny']
  }
  const { party, purposes, fromMs, toMs, distance, uses } = rule
  const numbers = [fromMs, toMs, distance, uses].map(String)
  return [party, asset, action, purposes.join(' '), ...numbers, '0', 'allow']
}

/** json-logic-js: one expression for all rules, interpreted per request. */
export function jsonLogic(rules: readonly BenchRule[]): (request: BenchRequest) => boolean {
  add_operation('has', (list: readonly string[], item: string) => list.includes(item))
  const forbids = rules.filter((rule) => rule.effect === 'forbid').map(jsonLogicRule)
  const permits = rules.filter((rule) => rule.effect === 'permit').map(jsonLogicRule)
  const logic = { and: [{ '!': [{ or: [false, ...forbids] }] }, { or: [false, ...permits] }] }
  return (request) => apply(logic as RulesLogic, request) === true
}

function jsonLogicRule(rule: BenchRule): object {
  const is = (name: string, value: string) => ({ '===': [{ var: name }, value] })
  const scope = [is('asset', rule.asset), is('action', rule.action)]
  if (rule.effect === 'forbid') return { and: [...scope, { '>=': [{ var: 'level' }, rule.level] }] }
  return {
    and: [
      ...scope,
      is('party', rule.party),
      { in: [{ var: 'purpose' }, rule.purposes] },
      { '<=': [rule.fromMs, { var: 'nowMs' }] },
      { '<': [{ var: 'nowMs' }, rule.toMs] },
      { '>=': [{ var: 'distance' }, rule.distance] },
      { '<': [{ var: 'used' }, rule.uses] },
    ],
  }
}

/** CASL with the asset as subject type, which is its index. */
export function casl(rules: readonly BenchRule[]): (request: BenchRequest) => boolean {
  const sorted = [...rules].sort(
    (a, b) => Number(a.effect === 'forbid') - Number(b.effect === 'forbid'),
  )
  const raw = sorted.map((rule): RawRuleOf<MongoAbility> => {
    const head = { action: rule.action, subject: rule.asset, inverted: rule.effect === 'forbid' }
    if (rule.effect === 'forbid') return { ...head, conditions: { level: { $gte: rule.level } } }
    const { party, purposes, fromMs, toMs, distance, uses } = rule
    const conditions = {
      party,
      purpose: { $in: purposes },
      nowMs: { $gte: fromMs, $lt: toMs },
      distance: { $gte: distance },
      used: { $lt: uses },
    }
    return { ...head, conditions }
  })
  const detectSubjectType = (subject: object) => ('asset' in subject ? String(subject.asset) : '')
  const ability = createMongoAbility(raw, { detectSubjectType })
  return (request) => ability.can(request.action, { ...request })
}
