import { spawn } from 'node:child_process'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import type { Space } from './load-space.ts'

/** A mapping of the space that does not fit its product; what to mend is in the message. */
export class SpaceMappingError extends Error {
  override readonly name = 'SpaceMappingError'
  readonly code = 'SPACE_MAPPING_INVALID'
}

const CHECKER = path.resolve(import.meta.dirname, '..', '..', 'connectors', 'check-main.ts')

/**
 * Fits every mapping of a space to its product, in a process of the holders’ own code, which is
 * none of the command line’s. No data is read. @throws SpaceMappingError
 */
export async function checkMappings({ file, products, resolve }: Space): Promise<void> {
  const sources = file.holders.flatMap(({ sources }) =>
    sources.flatMap(({ product, part, mapping }) => {
      const found = products.find((candidate) => candidate.product.product === product)
      return found ? [{ product: found.path, part, mapping: resolve(mapping) }] : []
    }),
  )
  const child = spawn(process.execPath, [CHECKER, JSON.stringify(sources)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {},
  })
  const [told, code] = await Promise.all([
    text(child.stdout),
    new Promise<number>((done, fail) => child.on('error', fail).on('close', (c) => done(c ?? 1))),
  ])
  if (code !== 0) throw new SpaceMappingError(told.trimEnd() || 'the mappings cannot be checked')
}
