/*
 * A27, coalition: a holder advertises the mask key of another one. A third holder between the two
 * in the roster then shares one key with both, adds its stream for the one and takes it away for
 * the other: its part leaves bare, and whoever opens it alone reads a single holder's counts.
 */
import t from 'tap'
import { blindPanel } from '#connectors/execution/blind'
import { blindingKeys } from '#connectors/execution/blinding-keys'
import { panelVector } from '#connectors/execution/vector'
import { encodeBase64url } from '#crypto/base64url'
import { digestOf } from '#crypto/digest'
import { createMaskKeyPair } from '#crypto/masks'
import { createPadSeed } from '#crypto/pads'
import { systemRandom } from '#crypto/random'
import { DEFAULT_CONTROLS } from '#policies/controls'
import { KINDS } from '#protocol/message-kinds'
import type { Advert } from '#protocol/messages/session'
import type { SessionPapers } from '#protocol/messages/tasks'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import { placeOf } from '#protocol/plans/layout'
import { plainGroups } from '../support/plain-source.ts'
import { holders, testProduct, testQuery } from '../support/product.ts'
import { openTestSpace, Relay, required } from '../support/relay.ts'
import { testRows } from '../support/rows.ts'
import { smallSpace } from '../support/small-space.ts'
import { keysOf } from '../support/test-directory.ts'
import { payloadOf } from '../support/void-reason.ts'

const [first, second, third] = holders(3)

t.test('every party refuses a transcript in which a key stands twice', async (t) => {
  const space = await openTestSpace(t, smallSpace(12))
  const shown = [
    ['maskKey', second],
    ['maskKey', 'did:web:release.example'],
    ['padKey', 'did:web:bank.example'],
  ] as const
  for (const [key, shownTo] of shown) {
    class Repeating extends Relay {
      repeated: string[] = []
      override advertsFor(did: string, adverts: readonly string[]) {
        return did === shownTo ? this.repeated : [...adverts]
      }
      override async gatherAdverts(papers: SessionPapers, digest: string) {
        const adverts = await super.gatherAdverts(papers, digest)
        const [of1, of3] = [adverts[0], adverts[2]].map((jws) => {
          return payloadOf({ kind: 'void', jws: required(jws) }) as Advert
        })
        const changed = { ...required(of3), [key]: required(of1)[key] }
        const signer = keysOf(space.keys, required(third)).signer()
        this.repeated = adverts.with(2, await signer.sign(KINDS.advert.typ, changed))
        return adverts
      }
    }
    const attempt = new Repeating(space).run()
    await t.rejects(attempt, { code: 'SESSION_MISMATCH' }, `${key} shown to ${shownTo}`)
  }
})

t.test('control: without it the part between the two leaves bare', async (t) => {
  const transcriptDigest = digestOf('test', 'a27')
  const plan = planGroupedAggregate(testQuery(), testProduct())
  const panel = required(plan.panels[0])
  const rows = plainGroups(testRows(2, 20), panel.question)
  const place = placeOf(panel.layout, 0).evidence
  const truth = required(rows.find(({ group }) => group === 0)).units
  const seen = (keys: readonly Uint8Array[]) => {
    const mask = createMaskKeyPair(systemRandom)
    const adverts = [first, third].map((holder, index) => {
      return { holder, maskKey: encodeBase64url(required(keys[index])) }
    })
    const session = { adverts: adverts as Advert[], transcriptDigest }
    const secrets = { mask, seed: createPadSeed(systemRandom) }
    using blinding = blindingKeys(required(second), session, panel, secrets)
    const { coefficients } = panelVector(plan, panel, rows, DEFAULT_CONTROLS, systemRandom)
    blindPanel(panel, coefficients, blinding)
    return coefficients[0]?.[place]
  }
  const fresh = () => createMaskKeyPair(systemRandom).publicKey
  const one = fresh()
  t.equal(seen([one, one]), truth, 'the count of one holder, though masked')
  t.not(seen([one, fresh()]), truth)
})
