import path from 'node:path'
import type { Kysely } from 'kysely'
import { systemRandom } from '#crypto/random'
import type { Clock } from '#runtime/clock'
import { openFileGuard } from './fork-guard.ts'
import { type Evidence, openEvidence } from './log.ts'
import { type KeyRoot, partyLogSigner, partySm2Signer } from './log-keys.ts'

/** Whose log it is, where, and the secret that wraps the party's keys. */
export interface PartyLogOptions<DB> extends KeyRoot {
  readonly db: Kysely<DB>
  /** Keeps the guard against forks, outside the database. */
  readonly state: string
  readonly clock: Clock
  /** Whether every checkpoint also carries an SM2 line; not unless said. */
  readonly sm2?: boolean | undefined
}

/** A party's own log: opened with its log key and a guard file in its state folder. */
export async function openPartyLog<DB>(options: PartyLogOptions<DB>): Promise<Evidence> {
  const { db, spaceId, state, clock, sm2 } = options
  const signer = partyLogSigner(options)
  const alsoSigners = sm2 ? [partySm2Signer(options, systemRandom)] : []
  const file = path.join(state, 'evidence-guard')
  const guard = await openFileGuard(file, signer.verifier.name)
  return openEvidence({ db, spaceId, signer, alsoSigners, guard, clock })
}
