/** The parties' logs as their operator's machine holds them, beside the running parties. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { systemRandom } from '#crypto/random'
import type { Secret } from '#crypto/secret'
import type { DisclosingParty } from '#evidence/disclose'
import { logDatabase } from '#evidence/log-database'
import { type KeyRoot, partyCosigner, partyLogSigner, partySm2Signer } from '#evidence/log-keys'
import type { NoteVerifier } from '#evidence/note-key'
import { OpeningStore } from '#evidence/opening-store'
import { openPartyLog } from '#evidence/party-log'
import type { WitnessingParty } from '#evidence/party-witness'
import { systemClock } from '#runtime/clock'
import { readSecret, secretText } from '#runtime/secret-source'
import { openStore } from '#runtime/store/open-store'
import { DATABASE_URL_FILE } from './configurations.ts'
import type { Space } from './load-space.ts'
import { WRAPPING_KEY_FILE } from './party-keys.ts'
import { bodiesOf, LOGGING } from './party-plan.ts'
import type { StateFolder } from './state-folder.ts'

/** A party whose log is exported: its database and keys are at hand, as on one machine. */
export type ExportingParty = WitnessingParty & DisclosingParty

/** The DIDs of those who keep a log. */
export function logKeepers(space: Space): string[] {
  return bodiesOf(space).flatMap(({ did, role }) => (LOGGING.includes(role) ? [did] : []))
}

/** Opens a party's log and stores beside the running party; `owned` closes them. */
export async function openExportingParty(
  did: string,
  space: Space,
  state: StateFolder,
  owned: AsyncDisposableStack,
): Promise<ExportingParty> {
  const home = state.partyFolder(did)
  using url = await readSecret({ file: DATABASE_URL_FILE }, home)
  const db = await openStore<object>({ url: secretText(url), party: 'evidence-export' })
  owned.defer(() => db.destroy())
  // A guard of its own: the party's is the party's.
  const guard = path.join(home, 'export')
  await mkdir(guard, { recursive: true, mode: 0o700 })
  using wrappingKey = await wrappingKeyOf(did, state)
  const root = { did, spaceId: space.file.space, wrappingKey }
  const clock = systemClock
  const evidence = owned.use(
    await openPartyLog({ ...root, db, state: guard, clock, sm2: space.file.sm2 }),
  )
  const cosigner = partyCosigner(root, space.file.witnessKey)
  const database = logDatabase(db)
  // Nobody reads a log of this: a split is in the party's log and in what is exported.
  const log = { error: () => undefined }
  const openings = new OpeningStore(root.spaceId, systemRandom)
  return { did, spaceId: root.spaceId, evidence, cosigner, database, clock, log, openings }
}

/** The key that signs a party's log. */
export async function logSignerOf(did: string, space: Space, state: StateFolder) {
  using wrappingKey = await wrappingKeyOf(did, state)
  return partyLogSigner({ did, spaceId: space.file.space, wrappingKey })
}

/** The keys of all logs and witnesses of a space. */
export async function noteVerifiersOf(space: Space, state: StateFolder): Promise<NoteVerifier[]> {
  const keys = logKeepers(space).map(async (did) => {
    using wrappingKey = await wrappingKeyOf(did, state)
    const root: KeyRoot = { did, spaceId: space.file.space, wrappingKey }
    return [partyLogSigner(root).verifier, partyCosigner(root, space.file.witnessKey).verifier]
  })
  return (await Promise.all(keys)).flat()
}

/** The SM2 keys of all logs of a space, one a line, as `verify --sm2` reads them. */
export async function sm2KeysOf(space: Space, state: StateFolder): Promise<string> {
  const keys = logKeepers(space).map(async (did) => {
    using wrappingKey = await wrappingKeyOf(did, state)
    return partySm2Signer({ did, spaceId: space.file.space, wrappingKey }, systemRandom).verifier
  })
  return (await Promise.all(keys)).map(({ vkey }) => `${vkey}\n`).join('')
}

function wrappingKeyOf(did: string, state: StateFolder): Promise<Secret> {
  return readSecret({ file: WRAPPING_KEY_FILE }, state.partyFolder(did))
}
