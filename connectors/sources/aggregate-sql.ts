import { sql } from 'kysely'
import { WIDEST_RANGE } from '#connectors/mapping/bind-mapping'
import type { AggregateQuestion, GroupPart } from '#protocol/plans/aggregate-question'
import { amountColumns } from './amount-sql.ts'
import { SourceError } from './errors.ts'
import type { Relation, RelationField } from './relation.ts'
import { booleans, integers, joined, type Sql, type Statement, toStatement, whole } from './sql.ts'

/** A question in the engine's language, and how to read one row of its answer. */
export interface Aggregate {
  readonly statement: Statement
  /**
   * The groups in ascending order. Throws `SOURCE_CHANGED` where rows have come that the mapping
   * refuses.
   */
  read(rows: readonly (readonly (string | null)[])[]): readonly GroupPart[]
}

export type Amount = AggregateQuestion['amounts'][number]

/**
 * Turns a question into one SELECT: rows → (group, unit) with amounts added and clamped and flags
 * joined → groups. Throws `QUESTION_REFUSED` for a field that the relation does not have.
 */
export function aggregateSql(question: AggregateQuestion, relation: Relation): Aggregate {
  question.amounts.forEach(checkRange)
  const output = new OutputColumns()
  const group = output.add(sql`e.g`)
  const units = output.add(sql`count(*)`)
  const amounts = question.amounts.map((amount, index) => {
    return amountColumns(amount, index, relation.dialect, (column) => output.add(column))
  })
  const flags = question.flags.map((_, index) => {
    return output.add(sql`count(*) FILTER (WHERE e.${sql.ref(`f${index}`)})`)
  })
  const refused = relation.refused ? output.add(sql`bool_or(e.refused)`) : undefined
  const part = (row: readonly (string | null)[]): GroupPart => {
    const cell = (index: number) => integer(row[index])
    return {
      group: Number(cell(group)),
      units: cell(units),
      amounts: amounts.map((read) => read(cell)),
      flags: flags.map(cell),
    }
  }
  return {
    statement: toStatement(select(question, relation, output.columns)),
    read(rows) {
      if (refused !== undefined && rows.some((row) => row[refused] === 'true')) {
        throw new SourceError('SOURCE_CHANGED', 'rows have come that the mapping refuses')
      }
      return rows.map(part).sort((a, b) => a.group - b.group)
    },
  }
}

class OutputColumns {
  readonly columns: Sql[] = []

  /** The place of `column` in a row of the answer, as text. */
  add(column: Sql): number {
    this.columns.push(sql`(${column})::text`)
    return this.columns.length - 1
  }
}

function select(question: AggregateQuestion, relation: Relation, columns: readonly Sql[]): Sql {
  const { joinsTops } = relation.dialect
  const tops = question.amounts.flatMap((_, index) => {
    const x = sql.ref(`a${index}`)
    return [sql`max(${x}) AS ${sql.ref(`p${index}`)}`, sql`max(-${x}) AS ${sql.ref(`n${index}`)}`]
  })
  const withTops = sql`, t AS (SELECT g, ${sql.join(tops)} FROM e GROUP BY g)`
  const join = sql`JOIN t ON t.g = e.g`
  const needsTops = joinsTops && tops.length > 0
  return sql`WITH e AS (${unitsSql(question, relation)})${needsTops ? withTops : sql``}
    SELECT ${sql.join(columns)} FROM e ${needsTops ? join : sql``} GROUP BY e.g`
}

// One row per unit of analysis in each group.
function unitsSql(question: AggregateQuestion, relation: Relation): Sql {
  const { dialect, refused, rowPerUnit } = relation
  const amounts = question.amounts.map((amount, index) => {
    const { column } = fieldOf(relation, amount.column, 'amount')
    const total = rowPerUnit ? sql.ref(column) : sql`sum(${sql.ref(column)})`
    return sql`${clamped(total, amount, dialect.wide)} AS ${sql.ref(`a${index}`)}`
  })
  const flags = question.flags.map((flag, index) => {
    const column = sql.ref(fieldOf(relation, flag, 'flag').column)
    return sql`${rowPerUnit ? column : sql`bool_or(${column})`} AS ${sql.ref(`f${index}`)}`
  })
  const watch = refused ? [sql`bool_or(${sql.ref(refused)}) AS refused`] : []
  const columns = sql.join([sql`g`, ...amounts, ...flags, ...watch])
  const alarm = refused ? sql` OR ${sql.ref(refused)}` : sql``
  const index = groupIndex(question, relation)
  // A refused row may have no group, and must not be lost for that.
  const group = refused ? sql`CASE WHEN ${sql.ref(refused)} THEN -1 ELSE ${index} END` : index
  const rows = sql`SELECT ${group} AS g, *
    FROM (${relation.select}) AS r WHERE ${filters(question, relation)}${alarm}`
  const keyed = sql`SELECT ${columns} FROM (${rows}) AS k WHERE g IS NOT NULL`
  return rowPerUnit ? keyed : sql`${keyed} GROUP BY g, ${sql.ref(relation.unit)}`
}

function clamped(total: Sql, { lower, upper }: Amount, wide: Sql): Sql {
  const inside = sql`least(greatest(${total}, ${whole(lower, wide)}), ${whole(upper, wide)})`
  return fitsBigint(lower) && fitsBigint(upper) ? sql`CAST(${inside} AS bigint)` : inside
}

// Mixed radix over the question's codes, the last dimension fastest; NULL for a code not asked.
function groupIndex({ groupBy }: AggregateQuestion, relation: Relation): Sql {
  const digits = groupBy.map(({ dimension, codes }) => {
    const { column, bound } = fieldOf(relation, dimension, 'dimension')
    const domain = bound.role === 'dimension' ? bound.codes : []
    const places = domain.map((code) => codes.indexOf(code))
    if (!codes.every((code) => domain.includes(code))) refuse(`a code outside \`${dimension}\``)
    if (places.every((place, index) => place === index)) return sql.ref(column)
    return sql`NULLIF((${integers(places)})[${sql.ref(column)} + 1], -1)`
  })
  const start: Sql = sql`0::bigint`
  return digits.reduce((index, digit, position) => {
    const radix = groupBy[position]?.codes.length ?? 1
    return sql`(${index} * ${sql.lit(radix)} + ${digit})`
  }, start)
}

function filters({ where }: AggregateQuestion, relation: Relation): Sql {
  const conditions = where.map((condition) => {
    if (condition.operator === 'isAnyOf') return codesFilter(condition, relation)
    const { column } = fieldOf(relation, condition.column, 'grid')
    const cut = whole(condition.cut, relation.dialect.wide)
    const value = sql.ref(column)
    return condition.operator === 'gteq' ? sql`${value} >= ${cut}` : sql`${value} < ${cut}`
  })
  return joined(conditions, sql` AND `, sql`TRUE`)
}

function codesFilter(
  condition: { readonly column: string; readonly codes: readonly string[] },
  relation: Relation,
): Sql {
  const { column, bound } = fieldOf(relation, condition.column, 'dimension')
  const domain = bound.role === 'dimension' ? bound.codes : []
  const isKnown = condition.codes.every((code) => domain.includes(code))
  if (!isKnown) refuse(`a code outside \`${condition.column}\``)
  const allowed = booleans(domain.map((code) => condition.codes.includes(code)))
  return sql`(${allowed})[${sql.ref(column)} + 1]`
}

function fieldOf(
  { fields }: Relation,
  name: string,
  role: RelationField['bound']['role'],
): RelationField {
  const field = fields.get(name)
  if (field?.bound.role !== role) return refuse(`\`${name}\` is no ${role} of this source`)
  return field
}

function checkRange({ column, lower, upper }: Amount): void {
  if (lower > upper || lower < -WIDEST_RANGE || upper > WIDEST_RANGE) {
    refuse(`the range of \`${column}\` is reversed or beyond 2^80`)
  }
}

function fitsBigint(value: bigint): boolean {
  return BigInt.asIntN(63, value) === value
}

function integer(cell: string | null | undefined): bigint {
  if (cell === undefined || cell === null || !/^-?[0-9]+$/.test(cell)) {
    throw new SourceError('SOURCE_ENGINE', 'the engine answered with something else than integers')
  }
  return BigInt(cell)
}

function refuse(reason: string): never {
  throw new SourceError('QUESTION_REFUSED', reason)
}
