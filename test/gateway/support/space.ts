import { systemRandom } from '#crypto/random'
import { verifyJws } from '#crypto/sign/jws'
import type { KeyProvider } from '#crypto/sign/key-provider'
import { createMemoryKeys } from '#crypto/sign/key-ring'
import type { Anchor, Directory } from '#protocol/directory'
import { openDirectory } from '#protocol/directory'
import { KINDS } from '#protocol/message-kinds'
import type { DirectoryDocument, ListedKey, Participant, Role } from '#protocol/messages/directory'
import type { Product } from '#protocol/messages/product'
import type { VerifyJws } from '#protocol/signed'
import { product } from './product.ts'

export const SPACE = 'urn:baotu:space:test'
export const START = Math.floor(Date.now() / 1000) * 1000
const DAY = 86_400_000

export const verify: VerifyJws = (jws, expected) =>
  verifyJws(jws, { ...expected, maxBytes: 1_000_000 })

/** A clock that a test moves. */
export class TestClock {
  #now = START

  now(): number {
    return this.#now
  }

  advance(ms: number): void {
    this.#now += ms
  }
}

/** One member of a test space with real keys. */
export interface Member {
  readonly did: string
  readonly role: Role
  readonly keys: KeyProvider
}

export interface TestSpace {
  readonly clock: TestClock
  readonly anchor: Anchor
  readonly members: Record<MemberName, Member>
  /** The directory as the authority signs it now, with changes on request. */
  sign(changes?: Partial<DirectoryDocument>): Promise<string>
  document(changes?: Partial<DirectoryDocument>): DirectoryDocument
  directory(changes?: Partial<DirectoryDocument>): Promise<Directory>
}

const MEMBERS = {
  authority: 'authority',
  gateway: 'gateway',
  release: 'release',
  auditor: 'auditor',
  bank: 'consumer',
  rival: 'consumer',
  jinan: 'holder',
  qingdao: 'holder',
  binzhou: 'holder',
} as const satisfies Record<string, Role>

export type MemberName = keyof typeof MEMBERS

/** A space of nine members and one product, held by the three tax bureaus. */
export async function createTestSpace(): Promise<TestSpace> {
  const clock = new TestClock()
  const entries = await Promise.all(
    Object.entries(MEMBERS).map(async ([name, role]) => [name, await member(name, role, clock)]),
  )
  const members = Object.fromEntries(entries) as Record<MemberName, Member>
  const { authority } = members
  const anchor: Anchor = {
    spaceId: SPACE,
    authority: authority.did,
    keys: authority.keys.publicKeys().map(({ kid, jwk }) => ({ kid, jwk })),
  }
  const document = (changes: Partial<DirectoryDocument> = {}) => ({
    ...documentOf(Object.values(members), [product]),
    ...changes,
  })
  const sign = (changes?: Partial<DirectoryDocument>) =>
    authority.keys.signer().sign(KINDS.directory.typ, document(changes))
  const directory = async (changes?: Partial<DirectoryDocument>) =>
    openDirectory(verify, await sign(changes), anchor, { now: clock.now(), oldest: 0 })
  return { clock, anchor, members, sign, document, directory }
}

async function member(name: string, role: Role, clock: TestClock): Promise<Member> {
  const did = `did:web:${name}.example`
  const now = () => clock.now()
  const policy = { did, now, random: systemRandom, lifetimeMs: 400 * DAY }
  return { did, role, keys: await createMemoryKeys(policy) }
}

function documentOf(members: readonly Member[], products: readonly Product[]): DirectoryDocument {
  return {
    type: 'baotu/directory@1',
    spaceId: SPACE,
    serial: 1,
    authority: 'did:web:authority.example',
    issuedAt: new Date(START).toISOString(),
    validUntil: new Date(START + DAY).toISOString(),
    participants: members.map(participantOf),
    products: [...products],
  }
}

/** A member as the directory lists it. */
export function participantOf({ did, role, keys }: Member): Participant {
  const title = { zh: did, en: did }
  return {
    did,
    name: title,
    roles: [role],
    state: 'active',
    kind: role === 'consumer' ? 'bank' : role,
    identityLevel: 3,
    region: 'CN',
    ...(role === 'consumer' ? { consumerGroup: 'group-a' } : {}),
    keys: keys.publicKeys().map(listed),
  }
}

function listed(record: ReturnType<KeyProvider['publicKeys']>[number]): ListedKey {
  const { kid, purpose, jwk, notBefore, notAfter } = record
  return {
    purpose,
    kid,
    jwk,
    notBefore: new Date(notBefore).toISOString(),
    notAfter: new Date(notAfter).toISOString(),
  }
}
