import t from 'tap'
import { digestBytes } from '#crypto/digest'
import { TAB } from '#crypto/he/parameters'
import { ciphertextWireBytes, publicKeyWireBytes } from '#crypto/he/wire'
import { systemRandom } from '#crypto/random'
import { KINDS } from '#protocol/message-kinds'
import type { Release, SessionOpening, Submission } from '#protocol/messages/session'
import type { LeasedTask } from '#protocol/messages/tasks'
import { Counterparts, payloadOf } from './support/counterparts.ts'
import { openTestGateway } from './support/gateway.ts'
import type { Member } from './support/space.ts'

const digest = (seed: number) => digestBytes(Uint8Array.of(seed))

const gateway = await openTestGateway(t, { replicas: 1 })
const parties = new Counterparts(gateway)
const { release, rival, bank, jinan, qingdao } = parties.members

t.test('an opening that is not the one asked for is refused, and the task stays', async (t) => {
  const request = await parties.playTo('opening')
  const task = await parties.leased(release, 'open-session')
  const right = await parties.opening(task)
  const good = payloadOf<SessionOpening>(right)
  const opening = (change: object) => parties.opening(task, { ...good, ...change })
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'signed by another',
      await rival.keys.signer().sign(KINDS.session.typ, good),
      'SIGNATURE_REFUSED',
    ],
    [
      'of another typ',
      await release.keys.signer().sign(KINDS.advert.typ, good),
      'SIGNATURE_REFUSED',
    ],
    ['unsigned', `e30.${Buffer.from('{}').toString('base64url')}.e30`, 'SIGNATURE_REFUSED'],
    ['of another invitation', await opening({ invitation: digest(1) }), 'SESSION_MISMATCH'],
    ['under another sid', await opening({ sid: digest(1) }), 'SESSION_MISMATCH'],
    ['with another auditor', await opening({ auditor: rival.did }), 'SESSION_MISMATCH'],
    ['with no key', await opening({ publicKey: digest(1) }), 'BLOB_MISSING'],
  ]
  for (const [name, session, code] of cases) {
    const { json } = await parties.answer(release, task, { session })
    t.match(json, { code }, name)
  }
  t.match((await parties.answer(release, task, {})).json, { code: 'MESSAGE_MALFORMED' })
  t.match((await parties.state(request)).json, { stage: 'opening' })
  const foreign = await parties.answer(jinan, task, { session: right })
  t.match(foreign.json, { status: 404, code: 'TASK_UNKNOWN' }, 'by a holder')
  t.equal((await parties.answer(release, task, { session: right })).status, 204)
  t.match((await parties.state(request)).json, { stage: 'advertising' }, 'control: a good one')
})

t.test('a task belongs to one lease of one party', async (t) => {
  const gateway = await openTestGateway(t, { timing: { leaseMs: 400 } })
  const parties = new Counterparts(gateway)
  const { release, jinan, qingdao } = parties.members
  await parties.playTo('advertising')
  t.equal(await parties.lease(release), undefined, 'nobody leases another’s task')
  const zombie = await parties.leased(jinan, 'advertise')
  t.equal(await parties.lease(jinan), undefined, 'nor twice at a time')
  const heir = await parties.lease(jinan, 5000)
  if (heir === undefined) throw new Error('the lease did not run out')
  t.equal(heir.task, zombie.task)
  t.ok(BigInt(heir.fence) > BigInt(zombie.fence))
  const advert = await parties.advert(jinan, zombie)
  const late = await parties.answer(jinan, zombie, { advert })
  t.match(late.json, { status: 409, code: 'TASK_FENCED' })
  const stolen = await parties.answer(qingdao, heir, { advert })
  t.match(stolen.json, { status: 404, code: 'TASK_UNKNOWN' })
  const { db } = gateway.replicas[0] ?? {}
  const adverts = () => db?.selectFrom('query_holder').select('advert').execute()
  t.same(await adverts(), [{ advert: null }, { advert: null }, { advert: null }])

  t.equal((await parties.answer(jinan, heir, { advert })).status, 204, 'control: the heir may')
  t.equal((await parties.answer(jinan, heir, { advert })).status, 204, 'the same again is fine')
  const other = await parties.advert(jinan, heir)
  t.match((await parties.answer(jinan, heir, { advert: other })).json, { code: 'TASK_SETTLED' })
  t.match((await parties.refuse(jinan, heir, 'HOLDER_REFUSES')).json, { code: 'TASK_SETTLED' })
})

t.test('an advert for another session, holder or part is refused', async (t) => {
  await parties.playTo('advertising')
  const task = await parties.leased(jinan, 'advertise')
  const earlier = await parties.advert(jinan, task)
  const part = { part: 'social', dataset: digest(1) }
  const cases: readonly (readonly [string, string, string])[] = [
    ['another sid', await parties.advert(jinan, task, { sid: digest(1) }), 'SESSION_MISMATCH'],
    ['another part', await parties.advert(jinan, task, { parts: [part] }), 'SESSION_MISMATCH'],
    ['of a peer', await parties.advert(qingdao, task), 'SIGNATURE_REFUSED'],
    ['as a peer', await parties.advert(jinan, task, { holder: qingdao.did }), 'SESSION_MISMATCH'],
  ]
  for (const [name, advert, code] of cases) {
    t.match((await parties.answer(jinan, task, { advert })).json, { code }, name)
  }
  await parties.playTo('advertising')
  const next = await parties.leased(jinan, 'advertise')
  const replayed = await parties.answer(jinan, next, { advert: earlier })
  t.match(replayed.json, { code: 'SESSION_MISMATCH' }, 'one of an earlier session')
  t.equal((await parties.answer(jinan, task, { advert: earlier })).status, 204, 'control')
})

t.test('a consumer’s confirmation binds the transcript and every seed', async (t) => {
  const request = await parties.playTo('confirming')
  const { json: shown } = await parties.state(request)
  const url = `/queries/${request}/confirmation`
  const send = async (body: unknown) =>
    (await gateway.call(bank, { method: 'POST', url, body })).json
  const good = await parties.confirmation(shown)
  const [seed] = good.seeds
  const swapped = { ...seed, sealed: Buffer.alloc(81).toString('base64url') }
  const foreign = await parties.confirmation(shown, {}, rival)
  const other = await parties.confirmation(shown, { transcript: digest(1) })
  t.match(await send(foreign), { code: 'SIGNATURE_REFUSED' })
  t.match(await send(other), { code: 'TRANSCRIPT_MISMATCH' })
  t.match(await send({ ...good, seeds: [swapped, ...good.seeds.slice(1)] }), {
    code: 'SESSION_MISMATCH',
  })
  t.match(await send({ ...good, seeds: good.seeds.slice(1) }), { code: 'SESSION_MISMATCH' })
  t.match(await send(good), { stage: 'confirming' }, 'control')
})

t.test('a submission', async (t) => {
  await parties.playTo('computing')
  const task = await parties.leased(jinan, 'submit')
  const put = async (by: typeof jinan, bytes: Uint8Array, named = digestBytes(bytes)) => {
    const url = `/sessions/${task.invitation}/blobs/${named}`
    return (await gateway.call(by, { method: 'PUT', url, bytes })).json
  }

  t.test('uploads nothing but ciphertexts of the right length, digest and party', async (t) => {
    const bytes = systemRandom(ciphertextWireBytes(TAB))
    t.match(await put(jinan, bytes, digest(9)), { status: 422, code: 'BLOB_DIGEST' })
    t.match(await put(jinan, bytes.subarray(1)), { status: 422, code: 'BLOB_SIZE' })
    t.match(await put(jinan, systemRandom(publicKeyWireBytes(TAB))), { code: 'BLOB_SIZE' })
    t.match(await put(release, bytes), { code: 'SESSION_CLOSED' }, 'not the release authority')
    t.match(await put(bank, bytes), { code: 'FORBIDDEN' })
    const strange = `/sessions/${digest(7)}/blobs/${digestBytes(bytes)}`
    const elsewhere = await gateway.call(jinan, { method: 'PUT', url: strange, bytes })
    t.match(elsewhere.json, { status: 404, code: 'BLOB_UNKNOWN' })
    const huge = await put(jinan, systemRandom(1_000_001))
    t.match(huge, { status: 413, code: 'BODY_TOO_LARGE' })
    t.equal(await put(jinan, bytes), undefined, 'control')
    t.equal(await put(jinan, bytes), undefined, 'the same again')
  })

  t.test('cannot fill the store', async (t) => {
    const fill = async () => (await put(jinan, systemRandom(ciphertextWireBytes(TAB))))?.code
    const codes = [await fill(), await fill(), await fill(), await fill()]
    t.same(codes, [undefined, undefined, undefined, 'BLOB_LIMIT'])
  })

  t.test('is of this holder, this transcript, and uploaded by itself', async (t) => {
    const own = await parties.leased(qingdao, 'submit')
    const jws = await parties.submission(qingdao, own)
    const good = payloadOf<Submission>(jws)
    const send = async (by: Member, to: LeasedTask, submission: string) =>
      (await parties.answer(by, to, { submission })).json
    const changed = (change: Partial<Submission>, by = qingdao) =>
      by.keys.signer().sign(KINDS.submission.typ, { ...good, ...change })
    const ciphertexts = good.parts[0]?.ciphertexts ?? []
    const parts = (part: string, digests: string[]) => ({ parts: [{ part, ciphertexts: digests }] })
    const stolen = { holder: jinan.did, ...parts('tax', ciphertexts) }
    const cases: readonly (readonly [Member, LeasedTask, string, string])[] = [
      [jinan, task, jws, 'SIGNATURE_REFUSED'],
      [jinan, task, await changed(stolen, jinan), 'BLOB_MISSING'],
      [qingdao, own, await changed(parts('tax', [digest(5)])), 'BLOB_MISSING'],
      [qingdao, own, await changed(parts('other', ciphertexts)), 'INPUT_REFUSED'],
      [qingdao, own, await changed(parts('tax', [digest(5), digest(6)])), 'INPUT_REFUSED'],
      [qingdao, own, await changed({ transcript: digest(5) }), 'TRANSCRIPT_MISMATCH'],
      [qingdao, own, await changed({ holder: jinan.did }), 'SESSION_MISMATCH'],
    ]
    for (const [by, to, submission, code] of cases) {
      t.match(await send(by, to, submission), { code }, code)
    }
    t.equal(await send(qingdao, own, jws), undefined, 'control')
  })
})

t.test('a release names exactly what was submitted and what it seals', async (t) => {
  const request = await parties.playTo('releasing')
  const task = await parties.leased(release, 'release')
  const jws = await parties.release(task)
  const good = payloadOf<Release>(jws)
  const changed = (change: Partial<Release>) =>
    release.keys.signer().sign(KINDS.release.typ, { ...good, ...change })
  const cases: readonly (readonly [Partial<Release>, string])[] = [
    [{ inputs: good.inputs.slice(1) }, 'SESSION_MISMATCH'],
    [{ inputs: good.inputs.toReversed() }, 'SESSION_MISMATCH'],
    [{ result: good.audit, audit: good.result }, 'BLOB_MISSING'],
    [{ result: digest(1) }, 'BLOB_MISSING'],
    [{ transcript: digest(1) }, 'TRANSCRIPT_MISMATCH'],
  ]
  for (const [change, code] of cases) {
    const { json } = await parties.answer(release, task, { release: await changed(change) })
    t.match(json, { code }, code)
  }
  t.match((await parties.state(request)).json, { stage: 'releasing' })
  t.equal((await parties.answer(release, task, { release: jws })).status, 204, 'control')
})
