import { serveCell } from '#crypto/he/cell-server'
import { startEngine } from '#crypto/he/engine'
import { guarded } from '#crypto/he/engine-guard'
import { parameterSet } from '#crypto/he/parameters'

/** What can go wrong in a cell, on demand. */
export type TryingJobs = {
  readonly echo: { readonly request: Uint8Array; readonly response: Uint8Array }
  /** Allocates in the engine until it refuses. */
  readonly eat: { readonly request: null; readonly response: null }
  /** Allocates on the JavaScript heap until the worker dies. */
  readonly hoard: { readonly request: null; readonly response: null }
  readonly spin: { readonly request: null; readonly response: null }
  readonly crash: { readonly request: null; readonly response: null }
  readonly exit: { readonly request: null; readonly response: null }
}

await serveCell<TryingJobs>(async ({ set, memoryMb }) => {
  const { seal } = await startEngine(parameterSet(set), memoryMb)
  const kept: unknown[] = []
  return {
    echo: (bytes) => bytes,
    eat: () =>
      guarded(() => {
        for (;;) kept.push(new seal.Plaintext(65536))
      }),
    hoard: () => {
      for (;;) kept.push(Array.from({ length: 100_000 }, () => ({})))
    },
    spin: () => {
      for (;;);
    },
    crash: () => {
      throw new TypeError('planted')
    },
    exit: () => process.exit(3),
  }
})
