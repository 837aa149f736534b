import t from 'tap'
import { digestOf } from '#crypto/digest'
import { entryBytes } from '#evidence/entry-form'
import type { Release } from '#protocol/messages/session'
import type { AgreedSession } from '#protocol/session-papers'
import { releaseEntries, transcriptEntries } from '#release/log-entries'
import { holders } from '../support/product.ts'
import { NOW, RELEASE } from '../support/test-directory.ts'

const digest = digestOf('test', 'log entries')
const common = { v: 1, at: NOW }

t.test('as many inputs and holders as a plan can have fit the log', async (t) => {
  const inputs = Array.from({ length: 4096 }, (_, index) => digestOf('test', index))
  const named = { transcript: digest, result: digest, audit: digest, verdicts: digest }
  const opened = { program: digest, sum: digest }
  const entries = releaseEntries(RELEASE, { ...named, inputs } as unknown as Release, opened)
  t.equal(entries.at(-1)?.type, 'release.sealed', 'the release comes last')
  t.same(new Set(entries.flatMap((entry) => entry.inputs)), new Set(inputs))
  for (const entry of entries) t.ok(entryBytes({ ...entry, ...common } as never))

  const all = holders(1024)
  const agreed = {
    requestDigest: digest,
    session: { sid: digest },
    transcript: { directory: { digest } },
    transcriptDigest: digest,
    adverts: all.map((holder) => ({ holder })),
  } as unknown as AgreedSession
  const told = transcriptEntries(RELEASE, agreed)
  t.same(
    told.flatMap((entry) => entry.holders),
    all,
  )
  for (const entry of told) t.ok(entryBytes({ ...entry, ...common } as never))
})
