import t from 'tap'
import { digestBytes, digestOf } from '#crypto/digest'
import { seal } from '#crypto/envelope'
import type { JsonValue } from '#crypto/json-value'
import { KINDS } from '#protocol/message-kinds'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import { encodeReleasedTable, verdictsDigest } from '#protocol/release-result'
import { resultContext, type SealingContext } from '#protocol/sealing'
import type { ConfirmedSession } from '#sdk/confirm'
import type { Consumer } from '#sdk/consumer'
import { receive } from '#sdk/receive'
import { holders, testProduct, testQuery } from '../support/product.ts'
import { deskOf, memoryLink, required } from '../support/relay.ts'
import {
  AUDITOR,
  AUTHORITY,
  BANK,
  directoryDocument,
  GATEWAY,
  keysOf,
  openTestDirectory,
  RELEASE,
  testKeys,
} from '../support/test-directory.ts'

const product = testProduct()
const plan = planGroupedAggregate(testQuery(), product)
const panel = required(plan.panels[0])
const keys = await testKeys([AUTHORITY, GATEWAY, RELEASE, AUDITOR, BANK, ...holders(3)])
const desk = deskOf(await openTestDirectory(keys, directoryDocument(keys, [product])))
const H = digestOf('test', 'H')
const SID = digestOf('test', 'sid')
const OTHER = digestOf('test', 'other')

// Nothing passed, and no holder padded anything: the canary of three holders is bare.
const table = {
  transcript: H,
  salt: new Uint8Array(32).fill(1),
  verdicts: Array.from({ length: plan.groups }, () => false),
  panels: [
    {
      canaries: [6n],
      counts: Array.from({ length: plan.groups }, () => [0n]),
      values: Array.from({ length: plan.groups }, () => [0n, 0n]),
    },
  ],
}

interface Changes {
  readonly release?: object
  readonly table?: Partial<typeof table>
  readonly sealedAs?: SealingContext
  readonly signer?: string
}

/** What a bank makes of a release, with what the attack changes of it. */
async function received(changes: Changes = {}) {
  const bank = keysOf(keys, BANK)
  const blobs = new Map<string, Uint8Array>()
  const link = memoryLink(blobs)
  const listed = desk.directory.sealingKey(BANK, 'consumer', desk.now)
  const context = changes.sealedAs ?? resultContext(H, BANK)
  const bytes = encodeReleasedTable(plan, { ...table, ...changes.table })
  const result = await link.putBlob('', await seal({ recipient: listed.jwk, ...context }, bytes))
  const statement = {
    ...{ type: 'baotu/release@1', sid: SID, transcript: H, inputs: [OTHER], result },
    ...{ resultKey: listed.kid, audit: OTHER, auditKey: listed.kid },
    verdicts: verdictsDigest(table),
    ...changes.release,
  }
  const signer = keysOf(keys, changes.signer ?? RELEASE).signer()
  const release = await signer.sign(KINDS.release.typ, statement as JsonValue)
  const agreed = {
    plan,
    session: { sid: SID },
    transcriptDigest: H,
    request: { deliverTo: BANK },
  }
  const consumer = { keys: bank, party: { desk: async () => desk, link } } as unknown as Consumer
  const session = { agreed, padKeys: () => [] } as unknown as ConfirmedSession
  return receive(consumer, session, { release, invitation: H } as never)
}

t.test('a release of this session is opened', async (t) => {
  t.equal(panel.layout.valueSlots, 2)
  const { answer } = await received()
  t.ok(answer.groups.every(({ figures }) => figures === undefined))
})

t.test(
  'a release that is not of this session, or not what was sealed or logged, is not',
  async (t) => {
    const moved = { ...table, transcript: OTHER }
    const cases: [string, Changes, string][] = [
      ['signed by the gateway', { signer: GATEWAY }, 'SIGNATURE_REFUSED'],
      ['of another session', { release: { sid: OTHER } }, 'TRANSCRIPT_MISMATCH'],
      ['of another transcript', { release: { transcript: OTHER } }, 'TRANSCRIPT_MISMATCH'],
      [
        'a table of another transcript, logged as such',
        { table: { transcript: OTHER }, release: { verdicts: verdictsDigest(moved) } },
        'RESULT_REFUSED',
      ],
      ['other verdicts than were logged', { release: { verdicts: OTHER } }, 'RESULT_REFUSED'],
      [
        'values of another roster',
        { table: { panels: [{ ...required(table.panels[0]), canaries: [3n] }] } },
        'RESULT_REFUSED',
      ],
      ['sealed for another session', { sealedAs: resultContext(OTHER, BANK) }, 'ENVELOPE_OPEN'],
      ['sealed for another', { sealedAs: resultContext(H, AUDITOR) }, 'ENVELOPE_OPEN'],
      [
        'sealed to a key that is gone',
        { release: { resultKey: digestBytes(new Uint8Array()).slice(7, 50) } },
        'RESULT_KEY_LOST',
      ],
    ]
    for (const [what, changes, code] of cases) await t.rejects(received(changes), { code }, what)
  },
)
