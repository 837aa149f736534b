import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Kysely } from 'kysely'
import { systemRandom } from '#crypto/random'
import { Secret } from '#crypto/secret'
import type { Evidence } from '#evidence/log'
import { openPartyLog } from '#evidence/party-log'
import { NOW, SPACE } from './test-directory.ts'

/** A party's real log in its test database, its guard in a folder that goes with the test. */
export async function testLog<DB>(
  t: { teardown(done: () => Promise<void>): void },
  db: Kysely<DB>,
  did: string,
  spaceId = SPACE,
): Promise<Evidence> {
  const state = await mkdtemp(path.join(tmpdir(), 'baotu-log-'))
  const wrappingKey = Secret.random(32, systemRandom)
  const clock = { now: () => NOW }
  const log = await openPartyLog({ db, did, spaceId, wrappingKey, state, clock })
  t.teardown(async () => {
    await log[Symbol.asyncDispose]()
    await rm(state, { recursive: true })
  })
  return log
}
