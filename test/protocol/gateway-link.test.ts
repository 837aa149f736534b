import t from 'tap'
import { digestBytes } from '#crypto/digest'
import { createGatewayCalls, type Sender } from '#protocol/gateway-calls'
import { createGatewayLink } from '#protocol/gateway-link'

const bytes = Uint8Array.of(1, 2, 3)
const digest = digestBytes(bytes)

/** A gateway that answers every call with the same bytes. */
function answering(answer: Uint8Array, status = 200): Sender {
  return { send: async () => ({ status, bytes: answer }) }
}

t.test('a blob is the one of its digest, whatever the gateway hands out', async (t) => {
  const link = (answer: Uint8Array) => createGatewayLink(createGatewayCalls([answering(answer)]))
  t.same(await link(bytes).getBlob('a', digest), bytes)
  for (const other of [bytes.slice(1), bytes.with(0, 9), new Uint8Array()]) {
    await t.rejects(link(other).getBlob('a', digest), { code: 'SESSION_MISMATCH' })
  }
  const calls = createGatewayCalls([answering(bytes)])
  await t.rejects(calls.get('/a', 2), { code: 'MESSAGE_MALFORMED' }, 'larger than any of its kind')
})

t.test('a task is taken as its schema says, or not at all', async (t) => {
  const lease = (task: object | undefined) => {
    const answer = Buffer.from(JSON.stringify(task ?? null))
    const sender = answering(answer, task === undefined ? 204 : 200)
    return createGatewayLink(createGatewayCalls([sender])).lease(0)
  }
  const task = { task: 't-1', fence: '1', kind: 'submit', invitation: digest, body: {} }
  t.same(await lease(task), task)
  t.equal(await lease(undefined), undefined)
  for (const change of [{ fence: 1 }, { kind: 'rows' }, { invitation: 'x' }, { more: 1 }]) {
    await t.rejects(lease({ ...task, ...change }), { code: 'MESSAGE_MALFORMED' })
  }
})
