import Type, { type Static, type TSchema } from 'typebox'
import { Name, Strict } from '#protocol/messages/primitives'
import { DatabaseReference } from '#runtime/party-config'

const Inner = Type.Ref('Expression')
const Text = Type.String({ minLength: 1, maxLength: 1024 })
const Literal = Type.String({ maxLength: 1024 })
const Length = Type.Integer({ minimum: 1, maximum: 1024 })
const Codes = Type.Record(Type.String(), Literal)
const Bound = Type.Union([
  Type.Integer(),
  Type.String({ pattern: '^(0|-?[1-9][0-9]{0,26})$', maxLength: 28 }),
])

/**
 * One step from a holder's untidy column to a field: exactly one operator per object, and beside
 * `decimal` its options. Data, not SQL text: a column name or a literal can only ever be itself.
 */
const ExpressionShape = Type.Object(
  {
    column: Type.Optional(Text),
    constant: Type.Optional(Literal),
    trim: Type.Optional(Inner),
    upper: Type.Optional(Inner),
    halfwidth: Type.Optional(Inner),
    concat: Type.Optional(Type.Array(Inner, { minItems: 1, maxItems: 16 })),
    coalesce: Type.Optional(Type.Array(Inner, { minItems: 1, maxItems: 16 })),
    prefix: Type.Optional(Type.Tuple([Inner, Length])),
    suffix: Type.Optional(Type.Tuple([Inner, Length])),
    split: Type.Optional(
      Type.Tuple([
        Inner,
        Type.String({ minLength: 1, maxLength: 16 }),
        Type.Integer({ minimum: 1, maximum: 64 }),
      ]),
    ),
    map: Type.Optional(
      Type.Union([Type.Tuple([Inner, Codes]), Type.Tuple([Inner, Codes, Literal])]),
    ),
    bands: Type.Optional(
      Type.Tuple([Inner, Type.Array(Type.Tuple([Bound, Literal]), { minItems: 1, maxItems: 256 })]),
    ),
    decimal: Type.Optional(Inner),
    equals: Type.Optional(Type.Tuple([Inner, Literal])),
    scale: Type.Optional(Type.Integer({ minimum: 0, maximum: 12 })),
    thousands: Type.Optional(Type.Enum([',', '.', ' ', "'", '_', '，'])),
    point: Type.Optional(Type.Enum(['.', ','])),
    parentheses: Type.Optional(Type.Boolean()),
    currency: Type.Optional(
      Type.Array(Type.String({ pattern: '^[\\p{L}\\p{Sc}%‰]{1,8}$' }), {
        minItems: 1,
        maxItems: 8,
      }),
    ),
    scientific: Type.Optional(Type.Boolean()),
    rounding: Type.Optional(Type.Enum(['half-up', 'half-even'])),
  },
  { additionalProperties: false, minProperties: 1 },
)

const CATEGORY = 'category:[\\p{L}\\p{N}][\\p{L}\\p{N}_.+-]{0,63}'

export const ExpressionSchema = Type.Cyclic({ Expression: ExpressionShape }, 'Expression')

const fieldRule = <const E extends TSchema>(expression: E) =>
  Strict({
    from: expression,
    /** The unit in which the data writes an amount, e.g. `yuan` for a product in `fen`. */
    unit: Type.Optional(Name),
    /** What an empty cell means; without a rule an empty cell refuses the whole source. */
    null: Type.Optional(Type.String({ pattern: `^(zero|skip-row|refuse|${CATEGORY})$` })),
    /** What a code outside the dimension's domain means; refused without a rule. */
    other: Type.Optional(Type.String({ pattern: `^(skip-row|refuse|${CATEGORY})$` })),
  })

const unitRule = <const E extends TSchema>(expression: E) =>
  Strict({
    key: expression,
    /** The holding group's identifier; where it is empty the key itself is the unit. */
    group: Type.Optional(expression),
    null: Type.Optional(Type.Enum(['skip-row', 'refuse'])),
  })

const Mark = Type.String({ pattern: '^[\\t\\x20-\\x7e]$' })

const FileEntry = Strict({
  path: Type.Optional(Text),
  glob: Type.Optional(Text),
  format: Type.Enum(['csv', 'parquet', 'json']),
  encoding: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' })),
  delimiter: Type.Optional(Mark),
  quote: Type.Optional(Mark),
  header: Type.Optional(Type.Boolean()),
})

const Engine = Strict({
  threads: Type.Optional(Type.Integer({ minimum: 1, maximum: 64 })),
  memoryMb: Type.Optional(Type.Integer({ minimum: 64, maximum: 1_048_576 })),
  /** `memory`: read once, answer from memory. `scan`: read the files for each question. */
  hold: Type.Optional(Type.Enum(['memory', 'scan'])),
})

/** Texts that stand for an empty cell besides the empty cell itself, e.g. `N/A`. */
const Empties = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 16 })

const Files = Strict({
  kind: Type.Literal('files'),
  files: Type.Array(FileEntry, { minItems: 1, maxItems: 64 }),
  empties: Type.Optional(Empties),
  engine: Type.Optional(Engine),
})

const Relation = Strict({
  schema: Type.String({ minLength: 1, maxLength: 63 }),
  name: Type.String({ minLength: 1, maxLength: 63 }),
})

const Postgresql = Strict({
  kind: Type.Literal('postgresql'),
  /** Where the connection URL is; relative files start at the mapping's folder. */
  database: DatabaseReference,
  relation: Relation,
  /** The holder's promise that the relation does not change under this name. */
  declaredVersion: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
  empties: Type.Optional(Empties),
})

// The rest of a mapping; the names of `fields` are checked against the product.
function mappingOf<const S extends TSchema, const E extends TSchema>(source: S, expression: E) {
  const fields = Type.Record(Name, fieldRule(expression), { additionalProperties: false })
  return Strict({ part: Name, source, unit: unitRule(expression), fields })
}

export const FilesMappingSchema = mappingOf(Files, ExpressionSchema)
export const PostgresqlMappingSchema = mappingOf(Postgresql, ExpressionSchema)

/** The published shape of a mapping, connectors/mapping/mapping.schema.json: the two in one. */
export const MappingSchema = Type.Cyclic(
  {
    Expression: ExpressionShape,
    Mapping: Type.Union([mappingOf(Files, Inner), mappingOf(Postgresql, Inner)]),
  },
  'Mapping',
)

export type RawExpression = Static<typeof ExpressionSchema>
export type FilesMapping = Static<typeof FilesMappingSchema>
export type PostgresqlMapping = Static<typeof PostgresqlMappingSchema>
export type FilesSource = Static<typeof Files>
export type PostgresqlSource = Static<typeof Postgresql>
export type FileEntry = Static<typeof FileEntry>
export type FieldRule = (FilesMapping | PostgresqlMapping)['fields'][string]
