/** The workload of the decision benchmark: N rules, 1,000 requests, about 60 % permitted. */

export const ACTIONS = [
  'bt:aggregate',
  'bt:join',
  'bt:score',
  'bt:lookup',
  'bt:sandbox',
  'bt:train',
  'derive',
  'bt:export',
] as const

export const PURPOSES = [
  'bt:purpose/credit-policy',
  'bt:purpose/loan-preapproval',
  'bt:purpose/loan-monitoring',
  'bt:purpose/guarantee',
  'bt:purpose/industry-analysis',
  'bt:purpose/model-training',
  'bt:purpose/risk-warning',
  'bt:purpose/audit',
] as const

const START_MS = Date.UTC(2026, 0, 1)
const DAY_MS = 86_400_000

interface Both {
  readonly id: string
  readonly asset: string
  readonly action: string
}

export interface PermitRule extends Both {
  readonly effect: 'permit'
  readonly party: string
  readonly purposes: readonly string[]
  readonly fromMs: number
  readonly toMs: number
  /** Smallest differencing distance. */
  readonly distance: number
  /** Uses allowed in all. */
  readonly uses: number
}

export interface ForbidRule extends Both {
  readonly effect: 'forbid'
  /** Forbidden from this data level upwards, to everybody. */
  readonly level: number
}

export type BenchRule = PermitRule | ForbidRule

export interface BenchRequest {
  readonly party: string
  readonly asset: string
  readonly action: string
  readonly purpose: string
  readonly nowMs: number
  readonly distance: number
  readonly used: number
  readonly level: number
}

export interface Workload {
  readonly rules: readonly BenchRule[]
  readonly requests: readonly BenchRequest[]
}

/** Deterministic: the same count gives the same rules and requests in every engine and run. */
export function workload(count: number, seed = 7): Workload {
  const random = mulberry32(seed)
  const assets = Math.max(5, Math.ceil(count / 4))
  const rules = Array.from({ length: count }, (_, at) => makeRule(at, assets, random))
  const permits = rules.filter((rule) => rule.effect === 'permit')
  const requests = Array.from({ length: 1000 }, (_, at) =>
    makeRequest(pick(permits, random), at, random),
  )
  return { rules, requests }
}

/** The answer by brute force, against which every engine is checked before it is timed. */
export function oracle(rules: readonly BenchRule[], request: BenchRequest): boolean {
  const matching = rules.filter(
    (rule) => rule.asset === request.asset && rule.action === request.action,
  )
  if (matching.some((rule) => rule.effect === 'forbid' && request.level >= rule.level)) return false
  return matching.some((rule) => rule.effect === 'permit' && permits(rule, request))
}

function permits(rule: PermitRule, request: BenchRequest): boolean {
  return (
    rule.party === request.party &&
    rule.purposes.includes(request.purpose) &&
    request.nowMs >= rule.fromMs &&
    request.nowMs < rule.toMs &&
    request.distance >= rule.distance &&
    request.used < rule.uses
  )
}

function makeRule(at: number, assets: number, random: () => number): BenchRule {
  const id = `r${at}`
  const asset = `urn:bt:asset:d${below(assets, random)}`
  const action = pick(ACTIONS, random)
  if (at % 20 === 19) return { effect: 'forbid', id, asset, action, level: 1 + below(4, random) }
  const fromMs = START_MS + below(100, random) * DAY_MS
  return {
    effect: 'permit',
    id,
    asset,
    action,
    party: `did:web:bank${below(50, random)}.example`,
    purposes: [...new Set([pick(PURPOSES, random), pick(PURPOSES, random)])],
    fromMs,
    toMs: fromMs + (30 + below(300, random)) * DAY_MS,
    distance: 5 + below(40, random),
    uses: 10 + below(500, random),
  }
}

function makeRequest(rule: PermitRule, at: number, random: () => number): BenchRequest {
  const request: BenchRequest = {
    party: rule.party,
    asset: rule.asset,
    action: rule.action,
    purpose: pick(rule.purposes, random),
    nowMs: rule.fromMs + below((rule.toMs - rule.fromMs) / 1000, random) * 1000,
    distance: rule.distance + below(20, random),
    used: below(rule.uses, random),
    level: 1 + below(3, random),
  }
  return { ...request, ...spoil(rule, at, random) }
}

/** Two requests in five are spoilt in one respect, so that refusals are measured too. */
function spoil(rule: PermitRule, at: number, random: () => number): Partial<BenchRequest> {
  const dice = random()
  if (dice < 0.1) return { purpose: pick(PURPOSES, random) }
  if (dice < 0.2) return { nowMs: rule.toMs + DAY_MS }
  if (dice < 0.25) return { distance: 1 }
  if (dice < 0.3) return { used: rule.uses }
  if (dice < 0.35) return { party: `did:web:bank${below(50, random)}.example` }
  return dice < 0.4 ? { asset: `urn:bt:asset:x${at}` } : {}
}

function below(limit: number, random: () => number): number {
  return Math.floor(random() * limit)
}

function pick<T>(list: readonly T[], random: () => number): T {
  const item = list[below(list.length, random)]
  if (item === undefined) throw new RangeError('nothing to pick from')
  return item
}

/** A small seeded generator (mulberry32): benchmarks need repeatable, not secret, numbers. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
