import { createPrivateKey, type KeyObject } from 'node:crypto'
import { leafHash } from '#crypto/merkle'
import type { EntryDraft } from '#evidence/entry'
import { entryBytes } from '#evidence/entry-form'
import { signed } from '#evidence/log-growth'
import { ed25519NoteSigner, type NoteSigner } from '#evidence/note-signer'
import { makeReceipt, type Receipt } from '#evidence/receipt'
import { TILE_WIDTH } from '#evidence/tile'
import type { TileSource } from '#evidence/tile-source'
import { TreeView } from '#evidence/tree'
import { TreeEdge } from '#evidence/tree-edge'

/** A log in memory, for tests that need no database: the same tiles, notes and receipts. */
export class MadeLog implements TileSource {
  readonly signer: NoteSigner
  readonly bodies: Uint8Array[] = []
  #at = 1_800_000_000_000

  constructor(origin: string, seed: string) {
    this.signer = ed25519NoteSigner(origin, madeKey(seed))
  }

  get origin(): string {
    return this.signer.verifier.name
  }

  /** Adds at the next second, or at `at`; gives the sequence number. */
  add(draft: EntryDraft, at = this.#at + 1000): number {
    this.#at = at
    return this.addBytes(entryBytes({ ...draft, v: 1, at }))
  }

  addBytes(body: Uint8Array): number {
    return this.bodies.push(body) - 1
  }

  async checkpoint(size = this.bodies.length): Promise<string> {
    const root = this.#edge(size).root()
    return signed([this.signer], { origin: this.origin, size, root })
  }

  async tile(level: number, index: number): Promise<Uint8Array> {
    const tiles = this.#edge(this.bodies.length).changes()
    const found = tiles.find((tile) => tile.level === level && tile.index === index)
    return found?.bytes ?? new Uint8Array(0)
  }

  async bundle(index: number): Promise<Uint8Array[]> {
    return this.bodies.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH)
  }

  view(size = this.bodies.length): TreeView {
    return new TreeView(size, this.#edge(size).node)
  }

  async receipt(index: number, size = this.bodies.length): Promise<Receipt> {
    const entry = Buffer.from(this.bodies[index] ?? []).toString()
    return makeReceipt(this.view(size), await this.checkpoint(size), index, entry)
  }

  #edge(size: number): TreeEdge {
    const edge = new TreeEdge(0, [])
    for (const body of this.bodies.slice(0, size)) edge.add(leafHash(body))
    return edge
  }
}

/** An Ed25519 key from a seed word: the same in every run. */
export function madeKey(seed: string): KeyObject {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
  const bytes = Buffer.alloc(32, seed)
  return createPrivateKey({ key: Buffer.concat([prefix, bytes]), format: 'der', type: 'pkcs8' })
}
