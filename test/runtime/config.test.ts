import t from 'tap'
import { Type } from 'typebox'
import { ConfigError, checkConfig } from '#runtime/config'
import { parseJsonText } from '#runtime/json-text'

const closed = { additionalProperties: false }
const Listen = Type.Object({ host: Type.String(), port: Type.Integer({ minimum: 1 }) }, closed)
const Schema = Type.Object({ listen: Listen, peers: Type.Optional(Type.Array(Listen)) }, closed)

const check = (text: string) => checkConfig(parseJsonText(text), Schema, 'gateway.json')

function problemsIn(text: string): unknown {
  try {
    return check(text)
  } catch (error) {
    return error instanceof ConfigError ? error.problems : error
  }
}

t.test('a valid file is handed back as it stands', async (t) => {
  const text = '{"listen": {"host": "::1", "port": 1}}'
  t.same(check(text), JSON.parse(text))
})

t.test(
  'an unknown key is named with its pointer, its place and the nearest known key',
  async (t) => {
    const text = '{\n  "listen": {\n    "host": "::1",\n    "prot": 1,\n    "port": 2\n  }\n}'
    t.throws(() => check(text), {
      code: 'CONFIG_INVALID',
      message: /gateway\.json:4:5 unknown key `prot`, did you mean `port`\? \(\/listen\/prot\)/,
      problems: [{ code: 'CONFIG_UNKNOWN_KEY', pointer: '/listen/prot', line: 4, column: 5 }],
    })
  },
)

t.test('no guess is made where none is near', async (t) => {
  t.throws(() => check('{"listen": {"host": "", "port": 1}, "colour": 1}'), {
    message: /unknown key `colour` \(\/colour\)$/,
  })
})

t.test('everything wrong is told at once, in the order of the file', async (t) => {
  const text = '{"peers": [{"host": 1, "port": 0}],\n "listen": {"host": "x"}}'
  const wanted = [
    { code: 'CONFIG_BAD_VALUE', pointer: '/peers/0/host', line: 1 },
    { code: 'CONFIG_BAD_VALUE', pointer: '/peers/0/port', line: 1 },
    { code: 'CONFIG_MISSING_KEY', pointer: '/listen/port', line: 2 },
  ]
  t.match(problemsIn(text), wanted)
})

t.test('nothing is coerced and no value is repeated', async (t) => {
  const text = '{"listen": {"host": "x", "port": "31337"}}'
  t.throws(() => check(text), { message: /^(?!.*31337).*value breaks rule `type`/s })
})

t.test('a schema that would ignore unknown keys is refused itself', async (t) => {
  const open = Type.Object({ inner: Type.Array(Type.Object({ a: Type.Number() })) }, closed)
  t.throws(() => checkConfig(parseJsonText('{"inner": []}'), open, 'x'), {
    code: 'CONFIG_SCHEMA_OPEN',
    message: /\/properties\/inner\/items/,
  })
})
