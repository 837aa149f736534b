import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import t from 'tap'
import { encodeBase64url } from '#crypto/base64url'
import { systemRandom } from '#crypto/random'
import { Secret } from '#crypto/secret'
import { createKeyFile } from '#crypto/sign/key-file'
import { canonicalPolicy } from '#policies/canonical-policy'
import { superviseChildren } from '#runtime/children'
import { systemClock } from '#runtime/clock'
import { testDatabase } from '#test/support/database'
import { tokenOf } from './support/gateway.ts'
import { testPolicies, testSnapshot } from './support/policies.ts'
import { product } from './support/product.ts'
import { requestOf, signRequest } from './support/request.ts'
import {
  createTestSpace,
  type Member,
  participantOf,
  SPACE,
  type TestSpace,
} from './support/space.ts'

const PROJECT = path.resolve(import.meta.dirname, '../..')

/** Key file and wrapping secret of one party, as a launcher makes them. */
async function keyFileOf(folder: string, did: string) {
  const text = encodeBase64url(systemRandom(24))
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'wrapping-key'), text, { mode: 0o600 })
  return createKeyFile({
    did,
    now: () => systemClock.now() - 60_000,
    random: systemRandom,
    lifetimeMs: 86_400_000,
    path: path.join(folder, 'keys'),
    wrappingKey: Secret.take(new TextEncoder().encode(text)),
  })
}

const KEYS = { file: 'keys', wrappingKey: { file: 'wrapping-key' } }
const LISTEN = { host: '127.0.0.1', port: 0 }

async function writeAuthority(folder: string, space: TestSpace, members: readonly Member[]) {
  const productFile = path.join(folder, 'product.json')
  await writeFile(productFile, JSON.stringify(product))
  const config = {
    party: 'authority',
    spaceId: SPACE,
    did: space.members.authority.did,
    listen: LISTEN,
    keys: KEYS,
    state: 'state',
    validityHours: 24,
    participants: members.map(participantOf),
    products: ['product.json'],
  }
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(config))
}

t.test('authority and gateway run as processes and end in good order', async (t) => {
  const root = await mkdtemp(path.join(tmpdir(), 'baotu-processes-'))
  t.teardown(() => rm(root, { recursive: true }))
  const space = await createTestSpace()
  const folders = { authority: path.join(root, 'authority'), gateway: path.join(root, 'gateway') }
  const keys = {
    authority: await keyFileOf(folders.authority, space.members.authority.did),
    gateway: await keyFileOf(folders.gateway, space.members.gateway.did),
  }
  const members = Object.values({
    ...space.members,
    authority: { ...space.members.authority, keys: keys.authority },
    gateway: { ...space.members.gateway, keys: keys.gateway },
  })
  await writeAuthority(folders.authority, space, members)

  const lines: string[] = []
  const children = superviseChildren({
    write: (line) => void lines.push(line),
    onUnexpectedExit: ({ name }) => t.fail(`${name} ended: ${lines.slice(-5).join('\n')}`),
  })
  t.teardown(() => children[Symbol.asyncDispose]())
  const start = async (name: 'authority' | 'gateway') => {
    const entry = path.join(PROJECT, name, 'main.ts')
    const configPath = path.join(folders[name], 'config.json')
    return String((await children.start({ name, entry, configPath })).details['url'])
  }
  const authority = await start('authority')

  const database = path.join(folders.gateway, 'database-url')
  await writeFile(database, await testDatabase(t), { mode: 0o600 })
  const policies = path.join(folders.gateway, 'policies')
  await mkdir(policies)
  for (const [index, policy] of testPolicies().entries()) {
    const text = JSON.stringify(canonicalPolicy(policy))
    await writeFile(path.join(policies, `${index}.json`), text)
  }
  const anchor = keys.authority.publicKeys().filter(({ purpose }) => purpose === 'sign')
  const config = {
    party: 'gateway',
    spaceId: SPACE,
    did: space.members.gateway.did,
    listen: LISTEN,
    keys: KEYS,
    authority: {
      url: authority,
      did: space.members.authority.did,
      keys: anchor.map(({ kid, jwk }) => ({ kid, jwk })),
    },
    database: { url: { file: 'database-url' } },
    state: 'state',
    policies: 'policies',
    release: space.members.release.did,
    auditor: space.members.auditor.did,
    limits: { attempts: 3 },
    seconds: { opening: 30 },
  }
  await writeFile(path.join(folders.gateway, 'config.json'), JSON.stringify(config))
  const gateway = await start('gateway')

  const { bank, release } = space.members
  const post = async (by: Member, url: string, body: unknown) =>
    fetch(`${gateway}${url}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await tokenOf(space, by)}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    })
  t.equal((await fetch(`${gateway}/healthz`)).status, 200)
  const asked = requestOf(space, testSnapshot())
  const accepted = await post(bank, '/queries', { request: await signRequest(bank, asked) })
  t.equal(accepted.status, 202)
  t.match(await accepted.json(), { stage: 'opening' })
  const leased = await post(release, '/tasks/lease', { waitMs: 0 })
  t.match(await leased.json(), { kind: 'open-session' })

  const held = post(release, '/tasks/lease', { waitMs: 30_000 })
  await new Promise((resolve) => setTimeout(resolve, 200))
  const exits = await children.stop()
  t.same(
    exits.map(({ name, code }) => [name, code]),
    [
      ['gateway', 0],
      ['authority', 0],
    ],
  )
  t.equal((await held).status, 204, 'a call that was held open is answered first')
  const log = lines.join('\n')
  t.notOk(/eyJ|case-1|tax12/.test(log), 'no token, reference or column in the log')
})
