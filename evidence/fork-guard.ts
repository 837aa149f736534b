/**
 * The memory of a log that its database cannot roll back. A database restored from a backup would
 * let the log sign a second, different history; whoever hands out a checkpoint first shows it to
 * the guard, which keeps the newest one outside the database and refuses one that does not extend
 * it. One guard per process and log; losing the file loses only the memory (witnesses keep theirs).
 */
import { hash } from 'node:crypto'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import path from 'node:path'
import { sameHash } from '#crypto/merkle'
import type { Checkpoint } from './checkpoint.ts'
import { EvidenceError } from './evidence-error.ts'

export interface ForkGuard extends AsyncDisposable {
  /** The newest checkpoint that was released here, if any. */
  readonly held: Checkpoint | undefined
  /**
   * Call before releasing `next`. `rootAt` recomputes the root of an older size from the log's
   * tiles. Durable when it resolves; LOG_FORKED when `next` does not extend what is held.
   */
  release(next: Checkpoint, rootAt: (size: number) => Promise<Uint8Array>): Promise<void>
}

const SLOT_BYTES = 1024

/** Two slots written in turn and synced, so that a crash in mid-write leaves the other one. */
export async function openFileGuard(file: string, origin: string): Promise<ForkGuard> {
  await mkdir(path.dirname(file), { recursive: true })
  const handle = await open(file, 'a+', 0o600).then(async (made) => {
    await made.close()
    return open(file, 'r+')
  })
  return new FileGuard(handle, await readHeld(handle, origin))
}

class FileGuard implements ForkGuard {
  held: Checkpoint | undefined
  readonly #handle: FileHandle
  #turn: number

  constructor(handle: FileHandle, newest: Slot | undefined) {
    this.#handle = handle
    this.held = newest?.checkpoint
    this.#turn = newest?.turn ?? 0
  }

  async release(next: Checkpoint, rootAt: (size: number) => Promise<Uint8Array>): Promise<void> {
    const { held } = this
    if (held !== undefined) {
      if (next.size < held.size) forked(next.size, held.size)
      const root = next.size === held.size ? next.root : await rootAt(held.size)
      if (!sameHash(root, held.root)) forked(next.size, held.size)
      if (next.size === held.size) return
    }
    this.#turn += 1
    const slot = encodeSlot({ turn: this.#turn, checkpoint: next })
    await this.#handle.write(slot, 0, SLOT_BYTES, (this.#turn % 2) * SLOT_BYTES)
    await this.#handle.datasync()
    this.held = next
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
  }
}

interface Slot {
  readonly turn: number
  readonly checkpoint: Checkpoint
}

async function readHeld(handle: FileHandle, origin: string): Promise<Slot | undefined> {
  const bytes = await handle.readFile()
  if (bytes.length === 0) return undefined
  const slots = [0, 1].flatMap((at) =>
    decodeSlot(bytes.subarray(at * SLOT_BYTES).subarray(0, SLOT_BYTES)),
  )
  const newest = slots.sort((a, b) => b.turn - a.turn)[0]
  if (newest === undefined || newest.checkpoint.origin !== origin) {
    throw new EvidenceError('LOG_FORKED', `the guard of ${origin} cannot be read`)
  }
  return newest
}

function encodeSlot({ turn, checkpoint: { origin, size, root } }: Slot): Buffer {
  const line = JSON.stringify([turn, origin, size, Buffer.from(root).toString('base64')])
  const slot = Buffer.alloc(SLOT_BYTES, ' ')
  slot.write(`${hash('sha256', line, 'hex')} ${line}\n`)
  return slot
}

function decodeSlot(bytes: Buffer): Slot[] {
  const line = bytes.toString('utf8').split('\n')[0] ?? ''
  if (hash('sha256', line.slice(65), 'hex') !== line.slice(0, 64)) return []
  const stored: readonly [number, string, number, string] = JSON.parse(line.slice(65))
  const [turn, origin, size, root] = stored
  return [{ turn, checkpoint: { origin, size, root: Buffer.from(root, 'base64') } }]
}

function forked(size: number, held: number): never {
  throw new EvidenceError('LOG_FORKED', `checkpoint of size ${size} does not extend size ${held}`)
}
