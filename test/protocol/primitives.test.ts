import t from 'tap'
import { parseMessage } from '#protocol/messages/parse'
import { Did, Instant, IntegerText, Name } from '#protocol/messages/primitives'

const accepts = (schema: typeof Instant, text: string) => {
  try {
    return parseMessage(schema, text) === text
  } catch {
    return false
  }
}

t.test('an instant always parses to a time: none can be written that never expires', async (t) => {
  const good = ['2026-01-01T00:00:00Z', '2026-12-31T23:59:59.999Z', '2028-02-29T12:00:00Z']
  const bad = [
    ...['2026-13-01T00:00:00Z', '2026-00-01T00:00:00Z', '2026-01-32T00:00:00Z'],
    ...['2026-01-01T24:00:00Z', '2026-01-01T00:60:00Z', '2026-01-01T00:00:60Z'],
    ...[
      '2026-99-99T99:99:99Z',
      '2026-01-01T00:00:00',
      '2026-01-01 00:00:00Z',
      '9999-01-01T00:00:00Z',
    ],
  ]
  for (const text of good) t.ok(accepts(Instant, text), text)
  for (const text of bad) t.notOk(accepts(Instant, text), text)
  t.ok(
    Number.isNaN(Date.parse('2026-99-99T99:99:99Z')),
    'control: such a time compares with nothing',
  )
  t.notOk(Number.isNaN(Date.parse('2026-02-31T00:00:00Z')))
})

t.test('whole numbers have one spelling', async (t) => {
  for (const text of ['0', '-1', '9'.repeat(77)]) t.ok(accepts(IntegerText, text), text)
  for (const text of ['-0', '+1', '01', '1.0', '1e3', '', ' 1', '9'.repeat(79)]) {
    t.notOk(accepts(IntegerText, text), text)
  }
})

t.test('names and participants', async (t) => {
  for (const text of ['tax12', '31-33', '行业', 'C']) t.ok(accepts(Name, text), text)
  for (const text of ['', '-a', 'a b', 'a"b', "a'b", 'a;b', '__proto__'])
    t.notOk(accepts(Name, text), text)
  t.ok(accepts(Did, 'did:web:tax.jinan.example'))
  for (const text of ['did:key:z6', 'did:web:', 'did:web:a b', 'https://a'])
    t.notOk(accepts(Did, text))
})
