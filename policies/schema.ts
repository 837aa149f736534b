import type { JsonObject, JsonValue } from './json-value.ts'
import { CLASSES } from './members.ts'
import { isNumeric } from './value.ts'
import { type Operand, VOCABULARY, type Vocabulary } from './vocabulary.ts'
import { LAYERS } from './vocabulary-document.ts'

/**
 * The JSON Schema (2019-09) of author and canonical form, made from the vocabulary: for editors and
 * for others who check before they send. It describes shape and terms; the loader also checks what a
 * schema cannot say (repeated members, look-alike text, rule ids, inheritance) and alone decides.
 */
export function policySchema(vocabulary: Vocabulary = VOCABULARY): JsonObject {
  const { document } = vocabulary
  return {
    $schema: 'https://json-schema.org/draft/2019-09/schema',
    $id: `${document.profile}/policy.schema.json`,
    title: 'Baotu policy',
    $ref: '#/$defs/policy',
    $defs: {
      policy: policyDefinition(document.profile),
      iri: { type: 'string', maxLength: 512, pattern: document.patterns.iri ?? '' },
      pin: { type: 'string', minLength: 1 },
      literal: literalDefinition({ type: 'string' }),
      permission: ruleDefinition(vocabulary, 'permission'),
      prohibition: ruleDefinition(vocabulary, 'prohibition'),
      duty: dutyDefinition(vocabulary),
      ...constraintDefinitions(vocabulary),
    },
  }
}

function policyDefinition(profile: string): JsonObject {
  const list = (name: string) => ({ type: 'array', minItems: 1, items: ref(name) })
  const pins = { anyOf: [ref('pin'), { type: 'array', items: ref('pin') }] }
  const texts = { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] }
  return {
    type: 'object',
    additionalProperties: false,
    required: ['@type', '@id', 'bt:layer', 'bt:version', 'bt:status'],
    anyOf: [{ required: ['permission'] }, { required: ['prohibition'] }],
    allOf: [
      {
        if: { properties: { '@type': { const: 'Agreement' } } },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
        then: { required: ['target', 'assigner', 'assignee'] },
      },
      {
        if: { required: ['profile'] },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
        then: { required: ['conflict'], properties: { conflict: { const: 'prohibit' } } },
      },
    ],
    properties: {
      '@context': texts,
      profile: { anyOf: [{ const: profile }, { type: 'array', items: { const: profile } }] },
      '@type': { enum: ['Agreement', 'Offer'] },
      '@id': ref('iri'),
      conflict: { enum: ['prohibit', 'invalid'] },
      'bt:layer': { enum: LAYERS },
      'bt:version': { type: 'string', pattern: '^[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?$' },
      'bt:status': { enum: VOCABULARY.document.statuses },
      'bt:title': { type: 'string' },
      'bt:note': { type: 'string' },
      timestamp: { type: 'string' },
      inheritFrom: pins,
      'bt:authorizationRef': pins,
      target: ref('iri'),
      assigner: ref('iri'),
      assignee: ref('iri'),
      permission: list('permission'),
      prohibition: list('prohibition'),
      obligation: list('duty'),
    },
  }
}

function ruleDefinition(
  vocabulary: Vocabulary,
  standing: 'permission' | 'prohibition',
): JsonObject {
  const duties = standing === 'permission' ? { duty: { type: 'array', items: ref('duty') } } : {}
  return {
    type: 'object',
    additionalProperties: false,
    required: ['@id', 'action'],
    properties: {
      '@id': { type: 'string', pattern: '^#[A-Za-z0-9._-]{1,64}$' },
      '@type': { enum: CLASSES[standing] },
      action: { enum: actionNames(vocabulary, 'rule') },
      target: ref('iri'),
      assignee: ref('iri'),
      constraint: { type: 'array', items: ref(`${standing}Constraint`) },
      ...duties,
    },
  }
}

function dutyDefinition(vocabulary: Vocabulary): JsonObject {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['action', 'bt:phase'],
    properties: {
      '@id': { type: 'string' },
      '@type': { enum: CLASSES.duty },
      action: { enum: actionNames(vocabulary, 'duty') },
      'bt:phase': { enum: Object.keys(vocabulary.document.dutyPhases) },
      'bt:beneficiary': ref('iri'),
      constraint: { type: 'array', items: ref('dutyConstraint') },
    },
  }
}

function actionNames({ actions }: Vocabulary, use: 'rule' | 'duty'): readonly string[] {
  return [...actions.values()]
    .filter((action) => action.use === use || action.use === 'both')
    .map(({ name }) => name)
}

function constraintDefinitions({ list }: Vocabulary): JsonObject {
  const asked = list.filter(
    ({ kind, place }) => place === undefined && kind !== 'control' && kind !== 'state',
  )
  const anywhere = list.filter(({ place }) => place === undefined)
  return {
    permissionConstraint: {
      anyOf: [
        atomDefinition(anywhere),
        compound('and', 'permissionConstraint'),
        compound('andSequence', 'permissionConstraint'),
        compound('or', 'prohibitionConstraint'),
        compound('xone', 'prohibitionConstraint'),
      ],
    },
    prohibitionConstraint: {
      anyOf: [
        atomDefinition(asked),
        ...['and', 'andSequence', 'or', 'xone'].map((kind) =>
          compound(kind, 'prohibitionConstraint'),
        ),
      ],
    },
    dutyConstraint: atomDefinition(list.filter(({ place }) => place === 'duty')),
    atom: anyAtomDefinition(list),
    ...Object.fromEntries(list.flatMap(operandDefinitions)),
  }
}

function compound(kind: string, inner: string): JsonObject {
  return {
    type: 'object',
    additionalProperties: false,
    required: [kind],
    properties: {
      '@id': { type: 'string' },
      '@type': { enum: CLASSES.compound },
      [kind]: { type: 'array', minItems: 1, items: ref(inner) },
    },
  }
}

/** An atom on one of some operands; what each operand takes stands once, under `atom`. */
function atomDefinition(operands: readonly Operand[]): JsonObject {
  const leftOperand = { enum: operands.map(({ name }) => name) }
  return { ...ref('atom'), properties: { leftOperand } }
}

function anyAtomDefinition(operands: readonly Operand[]): JsonObject {
  return {
    type: 'object',
    required: ['leftOperand', 'operator', 'rightOperand'],
    allOf: operands.map(({ name }) => ({
      if: { properties: { leftOperand: { const: name } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
      then: ref(`operand ${name}`),
    })),
  }
}

function operandDefinitions(operand: Operand): readonly (readonly [string, JsonObject])[] {
  return [
    [`operand ${operand.name}`, operandDefinition(operand)],
    [`value ${operand.name}`, { anyOf: scalarSchema(operand) }],
  ]
}

function operandDefinition(operand: Operand): JsonObject {
  const { label, operators, window, unit, unitRequired, companion } = operand
  const required = window === 'required' || unitRequired === true
  const duration = { type: 'string', pattern: '^P[0-9TYMWDHS]+$' }
  const units =
    window === undefined
      ? unit === undefined
        ? {}
        : { unit: { const: unit } }
      : { unit: duration }
  const second =
    companion === undefined ? {} : { [companion.member]: { type: ['integer', 'object'] } }
  return {
    description: `${label.zh}: ${label.en}`,
    additionalProperties: false,
    ...(required ? { required: ['unit'] } : {}),
    properties: {
      leftOperand: { const: operand.name },
      operator: { enum: operators },
      rightOperand: rightOperand(operand),
      '@id': { type: 'string' },
      '@type': { enum: CLASSES.constraint },
      ...units,
      ...second,
    },
  }
}

function rightOperand({ name }: Operand): JsonObject {
  const value = ref(`value ${name}`)
  return { anyOf: [value, { type: 'array', minItems: 1, items: value }] }
}

function scalarSchema(operand: Operand): readonly JsonObject[] {
  const { min, max, type, values, levels, narrower } = operand
  const terms = values ?? levels ?? (narrower === undefined ? undefined : [...narrower.keys()])
  const text: JsonObject =
    terms === undefined
      ? { type: 'string' }
      : { enum: [...terms, ...Object.keys(operand.aliases ?? {})] }
  const literal = terms === undefined ? ref('literal') : literalDefinition(text)
  const native: JsonObject = {
    type: type === 'integer' ? 'integer' : type === 'boolean' ? 'boolean' : 'number',
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
  }
  const numbers = type === 'integer' || type === 'decimal' || type === 'boolean'
  return isNumeric(operand) && numbers ? [text, literal, native] : [text, literal]
}

function literalDefinition(value: JsonObject): JsonObject {
  return {
    type: 'object',
    required: ['@value'],
    additionalProperties: false,
    properties: { '@value': value, '@type': { type: 'string' } },
  }
}

function ref(name: string): { readonly [key: string]: JsonValue } {
  return { $ref: `#/$defs/${name.replaceAll(' ', '%20')}` }
}
