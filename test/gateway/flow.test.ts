import t from 'tap'
import { Counterparts } from './support/counterparts.ts'
import { openTestGateway } from './support/gateway.ts'

t.test('a query goes from question to acknowledgement over two replicas', async (t) => {
  const gateway = await openTestGateway(t)
  const parties = new Counterparts(gateway)
  const request = await parties.playTo('released')
  const { json } = await parties.state(request)
  t.match(json, { stage: 'released', attempt: 1, release: String, releaseConfirmation: String })
  t.equal(json.adverts.length, 3)
  await parties.playAcknowledgement(request)
  t.match((await parties.state(request)).json, { stage: 'acknowledged' })
})
