import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import t, { type Test } from 'tap'
import { encodeBase64url } from '#crypto/base64url'
import { sha256 } from '#crypto/digest'
import { systemRandom } from '#crypto/random'
import { Secret } from '#crypto/secret'
import { createKeyFile, openKeyFile } from '#crypto/sign/key-file'
import type { Entry } from '#evidence/entry'
import { parseEntry } from '#evidence/entry-form'
import type { Evidence } from '#evidence/log'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import { GATEWAY_MIGRATIONS } from '#gateway/store/migrations'
import { announceKeys, KNOWN_KEY_MIGRATIONS, keyDigest } from '#party/announce-keys'
import { policyEntries } from '#party/announce-policies'
import { compile } from '#policies/compile'
import { loadPolicy } from '#policies/load'
import { openStore } from '#runtime/store/open-store'
import { testDatabase } from '#test/support/database'
import { testLog } from '#test/support/test-log'
import { TINY, tinyPolicies } from '#test/support/tiny-policies'

const MIGRATIONS = [GATEWAY_MIGRATIONS, EVIDENCE_MIGRATIONS, KNOWN_KEY_MIGRATIONS]
const SPACE = TINY.space

async function openTestLog(t: Test) {
  const url = await testDatabase(t, MIGRATIONS)
  const db = await openStore<object>({ url, party: 'test' })
  t.teardown(() => db.destroy())
  const evidence = await testLog(t, db, TINY.authority, SPACE)
  const told = async (from: number): Promise<Entry[]> => {
    await evidence.checkpoint()
    return (await evidence.bundle(0)).slice(from).map((bytes) => parseEntry(bytes))
  }
  return { db, evidence, told }
}

t.test('a party whose keys were rotated says so at its next start, once', async (t) => {
  const { db, evidence, told } = await openTestLog(t)
  const folder = mkdtempSync(path.join(tmpdir(), 'baotu-keys-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const wrapping = systemRandom(32)
  const options = () => ({
    did: TINY.authority,
    now: () => Date.now(),
    random: systemRandom,
    lifetimeMs: 86_400_000,
    path: path.join(folder, 'keys'),
    wrappingKey: Secret.take(Uint8Array.from(wrapping)),
  })
  const start = async (log: Evidence = evidence) => {
    const keys = await openKeyFile(options())
    await announceKeys({ db, evidence: log, spaceId: SPACE, keys })
    return keys
  }
  const first = await createKeyFile(options())
  await start()
  await start()
  t.same(await told(0), [], 'first keys replace none')
  await (await openKeyFile(options())).rotate()
  const broken = { appendAll: () => Promise.reject(new Error('no log')) } as never
  await t.rejects(start(broken), /no log/)
  t.same(await told(0), [], 'a start that could not say so is no start')
  const second = await start()
  await Promise.all([start(), start()])
  const actor = TINY.authority
  const from = (kid: string, next: string) => {
    return { type: 'key.rotated', actor, previous: keyDigest(kid), next: keyDigest(next) }
  }
  t.match(await told(0), [
    from(first.signer().kid, second.signer().kid),
    from(first.sealing().kid, second.sealing().kid),
  ])
  t.equal((await told(0)).length, 2)
})

t.test('a key is named by the thumbprint that the directory lists', async (t) => {
  const thumbprint = sha256(Buffer.from('a public key'))
  const hex = Buffer.from(thumbprint).toString('hex')
  t.equal(keyDigest(encodeBase64url(thumbprint)), `sha256-${hex}`)
})

/** A snapshot of the named policies, with the version that the contract states. */
function snapshotOf(names: readonly string[], version = '1.0.0') {
  const files = tinyPolicies()
  return compile(
    names.map((name) => {
      const file = { ...files[name], ...(name === 'contract.json' && { 'bt:version': version }) }
      return loadPolicy(JSON.stringify(file))
    }),
  )
}

t.test('a party publishes its own policies and enables all that it judges by', async (t) => {
  const { db } = await openTestLog(t)
  const start = (did: string, snapshot: ReturnType<typeof snapshotOf>) =>
    db.transaction().execute((tx) => policyEntries(tx, { spaceId: SPACE, did }, snapshot))
  const both = snapshotOf(['platform.json', 'contract.json'])
  const types = (entries: readonly { readonly type: string }[]) => entries.map(({ type }) => type)
  const first = await start(TINY.authority, both)
  t.same(types(first), [
    ...['policy.published', 'policy.published'],
    ...['policy.enabled', 'policy.enabled'],
  ])
  t.notOk(first.some((entry) => 'previous' in entry))
  t.same(await start(TINY.authority, both), [], 'once')
  const newer = await start(TINY.authority, snapshotOf(['platform.json', 'contract.json'], '1.1.0'))
  const [published, enabled, disabled] = newer
  t.same(types(newer), ['policy.published', 'policy.enabled', 'policy.disabled'])
  t.match(published, { policy: enabled?.policy, previous: disabled?.policy, owner: TINY.authority })
  const back = await start(TINY.authority, both)
  t.same(types(back), ['policy.enabled', 'policy.disabled'], 'an old version is published already')

  let before = back.find(({ type }) => type === 'policy.enabled')?.policy
  for (const version of ['1.2.0', '1.3.0', '1.4.0']) {
    const told = await start(
      TINY.authority,
      snapshotOf(['platform.json', 'contract.json'], version),
    )
    t.match(told[0], { type: 'policy.published', previous: before }, version)
    before = told[0]?.policy
  }

  const { db: other } = await openTestLog(t)
  const entries = await other.transaction().execute((tx) => {
    return policyEntries(tx, { spaceId: SPACE, did: TINY.gateway }, both)
  })
  t.same(types(entries), ['policy.enabled', 'policy.enabled'], 'others’ policies it only enables')
})
