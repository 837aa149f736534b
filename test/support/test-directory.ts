import { randomBytes } from 'node:crypto'
import { systemRandom } from '#crypto/random'
import { verifyJws } from '#crypto/sign/jws'
import type { KeyProvider } from '#crypto/sign/key-provider'
import { createMemoryKeys } from '#crypto/sign/key-ring'
import { type Directory, openDirectory } from '#protocol/directory'
import { KINDS } from '#protocol/message-kinds'
import type { DirectoryDocument, Participant, Role } from '#protocol/messages/directory'
import type { Product } from '#protocol/messages/product'

export const SPACE = 'urn:baotu:space:test'
export const AUTHORITY = 'did:web:authority.example'
export const GATEWAY = 'did:web:gateway.example'
export const RELEASE = 'did:web:release.example'
export const AUDITOR = 'did:web:auditor.example'
export const BANK = 'did:web:bank.example'

/** The instant of all tests with a fixed clock. */
export const NOW = Date.parse('2026-06-01T00:00:00Z')

export type Keys = ReadonlyMap<string, KeyProvider>

/** Fresh keys in memory for each DID. */
export async function testKeys(dids: readonly string[], now = () => NOW): Promise<Keys> {
  const policy = { now, random: systemRandom, lifetimeMs: 86_400_000 }
  const made = dids.map(async (did) => [did, await createMemoryKeys({ ...policy, did })] as const)
  return new Map(await Promise.all(made))
}

export function keysOf(keys: Keys, did: string): KeyProvider {
  const found = keys.get(did)
  if (found === undefined) throw new Error(`the test made no keys for ${did}`)
  return found
}

/** A directory document that lists every key holder in the role that its DID tells. */
export function directoryDocument(
  keys: Keys,
  products: readonly Product[],
  overrides: Partial<DirectoryDocument> = {},
): DirectoryDocument {
  return {
    type: 'baotu/directory@1',
    spaceId: SPACE,
    serial: 1,
    authority: AUTHORITY,
    issuedAt: new Date(NOW - 1000).toISOString(),
    validUntil: new Date(NOW + 80_000_000).toISOString(),
    participants: [...keys].map(([did, provider]) => participantOf(did, provider)),
    products: [...products],
    ...overrides,
  }
}

/** Signs a directory document as the authority and opens it as every party would. */
export async function openTestDirectory(
  keys: Keys,
  document: DirectoryDocument,
): Promise<Directory> {
  const authority = keysOf(keys, document.authority)
  const jws = await authority.signer().sign(KINDS.directory.typ, document)
  const anchor = { spaceId: SPACE, authority: AUTHORITY, keys: authority.publicKeys() }
  return openDirectory(verifyJws, jws, anchor, { now: NOW, oldest: 0 })
}

/** A fresh nonce of 16 bytes, as text. */
export function nonce(): string {
  return randomBytes(16).toString('base64url')
}

const ROLES: Readonly<Record<string, Role>> = {
  [AUTHORITY]: 'authority',
  [GATEWAY]: 'gateway',
  [RELEASE]: 'release',
  [AUDITOR]: 'auditor',
  [BANK]: 'consumer',
}

export function participantOf(did: string, provider: KeyProvider): Participant {
  return {
    did,
    name: { zh: did, en: did },
    roles: [ROLES[did] ?? 'holder'],
    state: 'active',
    kind: did === BANK ? 'bank' : 'agency',
    identityLevel: 3,
    region: '370100',
    keys: provider.publicKeys().map((key) => ({
      ...key,
      notBefore: new Date(key.notBefore).toISOString(),
      notAfter: new Date(key.notAfter).toISOString(),
    })),
  }
}
