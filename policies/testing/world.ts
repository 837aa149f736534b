import { capabilitiesOf, type Declared, EVERY_CAPABILITY } from '../capabilities.ts'
import type { Snapshot } from '../compiled.ts'
import { countersOf } from '../counters.ts'
import type { DecisionInputs } from '../decision.ts'
import { PolicyError } from '../errors.ts'
import { factsOf, readFact } from '../facts.ts'
import type { JsonObject, JsonValue } from '../json-value.ts'
import { requestOf } from '../request.ts'
import { VOCABULARY } from '../vocabulary.ts'
import { LAYERS } from '../vocabulary-document.ts'
import type { TestCase, World } from './test-file.ts'

/**
 * Turns the world and the request of a test case into what `decide` takes. Facts of the asset, then
 * of the party, then of the request: the later stands. Without an `operator` in the world, the one
 * party that ceiling policies of the snapshot are given to is the operator.
 */
export function inputsOf({ request, world }: TestCase, snapshot: Snapshot): DecisionInputs {
  const party = request.party ?? ''
  const { in: collections, ...asset } = world.assets?.[request.target ?? ''] ?? {}
  const { in: parties, ...own } = world.parties?.[party] ?? {}
  const operator = world.operator ?? operatorOf(snapshot)
  const now: JsonObject = world.now === undefined ? {} : { dateTime: world.now }
  const layers = request.layers?.map((name) => LAYERS.find((layer) => layer === name))
  return {
    snapshot,
    request: requestOf({
      action: request.action ?? '',
      target: request.target ?? '',
      collections: names(collections),
      assignee: party,
      parties: names(parties),
      ...optional('operator', operator),
      ...optional('subject', request.subject),
      ...optional('authorization', request.authorization),
      ...optional('consent', request.consent),
      ...optional(
        'layers',
        layers?.filter((layer) => layer !== undefined),
      ),
      ...optional('increments', amounts(request.increments)),
    }),
    facts: factsOf({ ...now, ...asset, ...own, ...request.facts }),
    counters: countersOf(amounts(world.counters) ?? {}, world.duties),
    capabilities: abilities(world),
  }
}

/** The single party that the ceiling policies name, other than everybody; else undefined. */
function operatorOf({ policies }: Snapshot): string | undefined {
  const ceilings = [...policies.values()].filter(
    ({ policy }) => policy.layer === 'comprehensive' || policy.layer === 'domain',
  )
  const operators = new Set(ceilings.map(({ policy }) => policy.assignee))
  return operators.size === 1 ? [...operators][0] : undefined
}

/** Counters and increments as people write them (`0.5` of ε) in the engine's integers. */
function amounts(
  written: { readonly [name: string]: JsonValue } | undefined,
): Record<string, number> | undefined {
  if (written === undefined) return undefined
  return Object.fromEntries(
    Object.entries(written).map(([name, value]) => [name, amount(name, value)]),
  )
}

function amount(name: string, value: JsonValue): number {
  const operand = VOCABULARY.operands.get(name)
  const read = operand === undefined ? value : readFact(operand, value)
  if (typeof read === 'number') return read
  const reason = 'a counter or an increment takes an amount of its operand'
  throw new PolicyError({ code: 'FACT_INVALID', pointer: '', reason })
}

function abilities({ capabilities }: World): DecisionInputs['capabilities'] {
  if (capabilities === undefined) return EVERY_CAPABILITY
  return capabilitiesOf(capabilities as Readonly<Record<string, Declared>>)
}

function names(value: JsonValue | undefined): readonly string[] {
  const list: readonly JsonValue[] = Array.isArray(value) ? value : []
  return list.filter((name) => typeof name === 'string')
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V })
}
