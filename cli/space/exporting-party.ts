import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { systemRandom } from '#crypto/random'
import type { DisclosingParty } from '#evidence/disclose'
import { logDatabase } from '#evidence/log-database'
import { OpeningStore } from '#evidence/opening-store'
import { openPartyLog, partyCosigner } from '#evidence/party-log'
import type { WitnessingParty } from '#evidence/party-witness'
import { systemClock } from '#runtime/clock'
import { readSecret, secretText } from '#runtime/secret-source'
import { openStore } from '#runtime/store/open-store'
import { DATABASE_URL_FILE } from './configurations.ts'
import type { Space } from './load-space.ts'
import { WRAPPING_KEY_FILE } from './party-keys.ts'
import type { StateFolder } from './state-folder.ts'

/** A party whose log is exported: its database and keys are at hand, as on one machine. */
export type ExportingParty = WitnessingParty & DisclosingParty

/** Opens a party's log and stores beside the running party; `owned` closes them. */
export async function openExportingParty(
  did: string,
  space: Space,
  state: StateFolder,
  owned: AsyncDisposableStack,
): Promise<ExportingParty> {
  const home = state.partyFolder(did)
  using url = await readSecret({ file: DATABASE_URL_FILE }, home)
  using wrappingKey = await readSecret({ file: WRAPPING_KEY_FILE }, home)
  const db = await openStore<object>({ url: secretText(url), party: 'evidence-export' })
  owned.defer(() => db.destroy())
  // A guard of its own: the party's is the party's.
  const guard = path.join(home, 'export')
  await mkdir(guard, { recursive: true, mode: 0o700 })
  const spaceId = space.file.space
  const clock = systemClock
  const root = { did, spaceId, wrappingKey }
  const evidence = owned.use(await openPartyLog({ ...root, db, state: guard, clock }))
  const cosigner = await partyCosigner(root)
  const database = logDatabase(db)
  // Nobody reads a log of this: a split is in the party's log and in what is exported.
  const log = { error: () => undefined }
  const openings = new OpeningStore(spaceId, systemRandom)
  return { did, spaceId, evidence, cosigner, database, clock, log, openings }
}
