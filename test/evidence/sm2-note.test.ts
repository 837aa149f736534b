import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { Secret } from '#crypto/secret'
import { sm2PrivateKey, sm2PublicKey, sm2Sign, sm2Verify } from '#crypto/sign/sm2'
import { STRICT_RULES } from '#evidence/chain-rules'
import { checkpointText } from '#evidence/checkpoint'
import { logFolder } from '#evidence/evidence-folder'
import { type KeyRoot, partyCosigner, partyLogSigner, partySm2Signer } from '#evidence/log-keys'
import { parseVerifierKey } from '#evidence/note-key'
import { ed25519NoteSigner, type NoteSigner } from '#evidence/note-signer'
import { formatNote, parseNote } from '#evidence/signed-note'
import { parseSm2Keys } from '#evidence/sm2-keys'
import { parseSm2VerifierKey, sm2NoteSigner } from '#evidence/sm2-note'
import { parseTrustPolicy } from '#evidence/trust-policy'
import { verifyEvidence } from '#evidence/verify'
import { openCheckpoint, verifyNote } from '#evidence/verify-note'
import { seededRandom } from '../support/fixtures.ts'
import { exported, temporaryFolder } from './made-folder.ts'
import { madeKey } from './made-log.ts'
import { gatewayLog } from './made-story.ts'

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

t.test('a reader who pins a log’s SM2 key demands its line', async (t) => {
  const folder = temporaryFolder(t)
  const log = gatewayLog()
  await exported(folder, [log])
  const random = seededRandom('sm2 reader')
  const national = sm2NoteSigner(log.origin, Secret.random(32, random), random)
  const other = sm2NoteSigner(log.origin, Secret.random(32, random), random)
  const policy = parseTrustPolicy(`log ${log.signer.verifier.vkey}\nquorum none\n`)
  const judged = (...keys: NoteSigner[]) => {
    const sm2 = parseSm2Keys(keys.map(({ verifier }) => `${verifier.vkey}\n`).join(''), policy)
    return verifyEvidence(folder, { policy, rules: { ...STRICT_RULES, require: new Set() }, sm2 })
  }
  const refused = { code: 'CHECKPOINT_REFUSED', log: log.origin, file: /checkpoint$/ }
  t.match(judged(), { isGood: true, sm2Signed: [] })
  t.match(judged(national), { findings: [refused], sm2Signed: [] }, 'no line')
  const file = path.join(folder, logFolder(log.origin), 'checkpoint')
  const { text, signatures } = parseNote(readFileSync(file, 'utf8'))
  const line = await national.sign(text)
  const write = (...lines: (typeof line)[]) => {
    writeFileSync(file, formatNote({ text, signatures: [...signatures, ...lines] }))
  }
  write(line)
  t.match(judged(national), { isGood: true, sm2Signed: [log.origin] })
  t.match(judged(other), { findings: [refused] }, 'another key')
  write({ ...line, signature: line.signature.with(40, (line.signature[40] ?? 0) ^ 1) })
  t.match(judged(national), { findings: [refused] }, 'a changed line')
  t.match(judged(), { isGood: true }, 'who asks for none is not told of it')
  const stranger = sm2NoteSigner('other.example', Secret.random(32, random), random)
  t.throws(() => judged(stranger), { code: 'TRUST_POLICY_MALFORMED' }, 'a key that checks nothing')
  t.throws(() => parseSm2Keys('nonsense', policy), { code: 'NOTE_KEY_MALFORMED' })
})

t.test('a party’s evidence keys are its own, each of its kind, the same every time', async (t) => {
  const wrappingKey = Secret.take(new Uint8Array(32).fill(7))
  const root = { did: 'did:web:tax.example', spaceId: 'urn:space', wrappingKey }
  const random = seededRandom('keys')
  const keys = (of: KeyRoot) => [
    partyLogSigner(of).verifier.vkey,
    partySm2Signer(of, random).verifier.vkey,
    partyCosigner(of).verifier.vkey,
    partyCosigner(of, 'ml-dsa-44').verifier.vkey,
  ]
  t.strictSame(keys(root), keys({ ...root }))
  const others = [
    { ...root, did: 'did:web:other.example' },
    { ...root, spaceId: 'urn:other' },
    { ...root, wrappingKey: Secret.take(new Uint8Array(32).fill(8)) },
  ]
  const raw = [root, ...others].flatMap(keys).map((vkey) => vkey.split('+').slice(2).join('+'))
  t.equal(new Set(raw).size, 16, 'no key is another’s')
  const text = checkpointText({ origin: 'gateway.example/log', size: 1, root: new Uint8Array(32) })
  for (const algorithm of ['ed25519', 'ml-dsa-44'] as const) {
    const cosigner = partyCosigner(root, algorithm)
    const signatures = [await cosigner.cosign(text, 1_800_000_000)]
    const key = parseVerifierKey(cosigner.verifier.vkey)
    t.match(verifyNote({ text, signatures }, [key]), [{ time: 1_800_000_000n }], algorithm)
    const changed = checkpointText({
      origin: 'gateway.example/log',
      size: 2,
      root: new Uint8Array(32),
    })
    t.throws(() => verifyNote({ text: changed, signatures }, [key]), { code: 'NOTE_REFUSED' })
  }
  t.throws(() => sm2PrivateKey(new Uint8Array(32)), { code: 'SM2_KEY' })
  t.equal(Buffer.from(sm2PrivateKey(new Uint8Array(40))).toString('hex'), `${'0'.repeat(63)}1`)
})
