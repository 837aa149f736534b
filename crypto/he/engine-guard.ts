import { CryptoError } from '../errors.ts'

/**
 * The one boundary between SEAL and the rest: whatever the engine throws leaves as a `CryptoError`.
 * C++ exceptions arrive as `WebAssembly.Exception`, which is no `Error`, with `message` =
 * [type, text]; only the type is kept, the text may describe operands. `HE_OUT_OF_MEMORY` for a
 * failed allocation, after which the instance must not be used again; else `HE_ENGINE`.
 */
export function guarded<T>(action: () => T): T {
  try {
    return action()
  } catch (cause) {
    throw engineError(cause)
  }
}

/** The refusal that something thrown by the engine becomes. */
export function engineError(cause: unknown): CryptoError {
  if (cause instanceof CryptoError) return cause
  const type = exceptionType(cause)
  return type === 'std::bad_alloc' || cause instanceof RangeError
    ? new CryptoError('HE_OUT_OF_MEMORY', 'engine is out of memory')
    : new CryptoError('HE_ENGINE', `engine refused: ${type}`)
}

function exceptionType(cause: unknown): string {
  if (cause instanceof Error) return cause.name
  const message = typeof cause === 'object' && cause !== null && 'message' in cause && cause.message
  return Array.isArray(message) ? String(message[0]) : 'unknown'
}
