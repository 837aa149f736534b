import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { inEntries, MOST_IN_ENTRY } from '#evidence/in-entries'
import { loadPolicies } from '#gateway/policies'
import { GATEWAY_PROBLEMS } from '#gateway/problems'
import { RateLimiter } from '#gateway/rate-limit'
import { attemptMs, timingOf } from '#gateway/timing'
import { TokenCache } from '#gateway/token-cache'
import { canonicalPolicy } from '#policies/canonical-policy'
import { testPolicies } from './support/policies.ts'
import { TestClock } from './support/space.ts'

t.test(
  'the token cache is bounded, forgets the least used, and trusts no expired token',
  async (t) => {
    const cache = new TokenCache(2)
    const opened = { did: 'did:web:a.example', kid: 'k', expiresAt: 100 }
    cache.set('one', opened)
    cache.set('two', opened)
    t.equal(cache.get('one', 99), opened)
    cache.set('three', opened)
    t.equal(cache.get('two', 99), undefined)
    t.equal(cache.get('one', 99), opened)
    t.equal(cache.get('one', 100), undefined)
    t.notOk(JSON.stringify(cache).includes('one'))
  },
)

t.test('a rate limiter forgets nobody who could use it', async (t) => {
  const clock = new TestClock()
  const limiter = new RateLimiter({ perSecond: 10, burst: 1 }, clock, 2)
  limiter.take('a')
  t.throws(() => limiter.take('a'), { code: 'RATE_LIMITED', retryAfterMs: 100 })
  clock.advance(100)
  limiter.take('a')
  t.throws(() => limiter.take('a'), { code: 'RATE_LIMITED' })
})

t.test('long lists are told in several entries, an empty one in one', async (t) => {
  const list = Array.from({ length: 2 * MOST_IN_ENTRY + 1 }, (_, index) => index)
  t.same(inEntries(list).flat(), list)
  t.same(
    inEntries(list).map((piece) => piece.length),
    [MOST_IN_ENTRY, MOST_IN_ENTRY, 1],
  )
  t.same(inEntries([]), [[]])
})

t.test('policies come from a folder or a list, whole or not at all', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'baotu-policies-'))
  t.teardown(() => rm(folder, { recursive: true }))
  t.rejects(loadPolicies(folder), { code: 'POLICY_FILE_REFUSED' }, 'none is not enough')
  const policies = testPolicies()
  const files = policies.map((_, index) => join(folder, `${index}.json`))
  for (const [index, policy] of policies.entries()) {
    await writeFile(files[index] ?? '', JSON.stringify(canonicalPolicy(policy)))
  }
  const snapshot = await loadPolicies(folder)
  t.equal(snapshot.policies.size, 4)
  t.equal((await loadPolicies(files)).digest, snapshot.digest)
  await writeFile(join(folder, '9.json'), '{"@id": "urn:x:y"}')
  const expected = { code: 'POLICY_FILE_REFUSED', message: /9\.json/ }
  await t.rejects(loadPolicies(folder), expected)
  await t.rejects(loadPolicies(join(folder, 'none')), { code: 'POLICY_FILE_REFUSED' })
})

t.test('seconds of a configuration become the timing, the rest stays', async (t) => {
  const timing = timingOf({ opening: 1, retention: 60 }, 3)
  t.match(timing, { openingMs: 1000, retentionMs: 60_000, attempts: 3, leaseMs: 60_000 })
  t.equal(attemptMs(timing), 1000 + 60_000 + 120_000 + 300_000 + 120_000)
})

t.test('every row of the table says in both languages what it is and what to do', async (t) => {
  for (const [code, { status, title, hint }] of Object.entries(GATEWAY_PROBLEMS)) {
    const texts = [title.zh, title.en, hint.zh, hint.en]
    const isWhole = status >= 400 && status < 600 && texts.every((text) => text.length > 3)
    if (!isWhole || !/[\u4e00-\u9fff]/.test(title.zh + hint.zh)) t.fail(code)
  }
  t.ok(Object.keys(GATEWAY_PROBLEMS).length > 70)
})
