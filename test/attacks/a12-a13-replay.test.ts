import t from 'tap'
import { digestOf } from '#crypto/digest'
import { TAB } from '#crypto/he/parameters'
import { unpackCiphertext } from '#crypto/he/wire'
import { KINDS } from '#protocol/message-kinds'
import type { Invitation } from '#protocol/messages/session'
import type { SessionPapers, TaskBody } from '#protocol/messages/tasks'
import { messageDigest } from '#protocol/session'
import { testQuery } from '../support/product.ts'
import { openTestSpace, Relay, required } from '../support/relay.ts'
import { smallSpace } from '../support/small-space.ts'
import { GATEWAY } from '../support/test-directory.ts'
import { payloadOf } from '../support/void-reason.ts'

const space = await openTestSpace(t, smallSpace())

/** A gateway that keeps every submission and may hand an old one on in another session. */
class ReplayingRelay extends Relay {
  readonly seen: string[] = []
  replayed: string | undefined

  override submissionsFor(submissions: readonly string[]): string[] {
    this.seen.push(...submissions)
    const [first, ...rest] = submissions
    return [this.replayed ?? required(first), ...rest]
  }
}

t.test('A12, A13: a submission of another session is never opened', async (t) => {
  const first = new ReplayingRelay(space)
  t.equal((await first.run()).kind, 'answer')

  t.test('the same question again, with one holder’s old submission', async (t) => {
    const again = new ReplayingRelay(space)
    again.replayed = required(first.seen[0])
    const outcome = await again.run()
    t.equal(outcome.kind, 'void')
    t.match(payloadOf(outcome), { reason: 'INPUTS_REJECTED' })
  })

  t.test('another question under another purpose, with that submission', async (t) => {
    const query = testQuery({ measures: [{ function: 'sum', column: 'tax' }] })
    const other = new ReplayingRelay(space, { query, purpose: 'bt:purpose/other' })
    other.replayed = required(first.seen[0])
    t.match(payloadOf(await other.run()), { reason: 'INPUTS_REJECTED' })
  })

  t.test('without the binding the old bytes are a perfectly good ciphertext', async (t) => {
    const submission = payloadOf({ kind: 'void', jws: required(first.seen[0]) })
    const [part] = submission['parts'] as { ciphertexts: string[] }[]
    const bytes = required(space.blobs.get(required(part?.ciphertexts[0])))
    t.ok(unpackCiphertext(TAB, bytes), 'the validator has nothing against them')
  })
})

t.test('A12: a submission repeated in its own session is the same submission', async (t) => {
  class Twice extends Relay {
    override async submitAs(...args: Parameters<Relay['submitAs']>): Promise<string> {
      const [first, second] = [await super.submitAs(...args), await super.submitAs(...args)]
      t.equal(first, second, 'byte for byte')
      return second
    }
  }
  t.equal((await new Twice(space).run()).kind, 'answer')
})

t.test('A13: a consumer’s confirmation of one session opens no other', async (t) => {
  let kept: TaskBody<'submit'> | undefined
  class Swapping extends Relay {
    override async submitAs(...[desk, body, digest]: Parameters<Relay['submitAs']>) {
      const { consumerConfirmation, seed } = kept ?? body
      kept ??= body
      return super.submitAs(desk, { ...body, consumerConfirmation, seed }, digest)
    }
  }
  await t.rejects(new Swapping(space).run(), { code: 'SEED_REFUSED' }, 'another holder’s seed')
  await t.rejects(new Swapping(space).run(), { code: 'TRANSCRIPT_MISMATCH' }, 'another session’s')
})

t.test('A12: a request counts only as its own kind of message', async (t) => {
  class WrongKind extends Relay {
    override async signRequest() {
      const bank = required(space.keys.get(this.request.consumer))
      return bank.signer().sign(KINDS.acknowledgement.typ, this.request)
    }
  }
  await t.rejects(new WrongKind(space).run(), { code: 'SIGNATURE_REFUSED' })
})

t.test(
  'A13: an invitation of another space, or a task under another name, is refused',
  async (t) => {
    class OtherSpace extends Relay {
      override async invite() {
        const { jws } = await super.invite()
        const invitation = payloadOf({ kind: 'void', jws }) as Invitation
        const changed = { ...invitation, spaceId: 'urn:baotu:space:other' }
        const signer = required(space.keys.get(GATEWAY)).signer()
        return {
          jws: await signer.sign(KINDS.invitation.typ, changed),
          digest: messageDigest(changed),
        }
      }
    }
    await t.rejects(new OtherSpace(space).run(), { code: 'SESSION_MISMATCH' })
    class OtherName extends Relay {
      override async invite() {
        const { jws, digest } = await super.invite()
        return { jws, digest: this.named ?? digest }
      }
      named: string | undefined
      override async gatherAdverts(papers: SessionPapers, digest: string) {
        return super.gatherAdverts(papers, this.renamed ?? digest)
      }
      renamed: string | undefined
    }
    const forRelease = new OtherName(space)
    forRelease.named = digestOf('test', 'another')
    await t.rejects(forRelease.run(), { code: 'SESSION_MISMATCH' }, 'to the release authority')
    const forHolders = new OtherName(space)
    forHolders.renamed = digestOf('test', 'another')
    await t.rejects(forHolders.run(), { code: 'SESSION_MISMATCH' }, 'to a holder')
  },
)
