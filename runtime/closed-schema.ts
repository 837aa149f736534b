import { pointerBelow } from './json-pointer.ts'

/**
 * Pointers of the places in a JSON schema that would let a member pass which nobody declared.
 * Empty means: whatever this schema accepts, it accepts because somebody wrote it down.
 * An object is closed by `additionalProperties: false` or by a schema for the rest (a record);
 * a schema that accepts anything counts as open, and so does each part of an intersection.
 */
export function openObjects(schema: unknown, pointer = ''): string[] {
  if (schema === true) return [pointer]
  if (!isObject(schema)) return []
  const here = isOpen(schema) ? [pointer] : []
  return [...here, ...openChildren(schema, pointer)]
}

interface SchemaNode {
  readonly [keyword: string]: unknown
  readonly type?: unknown
  readonly additionalProperties?: unknown
  readonly patternProperties?: unknown
}

const MAPS = ['properties', 'patternProperties', '$defs', 'definitions']
const LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems']
const SINGLES = ['items', 'additionalProperties', 'then', 'else', 'contains']
const ANNOTATIONS = new Set(['$id', 'title', 'description', 'examples', '$comment'])

function openChildren(schema: SchemaNode, pointer: string): string[] {
  const inside = [...MAPS, ...LISTS].flatMap((keyword) =>
    Object.entries(Object(schema[keyword] ?? {})).flatMap(([name, child]) =>
      openObjects(child, pointerBelow(pointerBelow(pointer, keyword), name)),
    ),
  )
  const single = SINGLES.flatMap((keyword) =>
    openObjects(schema[keyword], pointerBelow(pointer, keyword)),
  )
  return [...inside, ...single]
}

function isOpen(schema: SchemaNode): boolean {
  if (schema.type === 'object' || 'properties' in schema) return !isClosed(schema)
  return Object.keys(schema).every((key) => ANNOTATIONS.has(key))
}

// TypeBox writes a record as one catch-all pattern, which names its members' schema.
function isClosed(schema: SchemaNode): boolean {
  const rest = schema.additionalProperties
  if (rest !== undefined) return rest === false || isObject(rest)
  const patterns = schema.patternProperties
  return isObject(patterns) && '^.*$' in patterns
}

function isObject(value: unknown): value is SchemaNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
