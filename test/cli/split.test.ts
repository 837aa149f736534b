import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import t from 'tap'
import { AuthorityConfig } from '#authority/config'
import type { Databases } from '#cli/space/databases'
import { loadSpace } from '#cli/space/load-space'
import { splitSpace } from '#cli/space/split'
import { claimState, ensureStateFolder, launcherOf } from '#cli/space/state-folder'
import { ConnectorConfig } from '#connectors/config'
import { systemRandom } from '#crypto/random'
import { openKeyFile } from '#crypto/sign/key-file'
import { GatewayConfig } from '#gateway/config'
import { ReleaseConfig } from '#release/config'
import { loadConfig } from '#runtime/config'
import { readSecret } from '#runtime/secret-source'
import { smallSpace, writeSmallSpace } from '#test/support/space-folder'

const DAY = 86_400_000
const NOW = Date.UTC(2026, 10, 25)

const databases: Databases = {
  urlFor: async (did) => `postgresql://role:password@127.0.0.1:5432/${did.length}`,
  rowsFor: async () => ({ owner: 'postgresql://owner', reader: 'postgresql://reader' }),
  [Symbol.asyncDispose]: async () => undefined,
}

function temporary(t: { teardown: (fn: () => void) => void }): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'baotu-state-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return path.join(folder, 'state')
}

async function split(spacePath: string, folder: string, now = NOW) {
  const space = await loadSpace(spacePath)
  const state = await ensureStateFolder(folder, space.file.space)
  const options = { databases, progress: () => undefined, now: () => now, random: systemRandom }
  const { processes } = await splitSpace(space, state, options)
  const read = (did: string) =>
    JSON.parse(readFileSync(path.join(state.partyFolder(did), 'config.json'), 'utf8'))
  return { state, processes, read }
}

t.test('every party gets a configuration that its own schema accepts', async (t) => {
  using written = writeSmallSpace(smallSpace())
  const { state, processes } = await split(written.spacePath, temporary(t))
  const roles = processes.map(({ role }) => role)
  t.same(roles, ['authority', 'gateway', 'release', 'connector', 'connector'])
  const file = (did: string) => path.join(state.partyFolder(did), 'config.json')
  const authority = await loadConfig(file('did:web:authority.example'), AuthorityConfig)
  t.equal(authority.participants.length, 7)
  await loadConfig(file('did:web:release.example'), ReleaseConfig)
  const connector = await loadConfig(file('did:web:tax.a.example'), ConnectorConfig)
  t.equal(connector.sources[0]?.mapping, path.join(written.folder, 'mapping.json'))
})

t.test(
  'everyone pins the keys that the authority signs by, and the listed keys are real',
  async (t) => {
    using written = writeSmallSpace(smallSpace())
    const { state, read } = await split(written.spacePath, temporary(t))
    const did = 'did:web:authority.example'
    const folder = state.partyFolder(did)
    const wrappingKey = await readSecret({ file: 'wrapping-key' }, folder)
    const keys = await openKeyFile({
      ...{ did, wrappingKey, path: path.join(folder, 'keys.json'), lifetimeMs: DAY },
      ...{ now: () => NOW, random: systemRandom },
    })
    const { kid } = keys.signer()
    for (const party of ['gateway', 'release', 'tax.a', 'tax.b', 'bank', 'auditor']) {
      t.equal(read(`did:web:${party}.example`).authority.keys[0].kid, kid, party)
    }
    const listed = read(did).participants.find((each: { did: string }) => each.did === did)
    t.ok(listed.keys.some((key: { kid: string }) => key.kid === kid))
  },
)

t.test('secrets stand in private files of one owner, never in a configuration', async (t) => {
  using written = writeSmallSpace(smallSpace())
  const { state } = await split(written.spacePath, temporary(t))
  const folder = state.partyFolder('did:web:tax.a.example')
  for (const name of ['config.json', 'keys.json', 'wrapping-key', 'database-url']) {
    t.equal(statSync(path.join(folder, name)).mode & 0o777, 0o600, name)
  }
  t.equal(statSync(state.path).mode & 0o777, 0o700)
  const config = readFileSync(path.join(folder, 'config.json'), 'utf8')
  t.notMatch(config, 'password')
  t.notMatch(config, readFileSync(path.join(folder, 'wrapping-key'), 'utf8'))
  const other = path.join(state.partyFolder('did:web:tax.b.example'), 'wrapping-key')
  t.not(readFileSync(other, 'utf8'), readFileSync(path.join(folder, 'wrapping-key'), 'utf8'))
})

t.test('splitting again keeps keys and takes over what the file says now', async (t) => {
  const folder = temporary(t)
  using written = writeSmallSpace(smallSpace())
  const first = await split(written.spacePath, folder)
  const space = smallSpace()
  space.consumers[0] = { ...smallSpace().consumers[0], identityLevel: 4 } as never
  writeFileSync(
    written.spacePath,
    JSON.stringify({ ...space, gateway: { ...space.gateway, replicas: 2 } }),
  )
  const second = await split(written.spacePath, folder)
  const participants = (at: typeof first) => at.read('did:web:authority.example').participants
  const of = (at: typeof first, did: string) =>
    participants(at).find((each: { did: string }) => each.did === did)
  t.same(of(second, 'did:web:bank.example').keys, of(first, 'did:web:bank.example').keys)
  t.same(of(second, 'did:web:tax.a.example').log, of(first, 'did:web:tax.a.example').log)
  t.equal(of(second, 'did:web:bank.example').identityLevel, 4)
  const gateways = second.processes.filter(({ role }) => role === 'gateway')
  t.equal(new Set(gateways.map(({ config }) => config)).size, 2)
  t.equal(second.read('did:web:tax.a.example').gateway.urls.length, 2)
})

t.test('a chain is named by a code that the log takes', async (t) => {
  for (const chain of ['notary', 'CHAIN_12345678', '']) {
    using written = writeSmallSpace({ ...smallSpace(), anchor: { chain, file: 'a' } })
    await t.rejects(loadSpace(written.spacePath), { code: 'CONFIG_INVALID' }, chain)
  }
  using written = writeSmallSpace({ ...smallSpace(), anchor: { chain: 'CHAIN_1', file: 'a' } })
  t.ok(await loadSpace(written.spacePath), 'control')
})

const isKeeping = (config: object) => 'publish' in config || 'anchor' in config

t.test('whoever keeps a log publishes it apart and anchors it, one replica for all', async (t) => {
  const publish = { folder: 'public', everySeconds: 5 }
  const tls = { cert: 'c.pem', key: '/k.pem', ca: 'ca.pem' }
  const http = { chain: 'QUANCHENG', http: 'https://chain.example/evidence', tls }
  for (const anchor of [{ chain: 'NOTARY', file: 'anchors.jsonl' }, http]) {
    const space = smallSpace()
    using written = writeSmallSpace({
      ...{ ...space, publish, anchor },
      gateway: { ...space.gateway, replicas: 2 },
    })
    const at = (file: string) => path.join(written.folder, file)
    const expected =
      'file' in anchor
        ? { ...anchor, file: at('anchors.jsonl') }
        : { ...http, tls: { cert: at('c.pem'), key: '/k.pem', ca: at('ca.pem') } }
    const { state, read } = await split(written.spacePath, temporary(t))
    for (const name of ['gateway.example', 'release.example', 'tax.a.example', 'tax.b.example']) {
      const config = read(`did:web:${name}`)
      t.same(config.publish, { ...publish, folder: at(`public/${name}`) }, name)
      t.same(config.anchor, expected, name)
    }
    for (const name of ['authority', 'bank', 'auditor']) {
      t.notOk(isKeeping(read(`did:web:${name}.example`)), name)
    }
    const folder = state.partyFolder('did:web:gateway.example')
    await loadConfig(path.join(folder, 'config.json'), GatewayConfig)
    const second = await loadConfig(path.join(folder, 'config-2.json'), GatewayConfig)
    t.notOk(isKeeping(second))
    await loadConfig(
      path.join(state.partyFolder('did:web:release.example'), 'config.json'),
      ReleaseConfig,
    )
    await loadConfig(
      path.join(state.partyFolder('did:web:tax.a.example'), 'config.json'),
      ConnectorConfig,
    )
  }
})

t.test('keys near their end are replaced, the old ones stay listed', async (t) => {
  const folder = temporary(t)
  using written = writeSmallSpace(smallSpace())
  await split(written.spacePath, folder)
  const { read } = await split(written.spacePath, folder, NOW + 350 * DAY)
  const [bank] = read('did:web:authority.example').participants.filter(
    ({ did }: { did: string }) => did === 'did:web:bank.example',
  )
  t.equal(bank.keys.length, 4)
})

t.test('a state folder serves one space and one launcher', async (t) => {
  const folder = temporary(t)
  const state = await ensureStateFolder(folder, 'urn:baotu:space:small')
  await t.rejects(ensureStateFolder(folder, 'urn:baotu:space:other'), {
    code: 'STATE_OF_ANOTHER_SPACE',
  })
  {
    await using _claim = await claimState(state)
    await t.rejects(claimState(state), { code: 'STATE_IN_USE' })
    t.equal(await launcherOf(state), process.pid)
  }
  t.equal(await launcherOf(state), undefined)
  writeFileSync(path.join(state.path, 'launcher.pid'), '999999999\n')
  await using _again = await claimState(state)
  t.pass('a claim of a process that is gone does not count')
})
