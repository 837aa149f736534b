import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { type ParseError, parseTree } from 'jsonc-parser'
import t from 'tap'
import { readJsonFile } from '#runtime/json-file'
import { parseJsonText } from '#runtime/json-text'

const refused: [name: string, text: string | Uint8Array, code: string, place: string][] = [
  ['a comment', '{"a": 1} // why', 'JSON_SYNTAX', '1:10'],
  ['a trailing comma', '[1,\n 2,]', 'JSON_SYNTAX', '2:4'],
  ['nothing', '', 'JSON_SYNTAX', '1:1'],
  ['two values', '1 2', 'JSON_SYNTAX', '1:3'],
  ['a leading zero', '01', 'JSON_SYNTAX', '1:2'],
  ['a raw line break in a string', '"a\nb"', 'JSON_SYNTAX', '1:1'],
  ['a duplicate key', '{"a": 1,\n "b": 2,\n "a": 3}', 'JSON_DUPLICATE_KEY', '3:2'],
  ['a duplicate key in escapes', '{"a": 1, "\\u0061": 2}', 'JSON_DUPLICATE_KEY', '1:10'],
  ['a prototype', '{"a": {"__proto__": {}}}', 'JSON_FORBIDDEN_KEY', '1:8'],
  ['a prototype in escapes', '{"\\u005f_proto__": 1}', 'JSON_FORBIDDEN_KEY', '1:2'],
  ['an integer past 2^53', '[9007199254740993]', 'JSON_UNSAFE_NUMBER', '1:2'],
  ['a number past all doubles', '1e999', 'JSON_UNSAFE_NUMBER', '1:1'],
  ['a lone surrogate', '["\\ud800"]', 'JSON_LONE_SURROGATE', '1:2'],
  ['a byte order mark', '\ufeff{}', 'JSON_BOM', '1:1'],
  ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'JSON_NOT_UTF8', '1:1'],
  ['65 levels', `${'['.repeat(65)}${']'.repeat(65)}`, 'JSON_TOO_DEEP', '1:65'],
  ['a depth bomb', '['.repeat(900_000), 'JSON_TOO_DEEP', '1:65'],
]

t.test('what is not strict JSON is refused, with its place', async (t) => {
  for (const [name, text, code, place] of refused) {
    t.throws(() => parseJsonText(text), { code, message: new RegExp(` at ${place}$`) }, name)
  }
})

t.test('what is strict JSON comes through as the engine reads it', async (t) => {
  const texts = [
    'null',
    '[]',
    '{"a":{"b":[1,-0.5,1e3,"\\ud83d\\ude00"]}}',
    ' "x" ',
    '9007199254740991',
  ]
  for (const text of texts) t.same(parseJsonText(text).value, JSON.parse(text), text)
  t.same(
    parseJsonText(`${'['.repeat(64)}${']'.repeat(64)}`).value,
    JSON.parse(`${'['.repeat(64)}${']'.repeat(64)}`),
  )
})

t.test('what is let through, a second parser finds no fault with', async () => {
  const scraps = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"b"',
    '"\\\\"',
    '"\\":"',
    '1',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(scraps, { maxLength: 12 }), (parts) => {
      const text = parts.join('')
      if (!isAccepted(text)) return
      const errors: ParseError[] = []
      const root = parseTree(text, errors, { disallowComments: true })
      const keys = (root?.children ?? []).map((member) => member.children?.[0]?.value)
      if (errors.length > 0) throw new Error(`accepted ${text}`)
      if (root?.type === 'object' && new Set(keys).size < keys.length) throw new Error(text)
    }),
    { numRuns: 2000, seed: 1 },
  )
  fc.assert(
    fc.property(
      fc.json({ noUnicodeString: false }),
      (text) => isAccepted(text) === isExactIn(text),
    ),
  )
})

function isAccepted(text: string): boolean {
  try {
    parseJsonText(text)
    return true
  } catch {
    return false
  }
}

// What fast-check writes has no duplicate keys; only numbers, surrogates and prototypes offend.
function isExactIn(text: string): boolean {
  let isExact = true
  JSON.parse(text, (key, value: unknown) => {
    if (key === '__proto__' || !key.isWellFormed()) isExact = false
    if (typeof value === 'string' && !value.isWellFormed()) isExact = false
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) isExact = false
    return value
  })
  return isExact
}

t.test('a refusal does not repeat what was read', async (t) => {
  for (const text of ['{"k": canary}', '{"canary": 1, "canary": 2}', '["canary\\ud800"]']) {
    t.throws(() => parseJsonText(text), { message: /^(?!.*canary)/s })
  }
})

t.test('a pointer is found in the text', async (t) => {
  const document = parseJsonText('{\r\n  "a/b": {\r\n    "c": [10,\r\n 20]\r\n  }\r\n}')
  t.same(document.positionOf('/a~1b'), { line: 2, column: 3 })
  t.same(document.positionOf('/a~1b/c/1'), { line: 4, column: 2 })
  t.same(document.positionOf('/a~1b/missing'), { line: 2, column: 3 }, 'nearest parent')
  t.same(document.positionOf(''), { line: 1, column: 1 })
})

t.test('a file is read up to the limit and no further', async (t) => {
  const folder = t.testdir({})
  const file = path.join(folder, 'a.json')
  await writeFile(file, JSON.stringify('x'.repeat(98)))
  t.same((await readJsonFile(file, { maxBytes: 100 })).value, 'x'.repeat(98))
  await t.rejects(readJsonFile(file, { maxBytes: 99 }), { code: 'JSON_TOO_LARGE' })
  await t.rejects(readJsonFile('/dev/zero', { maxBytes: 10 }), { code: 'JSON_TOO_LARGE' })
  await t.rejects(readJsonFile(folder), { code: 'JSON_FILE_UNREADABLE' })
})
