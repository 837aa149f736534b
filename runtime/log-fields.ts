import { traceOf } from './error-trace.ts'

/** What a log field may hold. Anything of another shape is dropped, so a value cannot slip in. */
export type FieldKind =
  | 'id'
  | 'word'
  | 'code'
  | 'did'
  | 'digest'
  | 'route'
  | 'number'
  | 'flag'
  | 'error'

export type LogFields = Readonly<Record<string, FieldKind>>

/** The names every party may log. A party adds its own where it opens its log, by name and kind. */
export const COMMON_FIELDS = {
  attempt: 'number',
  bytes: 'number',
  code: 'code',
  count: 'number',
  database: 'word',
  digest: 'digest',
  durationMs: 'number',
  effect: 'word',
  err: 'error',
  fence: 'number',
  index: 'number',
  kind: 'word',
  method: 'code',
  outcome: 'word',
  party: 'word',
  pid: 'number',
  port: 'number',
  reason: 'code',
  recipient: 'did',
  requestId: 'id',
  route: 'route',
  ruleId: 'id',
  sessionId: 'id',
  spaceId: 'id',
  status: 'number',
  taskId: 'id',
} as const satisfies LogFields

const SHAPES: Readonly<Partial<Record<FieldKind, RegExp>>> = {
  id: /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/,
  word: /^[a-z][a-z0-9-]{0,39}$/,
  code: /^[A-Z][A-Z0-9_]{0,63}$/,
  did: /^did:[a-z0-9]+:[A-Za-z0-9._:%-]{1,200}$/,
  digest: /^sha256-[0-9a-f]{64}$/,
  route: /^\/[A-Za-z0-9/_:.{}*-]{0,199}$/,
}

/** Keeps the fields that are declared and well-shaped, and counts the rest as `dropped`. */
export function allowedFields(fields: object, declared: LogFields): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  let dropped = 0
  for (const [name, value] of Object.entries(fields)) {
    const kind = Object.hasOwn(declared, name) ? declared[name] : undefined
    const field = kind && fieldOf(kind, value)
    if (field === undefined) dropped += 1
    else kept[name] = field
  }
  return dropped > 0 ? { ...kept, dropped } : kept
}

function fieldOf(kind: FieldKind, value: unknown): unknown {
  if (kind === 'error') return value instanceof Error ? traceOf(value) : undefined
  if (kind === 'flag') return typeof value === 'boolean' ? value : undefined
  if (kind === 'number') return numberOf(value)
  return typeof value === 'string' && SHAPES[kind]?.test(value) ? value : undefined
}

function numberOf(value: unknown): number | string | undefined {
  if (typeof value === 'bigint') return value.toString()
  return Number.isFinite(value) ? Number(value) : undefined
}
