import t from 'tap'
import { createDirectorySource } from '#protocol/directory-source'
import { createTestSpace, START, type TestSpace, verify } from '../gateway/support/space.ts'

/** A source over whatever `served` holds at the moment; `stored` is the party's durable serial. */
function sourceOf(space: TestSpace, stored = 0) {
  const state = { served: '', fetches: 0, stored, writes: [] as number[] }
  const source = createDirectorySource({
    fetch: async () => {
      state.fetches += 1
      if (state.served === '') throw new Error('authority is away')
      return state.served
    },
    verify,
    anchor: space.anchor,
    clock: space.clock,
    oldest: {
      read: async () => state.stored,
      write: async (serial) => {
        state.stored = serial
        state.writes.push(serial)
      },
    },
    maxAgeMs: 30_000,
  })
  return { source, state }
}

t.test('one fetch serves many callers until it is old', async (t) => {
  const space = await createTestSpace()
  const { source, state } = sourceOf(space)
  state.served = await space.sign()
  const [first, second] = await Promise.all([source.current(), source.current()])
  t.equal(first, second)
  t.equal((await source.current()).serial, 1)
  t.equal(state.fetches, 1)
  t.same(state.writes, [1])
  space.clock.advance(30_000)
  t.equal(await source.current(), first, 'the same bytes give the same directory')
  t.equal(state.fetches, 2)
})

t.test('an older directory is refused, by this process and by the next', async (t) => {
  const space = await createTestSpace()
  const { source, state } = sourceOf(space)
  const old = await space.sign()
  state.served = await space.sign({ serial: 2 })
  t.equal((await source.current()).serial, 2)
  state.served = old
  await t.rejects(source.refresh(), { code: 'DIRECTORY_ROLLED_BACK' })
  t.equal((await source.current()).serial, 2)

  const restarted = sourceOf(space, state.stored)
  restarted.state.served = old
  await t.rejects(restarted.source.current(), { code: 'DIRECTORY_ROLLED_BACK' })
  const forgetful = sourceOf(space, 0)
  forgetful.state.served = old
  t.equal((await forgetful.source.current()).serial, 1, 'control: without its store it goes back')
})

t.test('the serial is stored before the directory is used', async (t) => {
  const space = await createTestSpace()
  const served = await space.sign()
  const source = createDirectorySource({
    fetch: async () => served,
    verify,
    anchor: space.anchor,
    clock: space.clock,
    oldest: {
      read: async () => 0,
      write: async () => {
        throw new Error('disk full')
      },
    },
  })
  await t.rejects(source.current(), { message: 'disk full' })
})

t.test('two directories under one serial are refused', async (t) => {
  const space = await createTestSpace()
  const { source, state } = sourceOf(space)
  state.served = await space.sign()
  await source.current()
  state.served = await space.sign({ products: [] })
  await t.rejects(source.refresh(), { code: 'DIRECTORY_REFUSED' })
})

t.test('an authority that is away is tolerated until the directory ends', async (t) => {
  const space = await createTestSpace()
  const { source, state } = sourceOf(space)
  const validUntil = new Date(START + 60_000).toISOString()
  state.served = await space.sign({ validUntil })
  const held = await source.current()
  state.served = ''
  space.clock.advance(59_999)
  t.equal(await source.current(), held)
  space.clock.advance(1)
  await t.rejects(source.current(), { message: 'authority is away' })
})
