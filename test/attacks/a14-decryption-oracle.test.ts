import { randomBytes } from 'node:crypto'
import t from 'tap'
import { digestBytes } from '#crypto/digest'
import { createSum } from '#crypto/he/evaluate'
import { TAB } from '#crypto/he/parameters'
import { packResidues, unpackCiphertext } from '#crypto/he/wire'
import { KINDS } from '#protocol/message-kinds'
import type { ReleaseDesk } from '#release/desk'
import { openTestSpace, Relay, required, type TestSpace } from '../support/relay.ts'
import { smallSpace } from '../support/small-space.ts'
import { keysOf } from '../support/test-directory.ts'
import { payloadOf } from '../support/void-reason.ts'

const space = await openTestSpace(t, smallSpace(12))

type Change = (wire: Uint8Array, others: readonly Uint8Array[]) => Uint8Array

/** A gateway with a dishonest holder at hand: signs whatever ciphertext it likes for holder 1. */
class ForgingRelay extends Relay {
  readonly #change: Change

  constructor(space: TestSpace, change: Change) {
    super(space)
    this.#change = change
  }

  override async submitAs(...args: Parameters<Relay['submitAs']>): Promise<string> {
    const jws = await super.submitAs(...args)
    const [desk] = args
    if (desk.did !== this.rosterOf()[0]) return jws
    const submission = payloadOf({ kind: 'void', jws })
    const [part] = submission['parts'] as { part: string; ciphertexts: string[] }[]
    const honest = (part?.ciphertexts ?? []).map((digest) => required(this.space.blobs.get(digest)))
    const forged = honest.map((wire) => this.#change(Uint8Array.from(wire), honest))
    for (const bytes of forged) this.space.blobs.set(digestBytes(bytes), bytes)
    const ciphertexts = forged.map((bytes) => digestBytes(bytes))
    const changed = { ...submission, parts: [{ part: part?.part, ciphertexts }] }
    return keysOf(this.space.keys, desk.did)
      .signer()
      .sign(KINDS.submission.typ, changed as never)
  }
}

const CHANGES: readonly [string, Change][] = [
  ['one bit of c1 changed', (wire) => flip(wire, 60_000)],
  ['truncated', (wire) => wire.subarray(0, 1000)],
  ['longer', (wire) => new Uint8Array([...wire, 0])],
  ['random bytes', (wire) => Uint8Array.from(randomBytes(wire.length))],
  ['another header', (wire) => flip(wire, 3)],
  ['added twice', (wire) => doubled(wire)],
  ['an empty one', () => new Uint8Array()],
]

t.test(
  'A14: every bad input ends in the same signed void, and nothing tells which it was',
  async (t) => {
    const answers: { reason: unknown; length: number; keys: string }[] = []
    for (const [what, change] of CHANGES) {
      const outcome = await new ForgingRelay(space, change).run()
      t.equal(outcome.kind, 'void', what)
      const payload = payloadOf(outcome)
      const length = outcome.kind === 'void' ? outcome.jws.length : 0
      answers.push({ reason: payload['reason'], length, keys: Object.keys(payload).join() })
    }
    t.same([...new Set(answers.map((answer) => JSON.stringify(answer)))].length, 1)
    t.equal(answers[0]?.reason, 'INPUTS_REJECTED')
  },
)

t.test('A14: after the void the key is gone, so that there is no second try', async (t) => {
  let calls = 0
  const counting: ReleaseDesk = {
    ...space.release,
    createKeys: async () => {
      const cell = await space.release.createKeys()
      return {
        ...cell,
        open: (sums) => {
          calls += 1
          return cell.open(sums)
        },
        [Symbol.asyncDispose]: cell.wipe,
      }
    },
  }
  const held = { ...space, release: counting }
  const relay = new ForgingRelay(held, required(CHANGES[0])[1])
  const outcome = await relay.run()
  t.equal(calls, 1, 'a changed bit passes the validator, so it is decrypted once, into noise')
  t.equal(held.release.live.get(relay.invitation), undefined)
  const again = await relay.releaseAgain()
  t.same(again, outcome, 'the same void, byte for byte')
  t.equal(calls, 1, 'and nothing was decrypted for it')
})

t.test('control: the parts of the pipeline alone do tell bad inputs apart', async (t) => {
  await new Relay(space).run()
  const wire = required([...space.blobs.values()].find((bytes) => bytes.length > 90_000))
  const seen = CHANGES.map(([, change]) => {
    try {
      unpackCiphertext(TAB, change(Uint8Array.from(wire), [wire]))
      return 'accepted'
    } catch (error) {
      return error instanceof Error ? error.message : 'other'
    }
  })
  t.ok(new Set(seen).size >= 3, 'an oracle, if any of this were answered')
})

function flip(wire: Uint8Array, at: number): Uint8Array {
  wire[at] = (wire[at] ?? 0) ^ 1
  return wire
}

function doubled(wire: Uint8Array): Uint8Array {
  const sum = createSum(TAB)
  sum.add(wire)
  sum.add(wire)
  return packResidues(sum.finish())
}
