import t from 'tap'
import { digestBytes } from '#crypto/digest'
import { decodeBundle } from '#evidence/entry-bundle'
import { parseEntry } from '#evidence/entry-form'
import type { Release } from '#protocol/messages/session'
import { requestDigest } from '#protocol/session'
import { Counterparts, payloadOf } from './support/counterparts.ts'
import { openTestGateway } from './support/gateway.ts'
import { requestOf } from './support/request.ts'

const gateway = await openTestGateway(t)
const parties = new Counterparts(gateway)

t.test('a query from question to proof, over two replicas', async (t) => {
  const { bank, rival, auditor, release, jinan } = parties.members
  const request = await parties.playTo('released')
  const { json: state } = await parties.state(request)
  const released = payloadOf<Release>(state.release)
  const blob = (digest: string) => `/sessions/${state.invitation}/blobs/${digest}`

  t.test('the consumer is shown all papers of its session', async (t) => {
    t.match(state, { stage: 'released', attempt: 1, releaseConfirmation: String })
    t.equal(state.adverts.length, 3)
    t.ok(state.receipt.checkpoint.includes(`gateway.example/urn:baotu:space:test`))
  })

  t.test('every blob goes to whom it is for, and to others it does not exist', async (t) => {
    const read = async (by: typeof bank, digest: string) => {
      return (await gateway.call(by, { method: 'GET', url: blob(digest) })).status
    }
    const { publicKey } = payloadOf<{ publicKey: string }>(state.papers.session)
    const [input = ''] = released.inputs
    const table: readonly (readonly [string, string, readonly number[]])[] = [
      ['the session key', publicKey, [404, 404, 404, 404, 200]],
      ['a ciphertext', input, [404, 404, 404, 200, 404]],
      ['the sealed table', released.result, [200, 404, 404, 404, 404]],
      ['the audit copy', released.audit, [404, 404, 200, 404, 404]],
      ['what nobody sent', digestBytes(new Uint8Array(3)), [404, 404, 404, 404, 404]],
    ]
    for (const [name, digest, statuses] of table) {
      const seen = await Promise.all(
        [bank, rival, auditor, release, jinan].map((by) => read(by, digest)),
      )
      t.same(seen, statuses, name)
    }
  })

  t.test('the sealed table is the one that was uploaded', async (t) => {
    const { bytes, headers } = await gateway.call(bank, {
      method: 'GET',
      url: blob(released.result),
    })
    t.equal(digestBytes(bytes), released.result)
    t.equal(headers['content-type'], 'application/octet-stream')
  })

  t.test('an acknowledgement ends the query, once, and only the right one', async (t) => {
    const url = `/queries/${request}/acknowledgement`
    const send = async (acknowledgement: string) =>
      gateway.call(bank, { method: 'POST', url, body: { acknowledgement } })
    const foreign = await parties.acknowledgement(state.release, rival)
    t.match((await send(foreign)).json, { code: 'SIGNATURE_REFUSED' })
    const other = { ...released, result: released.audit }
    const wrong = `x.${Buffer.from(JSON.stringify(other)).toString('base64url')}.x`
    t.match((await send(await parties.acknowledgement(wrong))).json, { code: 'SESSION_MISMATCH' })
    const right = await parties.acknowledgement(state.release)
    t.match((await send(right)).json, { stage: 'acknowledged' })
    t.match((await send(right)).json, { stage: 'acknowledged' }, 'the same again')
  })

  t.test('the log tells the whole story, in order, each step once', async (t) => {
    const [replica] = gateway.replicas
    if (replica === undefined) throw new Error('no replica')
    await replica.evidence.checkpoint()
    const entries = (await replica.evidence.bundle(0)).map((bytes) => parseEntry(bytes))
    t.same(
      entries.map(({ type }) => type),
      [
        ...['request.received', 'request.decided', 'budget.reserved', 'plan.made'],
        ...['session.opened', 'session.transcript'],
        ...['input.submitted', 'input.submitted', 'input.submitted'],
        ...['release.sealed', 'result.delivered', 'result.acknowledged', 'meter.counted'],
      ],
    )
    t.match(entries[1], { decision: 'PERMIT', policies: { length: 4 } })
    t.match(entries[9], { inputs: released.inputs, result: released.result })
  })

  t.test('evidence is open to every participant', async (t) => {
    const { json } = await gateway.call(jinan, { method: 'GET', url: '/evidence/receipts/0' })
    t.match(JSON.parse(json.entry), { type: 'request.received', request })
    t.equal((await gateway.call(jinan, { method: 'GET', url: '/evidence/checkpoint' })).status, 200)
    const missing = await gateway.call(jinan, { method: 'GET', url: '/evidence/receipts/999' })
    t.match(missing.json, { status: 404, code: 'RECEIPT_NOT_FOUND' })
    const tile = await gateway.call(jinan, { method: 'GET', url: '/evidence/tiles/0/0' })
    t.equal(tile.bytes.length, 13 * 32)
    const bundle = await gateway.call(jinan, { method: 'GET', url: '/evidence/bundles/0' })
    t.equal(decodeBundle(bundle.bytes).entries.length, 13)
  })
})

t.test('the same request again is the same query', async (t) => {
  await parties.drainAll()
  const asked = requestOf(gateway.space, gateway.world.snapshot)
  const replies = await Promise.all(Array.from({ length: 8 }, () => parties.submit(asked)))
  t.same(new Set(replies.map(({ status }) => status)), new Set([202]))
  t.same(new Set(replies.map(({ json }) => json.request)), new Set([requestDigest(asked)]))
  t.same(new Set(replies.map(({ json }) => json.invitation)).size, 1)
  const { release } = parties.members
  t.equal((await parties.lease(release))?.kind, 'open-session')
  t.equal(await parties.lease(release), undefined, 'one attempt, one task')
  const other = await parties.ask()
  t.not(other.json.request, requestDigest(asked), 'control: another nonce, another query')
})

t.test('consumer and release authority may sign the transcript in either order', async (t) => {
  const { bank, release } = parties.members
  const request = await parties.playTo('confirming')
  const { json: shown } = await parties.state(request)
  const body = await parties.confirmation(shown)
  const url = `/queries/${request}/confirmation`
  const confirm = () => gateway.call(bank, { method: 'POST', url, body })
  t.match((await confirm()).json, { stage: 'confirming' })
  t.match((await confirm()).json, { stage: 'confirming' }, 'the same again')
  const again = await parties.confirmation(shown)
  const other = await gateway.call(bank, { method: 'POST', url, body: again })
  t.match(other.json, { code: 'QUERY_STAGE' }, 'another one is refused')
  const task = await parties.leased(release, 'confirm-session')
  await parties.done(release, task, { confirmation: await parties.releaseConfirmation(task) })
  t.match((await parties.state(request)).json, { stage: 'computing' })
  const submit = await parties.leased(parties.members.jinan, 'submit')
  const seed = body.seeds.find(({ holder }) => holder === parties.members.jinan.did)
  t.equal((submit.body as { seed: string }).seed, seed?.sealed, 'each holder gets its own seed')
})

t.test('a directory renewed in mid-session is followed, another transcript is not', async (t) => {
  const { release } = parties.members
  await parties.playTo('confirming')
  const task = await parties.leased(release, 'confirm-session')
  const transcript = digestBytes(new Uint8Array(1))
  const foreign = await parties.releaseConfirmation(task, { transcript })
  const refused = await parties.answer(release, task, { confirmation: foreign })
  t.match(refused.json, { code: 'TRANSCRIPT_MISMATCH' })
  gateway.world.directory = { serial: 2 }
  const renewed = await parties.releaseConfirmation(task)
  t.equal((await parties.answer(release, task, { confirmation: renewed })).status, 204)
})

t.test('the log holds ids and codes only', async (t) => {
  const text = gateway.replicas.flatMap(({ logged }) => logged).join('')
  t.match(text, /"msg":"question decided"/)
  t.match(text, /"outcome":"released","msg":"task answered"/)
  t.notMatch(text, /eyJ|case-1|tax12|credit-policy|dropped|withheld/)
})
