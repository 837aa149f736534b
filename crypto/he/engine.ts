import type { MainModule, ParmsIdType, SEALContext } from 'node-seal'
import { CryptoError } from '../errors.ts'
import { widthOf } from './bit-pack.ts'
import { guarded } from './engine-guard.ts'
import type { ParameterSet } from './parameters.ts'
import { loadSeal, type SealModule } from './seal-module.ts'

/** SEAL set up for one parameter set: what encryption and decryption start from. */
export interface Engine extends Disposable {
  readonly set: ParameterSet
  readonly seal: MainModule
  readonly context: SEALContext
  readonly module: SealModule
}

/**
 * Starts an engine for `set` within `memoryMb` MiB. Takes 50 to 100 ms, so it lives as long as its
 * worker. Refuses with `HE_PARAMETERS` when SEAL derives other primes or another parms_id than the
 * pinned ones: then it is not the engine this code was proved against.
 */
export async function startEngine(set: ParameterSet, memoryMb: number): Promise<Engine> {
  const module = await loadSeal(memoryMb)
  return guarded(() => {
    const context = openContext(module.seal, set)
    return { set, seal: module.seal, context, module, [Symbol.dispose]: () => context.delete() }
  })
}

/** SEAL's context for `set`, checked against the pins; the caller owns it. */
export function openContext(seal: MainModule, set: ParameterSet): SEALContext {
  using owned = new DisposableStack()
  const parameters = owned.use(new seal.EncryptionParameters(seal.SchemeType.bfv))
  parameters.setPolyModulusDegree(set.degree)
  const widths = [...set.dataPrimes, set.specialPrime].map(widthOf)
  parameters.setCoeffModulus(
    owned.use(seal.CoeffModulus.Create(set.degree, Int32Array.from(widths))),
  )
  parameters.setPlainModulus(owned.use(new seal.Modulus(1n << BigInt(set.plainBits))))
  using context = new DisposableStack()
  const built = context.use(new seal.SEALContext(parameters, true, seal.SecLevelType.tc128))
  requirePinned(set, built)
  context.move()
  return built
}

/** A parms_id is SEAL's hash of scheme, degree, primes and t, so it pins all of them. */
function requirePinned(set: ParameterSet, context: SEALContext): void {
  using keyId = context.keyParmsId()
  using dataId = context.firstParmsId()
  const pinned = hex(keyId) === set.keyParmsId && hex(dataId) === set.dataParmsId
  if (!context.parametersSet() || !pinned) {
    throw new CryptoError('HE_PARAMETERS', `engine disagrees about set ${set.id}`)
  }
}

function hex(id: ParmsIdType): string {
  const words: BigUint64Array = id.values()
  const bytes = Buffer.alloc(8 * words.length)
  for (const [index, word] of words.entries()) bytes.writeBigUInt64LE(word, 8 * index)
  return bytes.toString('hex')
}
