import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { buildApp } from '#authority/app'
import { directoryContent } from '#authority/directory-content'
import { openDirectoryState } from '#authority/directory-state'
import { createPublisher } from '#authority/publisher'
import { systemRandom } from '#crypto/random'
import { openDirectory } from '#protocol/directory'
import type { Participant } from '#protocol/messages/directory'
import type { Product } from '#protocol/messages/product'
import { RUNTIME_PROBLEMS } from '#runtime/runtime-problems'
import { capturedLog } from '#test/support/fixtures'
import { product } from '../gateway/support/product.ts'
import {
  createTestSpace,
  participantOf,
  SPACE,
  type TestSpace,
  verify,
} from '../gateway/support/space.ts'

interface Teardown {
  teardown(work: () => Promise<void>): void
}

const HOUR = 3_600_000

function partsOf(space: TestSpace) {
  const { authority } = space.members
  return {
    spaceId: SPACE,
    authority: authority.did,
    participants: Object.values(space.members).map(participantOf),
    products: [product],
    ownKeys: authority.keys.publicKeys(),
  }
}

async function stateFolder(t: Teardown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'baotu-authority-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return folder
}

/** A publisher as a process makes it at its start: nothing is remembered but the folder. */
async function started(space: TestSpace, folder: string, parts = partsOf(space)) {
  const content = directoryContent(parts)
  return createPublisher({
    content: () => content,
    signer: () => space.members.authority.keys.signer(),
    state: await openDirectoryState(folder),
    clock: space.clock,
    validityMs: 24 * HOUR,
  })
}

async function serialOf(space: TestSpace, jws: string): Promise<number> {
  const at = { now: space.clock.now(), oldest: 0 }
  return (await openDirectory(verify, jws, space.anchor, at)).serial
}

t.test('every party can open what is served, and a restart changes nothing', async (t) => {
  const space = await createTestSpace()
  const folder = await stateFolder(t)
  const first = await (await started(space, folder)).current()
  t.equal(await serialOf(space, first), 1)
  t.equal(await (await started(space, folder)).current(), first)
  space.clock.advance(12 * HOUR - 1)
  t.equal(await (await started(space, folder)).current(), first)
})

t.test('the serial grows with every renewal and every change, and never otherwise', async (t) => {
  const space = await createTestSpace()
  const folder = await stateFolder(t)
  const publisher = await started(space, folder)
  await publisher.current()
  space.clock.advance(12 * HOUR)
  const renewed = await Promise.all([publisher.current(), publisher.current()])
  t.equal(renewed[0], renewed[1])
  t.equal(await serialOf(space, renewed[0]), 2)
  const changed = await started(space, folder, { ...partsOf(space), products: [] })
  t.equal(await serialOf(space, await changed.current()), 3)
})

t.test('nothing is shown that was not kept first', async (t) => {
  const space = await createTestSpace()
  const content = directoryContent(partsOf(space))
  const kept = await openDirectoryState(await stateFolder(t))
  let isFull = true
  const publisher = createPublisher({
    content: () => content,
    signer: () => space.members.authority.keys.signer(),
    state: {
      read: kept.read,
      write: async (published) => {
        if (isFull) throw new Error('disk full')
        await kept.write(published)
      },
    },
    clock: space.clock,
    validityMs: 24 * HOUR,
  })
  await t.rejects(publisher.current(), { message: 'disk full' })
  isFull = false
  t.equal(await serialOf(space, await publisher.current()), 1)
})

t.test('a state that it did not write stops it, because a serial is never guessed', async (t) => {
  const space = await createTestSpace()
  const folder = await stateFolder(t)
  await (await started(space, folder)).current()
  await appendFile(join(folder, 'directory.json'), '}')
  const torn = await started(space, folder)
  await t.rejects(torn.current(), { code: 'DIRECTORY_STATE_UNREADABLE' })
  await writeFile(join(folder, 'directory.json'), '{"serial":0}')
  await t.rejects(torn.current(), { code: 'DIRECTORY_STATE_UNREADABLE' })
})

t.test('what is wrong with participants is refused', async (t) => {
  const space = await createTestSpace()
  const parts = partsOf(space)
  const { participants } = parts
  const strangeKeys = participantOf(space.members.bank).keys
  const without = (did: string) => participants.filter((participant) => participant.did !== did)
  const own = participantOf(space.members.authority)
  const cases: readonly (readonly [string, readonly Participant[]])[] = [
    ['PARTICIPANT_DUPLICATE', [...participants, participantOf(space.members.bank)]],
    ['PARTICIPANT_MISSING', without(own.did)],
    ['PARTICIPANT_MISSING', [...without(own.did), { ...own, state: 'suspended' }]],
    ['AUTHORITY_KEYS_DIFFER', [...without(own.did), { ...own, keys: strangeKeys }]],
  ]
  for (const [code, listed] of cases) {
    t.throws(() => directoryContent({ ...parts, participants: listed }), { code })
  }
  const keyless = [...without(own.did), { ...own, keys: [] }]
  const filled = directoryContent({ ...parts, participants: keyless })
  t.same(filled, directoryContent(parts), 'its own keys come from its key file')
})

t.test('a product that nobody could ask is refused, and named', async (t) => {
  const parts = partsOf(await createTestSpace())
  const [tax, arrears] = product.columns
  const [part] = product.parts
  const [section] = product.dimensions
  if (!tax || !arrears || !part || !section) throw new Error('the fixture lacks its members')
  const { range: _, ...rangeless } = tax
  const cases: readonly (readonly [string, Partial<Product>])[] = [
    ['two columns of one name', { columns: [tax, arrears, { ...arrears }] }],
    ['a column called like a dimension', { columns: [{ ...arrears, name: 'kind' }] }],
    ['a column of no part', { columns: [{ ...arrears, part: 'social' }] }],
    ['a flag with a range', { columns: [{ ...arrears, range: ['0', '1'] }] }],
    ['an amount without a range', { columns: [rangeless] }],
    ['an empty range', { columns: [{ ...tax, range: ['2', '1'] }] }],
    ['too many units', { parts: [{ ...part, maxUnits: `${1n << 50n}` }] }],
    ['a roster with a bank', { parts: [{ ...part, roster: ['did:web:bank.example'] }] }],
    ['a roster with a stranger', { parts: [{ ...part, roster: ['did:web:x.example'] }] }],
    [
      'a category twice',
      { dimensions: [{ ...section, categories: [...section.categories, ...section.categories] }] },
    ],
  ]
  for (const [name, change] of cases) {
    const broken = { ...product, ...change }
    const expected = { code: 'PRODUCT_REFUSED', message: /urn:baotu:product:tax/ }
    t.throws(() => directoryContent({ ...parts, products: [broken] }), expected, name)
  }
  const reversed = { ...product, columns: [{ ...tax, range: ['2', '1'] as [string, string] }] }
  t.throws(() => directoryContent({ ...parts, products: [reversed] }), {
    message: /`var` cannot be planned: column `tax\d+`: empty range$/,
  })
  t.throws(() => directoryContent({ ...parts, products: [product, product] }), {
    code: 'PRODUCT_DUPLICATE',
  })
  t.ok(directoryContent(parts), 'control: the product itself passes')
})

t.test('the server serves the directory to everybody and describes itself', async (t) => {
  const space = await createTestSpace()
  const { log } = capturedLog()
  const publisher = await started(space, await stateFolder(t))
  const app = await buildApp({ publisher, problems: RUNTIME_PROBLEMS, log, random: systemRandom })
  t.teardown(() => app.close())
  const reply = await app.inject({ url: '/directory' })
  t.match(reply.headers['content-type'], 'application/jose')
  t.equal(await serialOf(space, reply.body), 1)
  t.equal((await app.inject({ url: '/healthz' })).statusCode, 200)
  const { paths } = (await app.inject({ url: '/openapi.json' })).json()
  t.same(Object.keys(paths), ['/directory'])
})
