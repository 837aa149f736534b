import { type CellOptions, openCellPool } from './pool.ts'

/** Jobs of an encrypt cell: `init` with a public key wire once, then vectors to ciphertext wires. */
export type EncryptJobs = {
  readonly init: { readonly request: Uint8Array; readonly response: null }
  readonly encrypt: {
    readonly request: readonly BigUint64Array[]
    readonly response: readonly Uint8Array[]
  }
}

/** A worker that encrypts under one session's public key. Disposing ends the worker. */
export interface EncryptCell extends AsyncDisposable {
  /**
   * One ciphertext wire per vector of `degree` coefficients below t. The vectors are copied into
   * the worker and zeroed there; the caller's stay. `HE_COEFFICIENTS` ends the cell.
   */
  encrypt(vectors: readonly BigUint64Array[]): Promise<readonly Uint8Array[]>
}

/** Encrypt cells with a warm spare that has an engine and no key yet. */
export interface EncryptCells extends AsyncDisposable {
  /** A cell for this public key wire; a malformed one refuses with `HE_WIRE`. */
  open(publicKey: Uint8Array): Promise<EncryptCell>
}

/** Starts the pool of a connector process. */
export function openEncryptCells(options: CellOptions): EncryptCells {
  const pool = openCellPool<EncryptJobs>(new URL('./encrypt-cell.ts', import.meta.url), options)
  return {
    open: async (publicKey) => {
      const cell = await pool.take()
      await cell.run('init', publicKey)
      return {
        encrypt: (vectors) => cell.run('encrypt', vectors),
        [Symbol.asyncDispose]: () => cell[Symbol.asyncDispose](),
      }
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  }
}
