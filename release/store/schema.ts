import type { Generated } from 'kysely'

/**
 * The release authority's own record of its sessions. `opened` → `confirmed` → `released` or
 * `void`; the key pair is in no column: a session whose process died is void. What was released is
 * kept as it was sealed, so that an answer asked for again is the same bytes.
 */
export interface ReleaseSessionTable {
  space_id: string
  /** Digest of the invitation. */
  invitation: string
  sid: string
  state: 'opened' | 'confirmed' | 'released' | 'void'
  opening: string
  transcript: string | null
  confirmation: string | null
  /** The signed release or void. */
  outcome: string | null
  result: Uint8Array | null
  audit: Uint8Array | null
  expires_at: Date
  created_at: Generated<Date>
}

export interface ReleaseDatabase {
  release_session: ReleaseSessionTable
}
