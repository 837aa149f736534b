import { type Kysely, sql, type Transaction } from 'kysely'
import { decodeBase64url } from '#crypto/base64url'
import type { KeyProvider, KeyPurpose } from '#crypto/sign/key-provider'
import type { EntryDraft } from '#evidence/entry'
import type { Evidence } from '#evidence/log'
import { faultPoint } from '#runtime/fault-point'
import type { MigrationSet } from '#runtime/store/migration'

/** Which of a party's keys its log knows as the current one, by purpose. */
export const KNOWN_KEY_MIGRATIONS: MigrationSet = {
  owner: 'keys',
  migrations: [
    {
      id: '0001-known-key',
      sql: `create table known_key (
        space_id text not null,
        purpose text not null,
        digest text not null,
        primary key (space_id, purpose)
      )`,
    },
  ],
}

export interface KeyAnnouncement<DB> {
  readonly db: Kysely<DB>
  readonly evidence: Evidence
  readonly spaceId: string
  readonly keys: KeyProvider
}

/**
 * Tells a party's log which keys were rotated since it last started, before anything is signed by
 * the new ones. Keys change only while a party is down, so its start is the first who can say so.
 */
export async function announceKeys<DB>(parts: KeyAnnouncement<DB>): Promise<void> {
  const { db, evidence, keys } = parts
  const current: readonly (readonly [KeyPurpose, string])[] = [
    ['sign', keys.signer().kid],
    ['seal', keys.sealing().kid],
  ]
  faultPoint('keys.announced.before-store')
  await db.transaction().execute(async (tx) => {
    const entries: EntryDraft[] = []
    for (const [purpose, kid] of current) {
      entries.push(...(await rotation(tx, parts, purpose, keyDigest(kid))))
    }
    await evidence.appendAll(tx, entries)
  })
  faultPoint('keys.announced.after-store')
}

/** A key as logs name it: its RFC 7638 thumbprint, the `kid` of the directory, as a digest. */
export function keyDigest(kid: string): string {
  return `sha256-${Buffer.from(decodeBase64url(kid)).toString('hex')}`
}

// The insert waits for a replica that starts at the same time, and then finds its row.
async function rotation<DB>(
  tx: Transaction<DB>,
  { spaceId, keys }: KeyAnnouncement<DB>,
  purpose: KeyPurpose,
  next: string,
): Promise<EntryDraft[]> {
  await sql`insert into known_key (space_id, purpose, digest)
    values (${spaceId}, ${purpose}, ${next}) on conflict do nothing`.execute(tx)
  const { rows } = await sql<{ digest: string }>`select digest from known_key
    where space_id = ${spaceId} and purpose = ${purpose} for update`.execute(tx)
  const previous = rows[0]?.digest ?? next
  if (previous === next) return []
  await sql`update known_key set digest = ${next}
    where space_id = ${spaceId} and purpose = ${purpose}`.execute(tx)
  return [{ type: 'key.rotated', actor: keys.did, previous, next }]
}
