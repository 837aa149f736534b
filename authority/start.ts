import path from 'node:path'
import { systemRandom } from '#crypto/random'
import { openKeyFile } from '#crypto/sign/key-file'
import type { KeyProvider } from '#crypto/sign/key-provider'
import { parseMessage } from '#protocol/messages/parse'
import { Product } from '#protocol/messages/product'
import { PROBLEMS } from '#protocol/problems'
import { readJsonFile } from '#runtime/json-file'
import type { PartyContext } from '#runtime/process'
import { RUNTIME_PROBLEMS } from '#runtime/runtime-problems'
import { readSecret } from '#runtime/secret-source'
import { readServerTls } from '#runtime/tls-files'
import { buildApp } from './app.ts'
import { AuthorityError } from './authority-error.ts'
import type { AuthorityConfig } from './config.ts'
import { type DirectoryContent, directoryContent } from './directory-content.ts'
import { openDirectoryState } from './directory-state.ts'
import { createPublisher, type Publisher } from './publisher.ts'

const HOUR_MS = 3_600_000
const KEY_LIFETIME_MS = 365 * 24 * HOUR_MS

/** Checks and signs the directory as the configuration says, and serves it until it is closed. */
export async function startAuthority(
  context: PartyContext<AuthorityConfig>,
): Promise<{ did: string; url: string }> {
  const { config, folder, log, clock, owned } = context
  const keys = await openKeys(context)
  const content = await contentOf(context, keys)
  const publisher: Publisher = createPublisher({
    content,
    signer: () => keys.signer(),
    state: await openDirectoryState(path.resolve(folder, config.state)),
    clock,
    validityMs: config.validityHours * HOUR_MS,
  })
  await publisher.current()
  const tls = await readServerTls(config.listen, folder)
  const problems = { ...RUNTIME_PROBLEMS, ...PROBLEMS }
  const app = await buildApp({
    publisher,
    problems,
    log,
    random: systemRandom,
    ...(tls && { tls }),
  })
  owned.defer(() => app.close())
  const { host, port } = config.listen
  const url = await app.listen({ host, port, listenTextResolver: () => 'listening' })
  return { did: config.did, url }
}

async function openKeys({ config, folder, clock }: PartyContext<AuthorityConfig>) {
  using wrappingKey = await readSecret(config.keys.wrappingKey, folder)
  return await openKeyFile({
    did: config.did,
    now: () => clock.now(),
    random: systemRandom,
    lifetimeMs: KEY_LIFETIME_MS,
    path: path.resolve(folder, config.keys.file),
    wrappingKey,
  })
}

// Checked once with the keys of now, so that a fault stops the start and not a reader.
async function contentOf(
  { config, folder }: PartyContext<AuthorityConfig>,
  keys: KeyProvider,
): Promise<() => DirectoryContent> {
  const { spaceId, did: authority, participants } = config
  const products = await Promise.all(
    config.products.map((file) => readProduct(path.resolve(folder, file))),
  )
  const content = () =>
    directoryContent({ spaceId, authority, participants, products, ownKeys: keys.publicKeys() })
  content()
  return content
}

async function readProduct(file: string): Promise<Product> {
  const { value } = await readJsonFile(file)
  try {
    return parseMessage(Product, value)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'no product'
    throw new AuthorityError('PRODUCT_REFUSED', `${file}: ${reason}`, cause)
  }
}
