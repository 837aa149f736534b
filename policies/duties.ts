import type { Atom, Duty, Policy, Rule } from './policy.ts'
import { plainText } from './value.ts'

/** A duty (义务) that a permit brings with it. */
export interface DutyTerm {
  readonly action: string
  /** pre, parallel, preRelease, postRelease or post. */
  readonly phase: string
  /** Whom the duty is owed to: the assigner of the policy unless the duty says otherwise. */
  readonly beneficiary: string
  /** Milliseconds within which it must be done, counted from its phase; undefined: at once. */
  readonly deadlineMs: number | undefined
  /** Amounts and other parameters, as `payAmount eq 0.8 CNY`. */
  readonly parameters: readonly string[]
  /** The key under which the ledger records that it was performed. */
  readonly key: string
}

/** The duties of a permission, with the policy's obligations; none for a prohibition. */
export function dutyTermsOf(rule: Rule | undefined, policy: Policy): readonly DutyTerm[] {
  if (rule === undefined) return []
  const owner = `${policy.id}${rule.id}`
  return joinDuties(
    [...rule.duties, ...policy.obligations].map((duty) => term(duty, owner, policy)),
  )
}

/** The union by action, phase, beneficiary and parameters, each with its earliest deadline. */
export function joinDuties(duties: readonly DutyTerm[]): readonly DutyTerm[] {
  const joined = new Map<string, DutyTerm>()
  for (const duty of duties) {
    const identity = identityOf(duty)
    const own = joined.get(identity)
    joined.set(identity, own === undefined ? duty : earlier(own, duty))
  }
  return [...joined.entries()].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, duty]) => duty)
}

function term(duty: Duty, owner: string, policy: Policy): DutyTerm {
  const deadline = duty.constraints.find(({ operand }) => operand.name === 'delayPeriod')
  const others = duty.constraints.filter((atom) => atom !== deadline)
  return {
    action: duty.action,
    phase: duty.phase,
    beneficiary: duty.beneficiary ?? policy.assigner ?? policy.id,
    deadlineMs: deadline === undefined ? undefined : Number(deadline.bound),
    parameters: others.map(parameter).sort(),
    key: `${owner}|duty|${duty.id ?? duty.action}`,
  }
}

function parameter({ operand, operator, bound, unit }: Atom): string {
  const value = typeof bound === 'object' ? bound.join(',') : plainText(operand, bound)
  return `${operand.name} ${operator} ${value}${unit === undefined ? '' : ` ${unit}`}`
}

function identityOf({ action, phase, beneficiary, parameters }: DutyTerm): string {
  return [action, phase, beneficiary, ...parameters].join('\u0000')
}

/** At once comes before any period; equal deadlines keep the smaller key, whatever the order. */
function earlier(a: DutyTerm, b: DutyTerm): DutyTerm {
  const [left, right] = [a.deadlineMs ?? 0, b.deadlineMs ?? 0]
  if (left !== right) return left < right ? a : b
  return a.key <= b.key ? a : b
}
