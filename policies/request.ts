import { PolicyError } from './errors.ts'
import { intern } from './intern.ts'
import { VOCABULARY } from './vocabulary.ts'
import { LAYERS, type Layer } from './vocabulary-document.ts'

/** A request (用数请求) to be decided, as the gateway and the connector state it. */
export interface RequestFields {
  /** An action of the vocabulary: `bt:aggregate`, `bt:score`, … */
  readonly action: string
  /** The asset, and every collection that it is in, at any depth. */
  readonly target: string
  readonly collections?: readonly string[]
  /** The consumer, and every party collection that it belongs to. */
  readonly assignee: string
  readonly parties?: readonly string[]
  /** The operator that runs the space: the one that ceiling authorisations are given to. */
  readonly operator?: string
  /** The enterprise that the question is about; undefined for questions about groups. */
  readonly subject?: string
  /** The contract that the request is made under. */
  readonly authorization?: string
  /** The consent it is made under; undefined: every consent of the subject to the assignee. */
  readonly consent?: string
  /** The layers that must permit, from the catalogue; `requiredLayers` unless stated. */
  readonly layers?: readonly Layer[]
  /** What this use adds to state operands, in the engine's integers (ε in 10⁻⁹, fen, ms). */
  readonly increments?: Readonly<Record<string, number>>
}

/** A request with its names resolved, made once by `requestOf` and decided any number of times. */
export interface DecisionRequest {
  readonly fields: RequestFields
  /** The position of the action's bit; -1 when the vocabulary does not know it: no permit. */
  readonly action: number
  /** The asset and its collections; `EVERY_ASSET` goes without saying. */
  readonly targets: readonly string[]
  readonly parties: readonly string[]
  readonly authorities: readonly string[]
  readonly required: number
  readonly increments: ReadonlyMap<string, number> | undefined
}

/** Platform, comprehensive, domain and contract; consent too where one subject is identified. */
export function requiredLayers(subject: string | undefined): readonly Layer[] {
  const always: readonly Layer[] = ['platform', 'comprehensive', 'domain', 'contract']
  return subject === undefined ? always : [...always, 'consent']
}

/**
 * Resolves the names of a request. Refuses with `FACT_INVALID` an increment that is no count and a
 * layer that there is not: nothing may be required by a misspelt name and then not asked.
 */
export function requestOf(fields: RequestFields): DecisionRequest {
  const { action, target, collections = [], assignee, parties = [], operator, subject } = fields
  const required = fields.layers ?? requiredLayers(subject)
  return {
    fields,
    action: positionOf(action),
    targets: unique([target, ...collections]),
    parties: unique([assignee, ...parties]),
    authorities: unique(
      operator === undefined ? [assignee, ...parties] : [assignee, ...parties, operator],
    ),
    required: required.reduce((mask, layer) => mask | layerBit(layer), 0),
    increments: fields.increments === undefined ? undefined : readIncrements(fields.increments),
  }
}

function layerBit(layer: Layer): number {
  const at = LAYERS.indexOf(layer)
  if (at >= 0) return 1 << at
  throw new PolicyError({
    code: 'FACT_INVALID',
    pointer: '',
    reason: 'layers takes layers of policies',
  })
}

function positionOf(action: string): number {
  const known = VOCABULARY.actions.get(action)
  return known === undefined ? -1 : 31 - Math.clz32(known.bit)
}

function readIncrements(increments: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  for (const [name, value] of Object.entries(increments)) {
    const state = VOCABULARY.operands.get(name)?.kind === 'state'
    if (state && Number.isSafeInteger(value) && value >= 0) continue
    const reason = 'an increment takes a state operand and a whole number'
    throw new PolicyError({ code: 'FACT_INVALID', pointer: '', reason })
  }
  return new Map(Object.entries(increments))
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names.map(intern))].sort()
}
