import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { openFileGuard } from '#evidence/fork-guard'
import { temporaryFolder } from './made-folder.ts'

const ORIGIN = 'gateway.example/log'
const root = (byte: number) => new Uint8Array(32).fill(byte)
const head = (size: number, byte: number) => ({ origin: ORIGIN, size, root: root(byte) })
const nothing = async () => root(0)

t.test('a checkpoint is released only when it extends the one before', async (t) => {
  const file = path.join(temporaryFolder(t), 'state/guard')
  const guard = await openFileGuard(file, ORIGIN)
  t.equal(guard.held, undefined)
  await guard.release(head(5, 5), nothing)
  await guard.release(head(5, 5), nothing)
  await guard.release(head(9, 9), async (size) => root(size))
  const forked = { code: 'LOG_FORKED' }
  await t.rejects(guard.release(head(8, 8), nothing), forked, 'smaller')
  await t.rejects(guard.release(head(9, 8), nothing), forked, 'another root of the same size')
  await t.rejects(
    guard.release(head(12, 1), async () => root(8)),
    forked,
    'another past',
  )
  t.match(guard.held, { size: 9 }, 'a refused one leaves no trace')
  await guard[Symbol.asyncDispose]()
  t.equal(statSync(file).mode & 0o777, 0o600)
  const again = await openFileGuard(file, ORIGIN)
  t.strictSame(again.held, { ...head(9, 9), root: Buffer.from(root(9)) })
  await again[Symbol.asyncDispose]()
})

t.test('a write cut short leaves the checkpoint before it; garbage is refused', async (t) => {
  const file = path.join(temporaryFolder(t), 'guard')
  const guard = await openFileGuard(file, ORIGIN)
  for (const size of [1, 2, 3]) await guard.release(head(size, size), async (old) => root(old))
  await guard[Symbol.asyncDispose]()
  const bytes = readFileSync(file)
  const held = async () => {
    await using opened = await openFileGuard(file, ORIGIN)
    return opened.held?.size
  }
  t.equal(await held(), 3)
  const newest = bytes.indexOf('[3,')
  t.ok(newest > 0)
  writeFileSync(file, Buffer.from(bytes).fill(0, newest + 4, newest + 40))
  t.equal(await held(), 2)
  writeFileSync(file, bytes.subarray(0, 1100))
  t.equal(await held(), 2, 'the file itself cut')
  writeFileSync(file, Buffer.alloc(2048, 'x'))
  await t.rejects(held(), { code: 'LOG_FORKED' })
  writeFileSync(file, bytes)
  await t.rejects(openFileGuard(file, 'other.example/log'), { code: 'LOG_FORKED' })
  t.ok(existsSync(file))
})
