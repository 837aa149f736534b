import { type Cell, type CellOptions, openCellPool } from './pool.ts'
import type { Residues } from './residues.ts'
import { packResidues } from './wire.ts'

/** Jobs of a session cell: `init` makes the key pair, `open` decrypts wires, `wipe` ends it. */
export type SessionJobs = {
  readonly init: { readonly request: null; readonly response: Uint8Array }
  readonly open: {
    readonly request: readonly Uint8Array[]
    readonly response: readonly BigUint64Array[]
  }
  readonly wipe: { readonly request: null; readonly response: null }
}

/**
 * One session's secret key, alone in a worker. The key never leaves it and is never serialised;
 * when the cell fails or ends, what was encrypted to it can never be opened again. Disposing wipes.
 * A cell that fails is ended unwiped: its memory goes back to the operating system.
 */
export interface SessionCell extends AsyncDisposable {
  /** Public key wire; its digest goes into the transcript. */
  readonly publicKey: Uint8Array
  /** The coefficients of each sum, `degree` of them. Open only what you added up yourself. */
  open(sums: readonly Residues[]): Promise<readonly BigUint64Array[]>
  /** Overwrites the worker's engine memory, then ends the worker. Idempotent. */
  wipe(): Promise<void>
}

/** Session cells with a warm spare that has an engine and no key yet. */
export interface SessionCells extends AsyncDisposable {
  /** A cell with a fresh key pair. */
  open(): Promise<SessionCell>
}

/** Starts the pool of a release authority's process. */
export function openSessionCells(options: CellOptions): SessionCells {
  const pool = openCellPool<SessionJobs>(new URL('./session-cell.ts', import.meta.url), options)
  return {
    open: async () => {
      const cell = await pool.take()
      return sessionCell(cell, await cell.run('init', null))
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  }
}

function sessionCell(cell: Cell<SessionJobs>, publicKey: Uint8Array): SessionCell {
  let wiped: Promise<void> | undefined
  const wipe = async () => {
    try {
      await cell.run('wipe', null)
    } catch {
      // A cell that failed is gone already, its memory with it.
    }
    await cell[Symbol.asyncDispose]()
  }
  const wipeOnce = () => {
    wiped ??= wipe()
    return wiped
  }
  return {
    publicKey,
    open: (sums) => cell.run('open', sums.map(packResidues)),
    wipe: wipeOnce,
    [Symbol.asyncDispose]: wipeOnce,
  }
}
