import canonicalize from 'canonicalize'
import fc from 'fast-check'
import t from 'tap'
import type { Entry } from '#evidence/entry'
import { ENTRY_FIELDS, type EntryType } from '#evidence/entry-fields'
import { entryBytes, parseEntry } from '#evidence/entry-form'
import { answered, digest, standing } from './made-story.ts'

const [first] = standing()
if (first === undefined) throw new Error('no draft')
const entry: Entry = { ...first, v: 1, at: 1_800_000_000_000 }

t.test('entries have one spelling, which is their canonical form', async (t) => {
  for (const draft of [...standing(), ...answered('one')]) {
    const made: Entry = { ...draft, v: 1, at: 1_800_000_000_000 }
    const bytes = entryBytes(made)
    t.equal(Buffer.from(bytes).toString(), canonicalize(made))
    t.strictSame(parseEntry(bytes), made)
  }
  const text = Buffer.from(entryBytes(entry)).toString()
  const spellings = [
    ` ${text}`,
    text.replace(':', ': '),
    text.replace('actor', '\\u0061ctor'),
    `${text}\n`,
  ]
  for (const spelling of spellings) {
    t.throws(() => parseEntry(Buffer.from(spelling)), { code: 'ENTRY_REFUSED' }, spelling)
  }
})

t.test('whatever the table does not describe is refused', async (t) => {
  const bad: Record<string, object> = {
    'unknown type': { type: 'secret.leaked' },
    'a prototype for a type': { type: 'constructor' },
    'another version': { v: 2 },
    'a further field': { note: digest('x') },
    'a field of every object': { constructor: digest('x') },
    'a value for a digest': { dataset: '12000000' },
    'upper-case hex': { dataset: digest('x').toUpperCase() },
    'a name for a DID': { holder: '济南市税务局' },
    'a credit code in a DID': { holder: 'did:web:x.example:91370102XX0000019Q' },
    'no time': { at: undefined },
    'a fractional time': { at: 1.5 },
    'a negative time': { at: -1 },
    'a number for text': { actor: 7 },
    'a missing field': { dataset: undefined },
  }
  for (const [name, change] of Object.entries(bad)) {
    const made: Entry = Object.assign({}, entry, change)
    t.throws(() => entryBytes(made), { code: 'ENTRY_REFUSED' }, name)
    t.throws(() => parseEntry(Buffer.from(JSON.stringify(made))), { code: 'ENTRY_REFUSED' }, name)
  }
  const ended = { type: 'product.withdrawn', actor: entry.actor, v: 1, at: 1 } as const
  const coded = (reason: string): Entry => ({ ...ended, product: digest('p'), reason })
  t.ok(entryBytes(coded('EXPIRED_2027')))
  t.throws(() => entryBytes(coded('C370102198001011234')), { code: 'ENTRY_REFUSED' })
  for (const bytes of ['', 'null', '[]', '{', '"x"']) {
    t.throws(() => parseEntry(Buffer.from(bytes)), { code: 'ENTRY_REFUSED' }, bytes)
  }
  const long = Array.from({ length: 801 }, (_, i) => digest(`${i}`))
  const inputs: Entry = {
    type: 'release.inputs',
    actor: entry.actor,
    v: 1,
    at: 1,
    transcript: digest('t'),
    inputs: long,
  }
  t.throws(() => entryBytes(inputs), { code: 'ENTRY_REFUSED' }, 'too long a list')
  t.ok(entryBytes({ ...inputs, inputs: long.slice(1) }).length < 65_536)
})

t.test('no entry type has room for a value, an identifier or a literal', async (t) => {
  const kinds = new Set(Object.values(ENTRY_FIELDS).flatMap((fields) => Object.values(fields)))
  const known = ['digest', 'digests', 'salted', 'tag', 'did', 'dids', 'code', 'count', 'time']
  t.strictSame(
    [...kinds].filter((kind) => !known.includes(kind.replace('?', ''))),
    [],
  )
  const literal = fc.oneof(
    fc.constantFrom('91370102XX0000019Q', '370102198001011234', '12,000,000', '泉城', '120000.00'),
    fc.string({ minLength: 1 }),
  )
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(ENTRY_FIELDS)), literal, (type, text) => {
      const fields = ENTRY_FIELDS[type as EntryType]
      return Object.entries(fields).every(([name, kind]) => {
        if (kind.startsWith('count') || kind.startsWith('time')) return true
        const isCode = kind.startsWith('code') && /^[A-Z][A-Z0-9_]{0,63}$/.test(text)
        return isCode || refuses({ ...sample(type as EntryType), [name]: text })
      })
    }),
    { numRuns: 2000 },
  )
})

/** An entry of this type with fitting fields throughout. */
function sample(type: EntryType): object {
  const values: Readonly<Record<string, unknown>> = {
    digest: digest('x'),
    salted: digest('y'),
    digests: [digest('x')],
    tag: `tag-${'0'.repeat(32)}-${'1'.repeat(64)}`,
    did: 'did:web:bank.example',
    dids: ['did:web:bank.example'],
    code: 'CODE',
    count: 1,
    time: 1,
  }
  const fields = Object.entries(ENTRY_FIELDS[type]).map(([name, kind]) => {
    return [name, values[kind.replace('?', '')]]
  })
  return { v: 1, type, at: 1, actor: 'did:web:bank.example', ...Object.fromEntries(fields) }
}

t.test('every type takes a fitting entry', async (t) => {
  for (const type of Object.keys(ENTRY_FIELDS)) t.notOk(refuses(sample(type as EntryType)), type)
})

function refuses(made: object): boolean {
  try {
    parseEntry(Buffer.from(canonicalize(made) ?? ''))
    return false
  } catch {
    return true
  }
}
