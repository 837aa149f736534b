import { stateCheckOf } from '../checks.ts'
import { type ControlSet, controlsOfAtoms } from '../control-set.ts'
import { PolicyError } from '../errors.ts'
import { type Atom, atomsOf, type Policy, type Rule } from '../policy.ts'
import { VOCABULARY } from '../vocabulary.ts'
import type { Layer } from '../vocabulary-document.ts'
import { axisOf } from './axis.ts'
import type { Finding, FindingCode, Severity } from './finding.ts'
import type { Box } from './normal-form.ts'
import { type Catalogue, type Region, Space } from './region.ts'
import { anyValue, type Point } from './solve.ts'
import { witnessAt } from './witness.ts'

export interface LintOptions {
  readonly catalogue?: Catalogue
  /** Milliseconds since the epoch; without it nothing is said about what expires soon. */
  readonly now?: number
  /** How many days ahead an expiry counts as soon. */
  readonly horizonDays?: number
}

/** One rule under study, with its region and its controls. */
export interface StudiedRule extends Region {
  readonly controls: ControlSet
  readonly stateful: boolean
}

/** One policy under study. */
export interface StudiedPolicy {
  readonly policy: Policy
  readonly permits: readonly StudiedRule[]
  readonly prohibitions: readonly StudiedRule[]
  /** The policies that it inherits from or that authorise it, as far as they are in the set. */
  readonly ceilings: readonly Policy[]
}

/** Rules that are judged together: a ceiling layer, or one contract or consent. */
export interface Unit {
  readonly layer: Layer
  /** Whether these are all consents of a subject, and not the one that a request names. */
  readonly together: boolean
  readonly permits: readonly StudiedRule[]
  readonly prohibitions: readonly StudiedRule[]
}

/** The policies of one lint run, their regions computed once. */
export class Study {
  readonly policies: readonly StudiedPolicy[]
  /** Those of the platform layer, which reach every request. */
  readonly platform: readonly StudiedPolicy[]
  readonly options: LintOptions
  readonly findings: Finding[] = []
  /** Rules that could not be analysed, or not completely. */
  readonly tooComplex: Pick<StudiedRule, 'policy' | 'rule'>[] = []
  readonly #byId: ReadonlyMap<string, StudiedPolicy>

  constructor(policies: readonly Policy[], options: LintOptions) {
    this.options = options
    const space = new Space(options.catalogue)
    const byId = new Map(policies.map((policy) => [policy.id, policy]))
    this.policies = policies.map((policy) => {
      const rules = policy.rules.flatMap((rule) => this.#study(space, policy, rule))
      return {
        policy,
        permits: rules.filter(({ rule }) => rule.effect === 'permit'),
        prohibitions: rules.filter(({ rule }) => rule.effect === 'prohibit'),
        ceilings: ceilingsOf(policy, byId),
      }
    })
    this.platform = this.policies.filter(({ policy }) => policy.layer === 'platform')
    this.#byId = new Map(this.policies.map((studied) => [studied.policy.id, studied]))
  }

  find(policy: Policy): StudiedPolicy | undefined {
    return this.#byId.get(policy.id)
  }

  /** How many policies of the set rest on this one. */
  dependentsOf(policy: Policy): number {
    return this.policies.filter(({ ceilings }) => ceilings.includes(policy)).length
  }

  /** Records a finding about a rule, with a witness at `point`. */
  report(
    code: FindingCode,
    [severity, analysis]: readonly [Severity, number],
    { policy, rule }: Pick<StudiedRule, 'policy' | 'rule'>,
    words: { readonly zh: string; readonly en: string },
    more: { readonly point?: Point; readonly pointer?: string; readonly related?: Region } = {},
  ): void {
    const { point = new Map(), pointer = rule.pointer, related } = more
    const other = related === undefined ? {} : { related: related.policy.id + related.rule.id }
    const witness = witnessAt(point, { policy, rule }, related === undefined ? [] : [related])
    const place = { policy: policy.id, rule: rule.id, pointer }
    this.findings.push({ code, severity, analysis, ...place, ...words, ...other, witness })
  }

  /** Runs an analysis of one rule; what is too complex to analyse is said, not skipped. */
  guard(rule: Pick<StudiedRule, 'policy' | 'rule'>, analyse: () => void): void {
    try {
      analyse()
    } catch (error) {
      if (!(error instanceof PolicyError) || error.code !== 'POLICY_TOO_COMPLEX') throw error
      this.tooComplex.push(rule)
      const words = {
        zh: '约束的备选过多，无法完整分析',
        en: 'the constraints fall into too many alternatives to be analysed completely',
      }
      this.report('LINT_TOO_COMPLEX', ['warning', 1], rule, words)
    }
  }

  #study(space: Space, policy: Policy, rule: Rule): readonly StudiedRule[] {
    const atoms = atomsOf(rule.constraints)
    const stateful = atoms.some(({ operand }) => operand.kind === 'state')
    const studied: StudiedRule[] = []
    this.guard({ policy, rule }, () => {
      // A limit below what a single use adds permits nothing.
      const boxes = tooSmallFor(rule) === undefined ? space.regionOf(policy, rule).boxes : []
      studied.push({ policy, rule, boxes, controls: controlsOfAtoms(atoms, VOCABULARY), stateful })
    })
    return studied
  }
}

/** The limit that not even one use keeps, if there is one. */
export function tooSmallFor({ constraints }: Rule): Atom | undefined {
  return atomsOf(constraints)
    .filter(({ operand }) => operand.kind === 'state')
    .find((atom) => stateCheckOf(atom, '').limit < (atom.operand.increment ?? 0))
}

/**
 * A point with a value for everything that some rules read: what lies outside a prohibition is only
 * surely outside of it once nothing that it reads is unknown.
 */
export function completed(point: Point, rules: readonly Pick<StudiedRule, 'rule'>[]): Point {
  const whole = new Map(point)
  for (const { operand } of rules.flatMap(({ rule }) => atomsOf(rule.constraints))) {
    if (operand.kind === 'control' || operand.kind === 'state' || whole.has(operand.name)) continue
    const value = anyValue(axisOf(operand))
    if (value !== undefined) whole.set(operand.name, value)
  }
  return whole
}

/** The boxes of many rules in one list. */
export function boxesOfAll(rules: readonly Region[]): readonly Box[] {
  return rules.flatMap(({ boxes }) => boxes)
}

function ceilingsOf(policy: Policy, byId: ReadonlyMap<string, Policy>): readonly Policy[] {
  const found: Policy[] = []
  const visit = (from: Policy): void => {
    for (const { id } of [...from.inherits, ...from.authorizations]) {
      const ceiling = byId.get(id)
      if (ceiling === undefined || ceiling === policy || found.includes(ceiling)) continue
      found.push(ceiling)
      visit(ceiling)
    }
  }
  visit(policy)
  return found
}
