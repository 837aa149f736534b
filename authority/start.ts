import path from 'node:path'
import { systemRandom } from '#crypto/random'
import { openKeyFile } from '#crypto/sign/key-file'
import { parseMessage } from '#protocol/messages/parse'
import { Product } from '#protocol/messages/product'
import { PROBLEMS } from '#protocol/problems'
import { readJsonFile } from '#runtime/json-file'
import type { PartyContext } from '#runtime/process'
import { RUNTIME_PROBLEMS } from '#runtime/runtime-problems'
import { readSecret } from '#runtime/secret-source'
import { buildApp } from './app.ts'
import type { AuthorityConfig } from './config.ts'
import { directoryContent } from './directory-content.ts'
import { openDirectoryState } from './directory-state.ts'
import { createPublisher } from './publisher.ts'

const HOUR_MS = 3_600_000
const KEY_LIFETIME_MS = 5 * 365 * 24 * HOUR_MS

/** Opens the authority's keys and products, signs the directory, and listens. */
export async function startAuthority(
  context: PartyContext<AuthorityConfig>,
): Promise<{ url: string }> {
  const { config, folder, log, clock, owned } = context
  const { did, spaceId, participants, validityHours } = config
  const random = systemRandom
  using wrappingKey = await readSecret(config.keys.wrappingKey, folder)
  const keys = await openKeyFile({
    path: path.resolve(folder, config.keys.file),
    wrappingKey,
    did,
    now: () => clock.now(),
    random,
    lifetimeMs: KEY_LIFETIME_MS,
  })
  const products = await readProducts(config, folder)
  const content = () => {
    const parts = { spaceId, authority: did, participants, products }
    return directoryContent({ ...parts, ownKeys: keys.publicKeys() })
  }
  const publisher = createPublisher({
    content,
    signer: () => keys.signer(),
    state: await openDirectoryState(path.resolve(folder, config.state)),
    clock,
    validityMs: validityHours * HOUR_MS,
  })
  await publisher.current()
  const problems = { ...RUNTIME_PROBLEMS, ...PROBLEMS }
  const app = await buildApp({ publisher, problems, log, random })
  owned.defer(() => app.close())
  const { host, port } = config.listen
  return { url: await app.listen({ host, port }) }
}

async function readProducts({ products }: AuthorityConfig, folder: string): Promise<Product[]> {
  const documents = products.map((file) => readJsonFile(path.resolve(folder, file)))
  return (await Promise.all(documents)).map(({ value }) => parseMessage(Product, value))
}
