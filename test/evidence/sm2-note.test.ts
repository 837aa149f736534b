import t from 'tap'
import { Secret } from '#crypto/secret'
import { sm2PublicKey, sm2Sign, sm2Verify } from '#crypto/sign/sm2'
import { checkpointText } from '#evidence/checkpoint'
import { ed25519NoteSigner } from '#evidence/note-signer'
import { formatNote, parseNote } from '#evidence/signed-note'
import { parseSm2VerifierKey, sm2NoteSigner } from '#evidence/sm2-note'
import { openCheckpoint, verifyNote } from '#evidence/verify-note'
import { seededRandom } from '../support/fixtures.ts'
import { madeKey } from './made-log.ts'

const hex = (text: string) => Buffer.from(text, 'hex')

t.test('the signature example of GB/T 32918.5', async (t) => {
  const privateKey = hex('3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8')
  const once = hex('59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21')
  const message = Buffer.from('message digest')
  const signature = Buffer.from(sm2Sign(message, privateKey, () => once))
  const r = 'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3'
  const s = 'b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa'
  t.equal(signature.toString('hex'), r + s)
  const publicKey = sm2PublicKey(privateKey)
  t.ok(sm2Verify(message, signature, publicKey))
  for (const at of [0, 31, 32, 63]) {
    const changed = Buffer.from(signature)
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
    t.notOk(sm2Verify(message, changed, publicKey))
  }
  t.notOk(sm2Verify(Buffer.from('message digesu'), signature, publicKey))
  t.notOk(sm2Verify(message, new Uint8Array(64), publicKey))
  t.notOk(sm2Verify(message, signature.subarray(1), publicKey))
  t.throws(() => sm2Verify(message, signature, publicKey.with(64, 0)), { code: 'SM2_KEY' })
  t.throws(() => sm2PublicKey(new Uint8Array(32)), { code: 'SM2_KEY' })
})

t.test('a checkpoint carries an SM2 line beside its own', async (t) => {
  const random = seededRandom('sm2')
  const log = ed25519NoteSigner('log.example', madeKey('log'))
  const national = sm2NoteSigner('log.example', Secret.random(32, random), random)
  const text = checkpointText({ origin: 'log.example', size: 1, root: new Uint8Array(32) })
  const signatures = [await log.sign(text), await national.sign(text)]
  const note = formatNote({ text, signatures })
  t.equal(openCheckpoint(note, log.verifier).size, 1, 'readers of the Ed25519 line need nothing')
  const key = parseSm2VerifierKey(national.verifier.vkey)
  t.equal(verifyNote(parseNote(note), [key]).length, 1)
  t.throws(() => verifyNote({ text: 'else\n', signatures }, [key]), { code: 'NOTE_REFUSED' })
  t.throws(() => parseSm2VerifierKey(log.verifier.vkey), { code: 'NOTE_KEY_MALFORMED' })
})
