import { generateKeyPairSync, verify } from 'node:crypto'
import t from 'tap'
import { checkpointText, parseCheckpoint } from '#evidence/checkpoint'
import { cosignatureTime, noteVerifier, parseVerifierKey, rawPublicKey } from '#evidence/note-key'
import { cosigner, ed25519NoteSigner } from '#evidence/note-signer'
import { formatNote, parseNote } from '#evidence/signed-note'
import { openCheckpoint, verifyNote } from '#evidence/verify-note'
import { madeKey } from './made-log.ts'

// The example of C2SP signed-note.
const SPEC_KEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
const SPEC_NOTE = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`
const head = { origin: 'log.example', size: 7, root: new Uint8Array(32).fill(9) }
const text = checkpointText(head)
const log = ed25519NoteSigner('log.example', madeKey('log'))

t.test('the example of the specification verifies, and a changed one does not', async (t) => {
  const key = parseVerifierKey(SPEC_KEY)
  t.equal(key.vkey, SPEC_KEY)
  const note = parseNote(SPEC_NOTE)
  t.equal(formatNote(note), SPEC_NOTE)
  t.equal(verifyNote(note, [key]).length, 1)
  t.throws(() => verifyNote({ ...note, text: 'This is another message.\n' }, [key]), {
    code: 'NOTE_REFUSED',
  })
})

t.test('one exact spelling of a note, nothing else', async (t) => {
  const good = formatNote({ text, signatures: [await log.sign(text)] })
  const bad = {
    'no signatures': `${text}\n`,
    'no blank line': good.replace('\n\n', '\n'),
    'carriage returns': good.replaceAll('\n', '\r\n'),
    'no final newline': good.slice(0, -1),
    'a hyphen for the dash': good.replace('—', '-'),
    'base64 with loose bits': good.replace(/.=\n$/, '/=\n'),
    'a plus in the name': good.replace('— log.example', '— log+example'),
    'a signature without bytes': `${text}\n— log.example AAAAAA==\n`,
    'a control character': good.replace('log', 'l\tog'),
    'too many signatures': good + '— a.example AAAAAAAA\n'.repeat(64),
    'too long': `${'x'.repeat(262_144)}\n\n— a.example AAAAAAAA\n`,
  }
  for (const [name, note] of Object.entries(bad)) {
    t.throws(() => parseNote(note), { code: 'NOTE_MALFORMED' }, name)
  }
  for (const body of ['log.example\n07\nx\n', 'log.example\n7\n', `${text}more\n`, '\n7\nAA==\n']) {
    t.throws(() => parseCheckpoint(body), { code: 'NOTE_MALFORMED' })
  }
})

t.test('a key of another name, kind or id is no key of the note', async (t) => {
  const note = { text, signatures: [await log.sign(text)] }
  const raw = log.verifier.publicKey
  t.equal(openCheckpoint(formatNote(note), log.verifier).size, 7)
  const strangers = [
    noteVerifier('other.example', 'ed25519', raw),
    noteVerifier('log.example', 'ed25519-cosignature', raw),
    ed25519NoteSigner('log.example', madeKey('other')).verifier,
  ]
  for (const stranger of strangers) {
    t.throws(() => verifyNote(note, [stranger]), { code: 'NOTE_REFUSED' })
  }
  const signature = { ...(await log.sign('else\n')), name: 'log.example' }
  t.throws(
    () => verifyNote({ text, signatures: [signature, ...note.signatures] }, [log.verifier]),
    { code: 'NOTE_REFUSED' },
    'a known key that fails refuses the note, whatever else is on it',
  )
  const foreign = ed25519NoteSigner('name.example', madeKey('log'))
  t.throws(
    () => openCheckpoint(`${text}\n${lineOf(note, foreign.verifier)}`, foreign.verifier),
    { code: 'NOTE_REFUSED' },
    'an origin must be the name of its key',
  )
  const malformed = [SPEC_KEY.replace('530d', '530e'), 'a+b', 'a+00000000+CQ==', `${SPEC_KEY}AAAA`]
  for (const vkey of malformed) {
    t.throws(() => parseVerifierKey(vkey), { code: /NOTE_(KEY_)?MALFORMED/ }, vkey)
  }
})

for (const [name, type] of [
  ['timestamped Ed25519', 'ed25519'],
  ['ML-DSA-44', 'ml-dsa-44'],
] as const) {
  t.test(`${name} cosignatures bind time, name and checkpoint`, async (t) => {
    // @ts-expect-error the types of Node do not list ml-dsa-44 yet
    const { privateKey, publicKey } = generateKeyPairSync(type)
    const witness = cosigner('witness.example', privateKey)
    const line = await witness.cosign(text, 1_700_000_000)
    const parsed = parseVerifierKey(witness.verifier.vkey)
    t.match(verifyNote({ text, signatures: [line] }, [parsed]), [{ time: 1_700_000_000n }])
    const later = Buffer.from(line.signature)
    later.writeUInt8(later.readUInt8(7) ^ 1, 7)
    t.notOk(parsed.verify(text, later), 'another time')
    t.notOk(parsed.verify(checkpointText({ ...head, size: 8 }), line.signature), 'another size')
    const { kind } = parsed
    t.not(kind, 'other')
    if (kind === 'other') return
    const renamed = noteVerifier('else.example', kind, rawPublicKey(kind, publicKey))
    t.equal(
      renamed.verify(text, line.signature),
      type === 'ed25519',
      'only ML-DSA-44 binds the name',
    )
    t.notOk(parsed.verify(text, new Uint8Array(8)), 'too short')
  })
}

t.test('the cosigned bytes are those of the specification', async (t) => {
  const key = madeKey('witness')
  const { signature } = await cosigner('witness.example', key).cosign(text, 1_679_315_147)
  const message = `cosignature/v1\ntime 1679315147\n${text}`
  t.ok(verify(null, Buffer.from(message), key, signature.subarray(8)))
  t.equal(cosignatureTime(signature), 1_679_315_147n)
})

function lineOf(note: Parameters<typeof formatNote>[0], key: typeof log.verifier): string {
  const [signature] = note.signatures
  if (signature === undefined) throw new Error('no signature')
  return formatNote({
    text: '',
    signatures: [{ ...signature, name: key.name, keyId: key.keyId }],
  }).slice(1)
}
