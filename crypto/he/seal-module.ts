import { readFile } from 'node:fs/promises'
import initialise, { type MainModule } from 'node-seal'
import { CryptoError } from '../errors.ts'
import { engineError } from './engine-guard.ts'

/** One SEAL instance with its own linear memory. Belongs to one worker and ends with it. */
export interface SealModule {
  readonly seal: MainModule
  /** The linear memory as it is now: it grows, never shrinks, and growing detaches old views. */
  memory(): Uint8Array
  /** Overwrites the whole linear memory, stack, heap and seeds. The instance is dead after it. */
  zeroise(): void
}

interface WasmMemory {
  readonly buffer: ArrayBuffer
}

/** The part of the WebAssembly interface that Node has and its types do not declare. */
interface WasmInterface {
  compile(bytes: Uint8Array): Promise<object>
  readonly Instance: new (module: object, imports: object) => { readonly exports: object }
  readonly Memory: new (shape: never) => WasmMemory
}

type Ready = (instance: { readonly exports: object }, module: object) => void

const PAGE_BYTES = 65536
const MEMORY_SECTION = 5
const MEGABYTE = 1024 * 1024

/** Smallest cap that SEAL starts with. */
export const MIN_MEMORY_MB = 32

/**
 * Loads SEAL with its linear memory capped at `memoryMb` MiB, by lowering the maximum that the
 * WASM file declares for itself; the engine then refuses to grow, whatever asks. One bad allocation
 * leaves SEAL unusable (its pool throws while it holds a lock): end the worker on any
 * `HE_OUT_OF_MEMORY`.
 */
export async function loadSeal(memoryMb: number): Promise<SealModule> {
  const pages = (memoryMb * MEGABYTE) / PAGE_BYTES
  const module = await wasm().compile(withMemoryCap(await readFile(wasmFile()), pages))
  let exported: object = {}
  const instantiateWasm = (imports: object, ready: Ready) => {
    const instance = new (wasm().Instance)(module, imports)
    exported = instance.exports
    ready(instance, module)
    return {}
  }
  const options = { instantiateWasm, print: drop, printErr: drop }
  const seal = await initialise(options).catch((cause) => {
    throw engineError(cause)
  })
  const memory = exportedMemory(exported)
  return {
    seal,
    memory: () => new Uint8Array(memory.buffer),
    zeroise: () => new Uint8Array(memory.buffer).fill(0),
  }
}

/**
 * The module's bytes with another maximum in its one memory section (WebAssembly core 1,
 * section 5.5.8). The number keeps its length, so nothing else moves.
 */
export function withMemoryCap(bytes: Uint8Array, pages: number): Uint8Array {
  const { at, length } = maximumField(bytes)
  if (!Number.isInteger(pages) || pages * PAGE_BYTES < MIN_MEMORY_MB * MEGABYTE || pages > 65536) {
    throw new CryptoError('HE_PARAMETERS', `a cap of ${pages} pages is out of range`)
  }
  const capped = Uint8Array.from(bytes)
  for (let index = 0; index < length; index++) {
    const more = index < length - 1 ? 0x80 : 0
    capped[at + index] = ((pages >> (7 * index)) & 0x7f) | more
  }
  return capped
}

/** Place and length of the maximum: sections from byte 8; id, size; count 1, flags 1, min, max. */
function maximumField(bytes: Uint8Array): { readonly at: number; readonly length: number } {
  for (let at = 8; at < bytes.length; ) {
    const size = leb128(bytes, at + 1)
    if (bytes[at] === MEMORY_SECTION) {
      if (bytes[size.end] !== 1 || bytes[size.end + 1] !== 1) break
      const minimum = leb128(bytes, size.end + 2)
      const maximum = leb128(bytes, minimum.end)
      return { at: minimum.end, length: maximum.end - minimum.end }
    }
    at = size.end + size.value
  }
  throw new CryptoError('HE_ENGINE', 'engine file declares no memory maximum')
}

function leb128(bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } {
  let value = 0
  for (let index = 0; index < 5; index++) {
    const byte = bytes[from + index] ?? 0
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return { value, end: from + index + 1 }
  }
  throw new CryptoError('HE_ENGINE', 'engine file is not WebAssembly')
}

function exportedMemory(exported: object): WasmMemory {
  const memory = Object.values(exported).find((value) => value instanceof wasm().Memory)
  if (memory === undefined) throw new CryptoError('HE_ENGINE', 'engine exports no memory')
  return memory
}

function wasmFile(): URL {
  return new URL('./seal_throws.wasm', import.meta.resolve('node-seal'))
}

function wasm(): WasmInterface {
  return (globalThis as unknown as { readonly WebAssembly: WasmInterface }).WebAssembly
}

/** The engine prints nothing: its messages may quote operands. */
function drop(): void {}
