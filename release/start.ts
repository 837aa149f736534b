import { TAB } from '#crypto/he/parameters'
import { openSessionCells } from '#crypto/he/session-cells'
import { DISCLOSABLE_DAYS, OpeningStore } from '#evidence/opening-store'
import { startForgetting } from '#party/forgetting'
import { openGround } from '#party/ground'
import { keepLog } from '#party/keep-log'
import { startWork } from '#party/task-work'
import { startWitnessing, WITNESS_SECONDS } from '#party/witnessing'
import type { PartyContext } from '#runtime/process'
import type { ReleaseConfig } from './config.ts'
import type { ReleaseDesk } from './desk.ts'
import { confirmSession } from './handlers/confirm-session.ts'
import { openSession } from './handlers/open-session.ts'
import { releaseSession } from './handlers/release.ts'
import { voidSession } from './handlers/void-session.ts'
import { LiveSessions } from './live-sessions.ts'
import { RELEASE_MIGRATIONS } from './store/migrations.ts'
import type { ReleaseDatabase } from './store/schema.ts'
import { SessionStore } from './store/session-store.ts'

const CELL = { set: TAB, memoryMb: 256, deadlineMs: 30_000 }
const PARALLEL = 4

/** Opens keys, database, log and cells, and works until all that it owns is closed. */
export async function startRelease(context: PartyContext<ReleaseConfig>): Promise<{ did: string }> {
  const { config, folder, log, clock, owned } = context
  const { did, spaceId, auditor } = config
  const options = { config, folder, name: 'release', release: did, clock }
  const ground = await openGround<ReleaseDatabase>({ ...options, migrations: [RELEASE_MIGRATIONS] })
  owned.use(ground)
  const { keys, db, evidence, witness, party, random, now } = ground
  const openings = new OpeningStore(spaceId, random)
  const cells = owned.use(openSessionCells(CELL))
  const live = owned.use(new LiveSessions(config.maxSessions ?? 16, now))
  const desk: ReleaseDesk = {
    did,
    auditor,
    store: new SessionStore(db, spaceId, random),
    live,
    link: party.link,
    evidence,
    openings,
    disclosableMs: (config.disclosableDays ?? DISCLOSABLE_DAYS) * 86_400_000,
    random,
    now,
    sessionMs: (config.sessionSeconds ?? 600) * 1000,
    signer: () => keys.signer(),
    open: party.desk,
    createKeys: () => cells.open(),
  }
  owned.use(await keepLog({ ...witness, config, folder, random, log }))
  owned.use(startForgetting({ did, db, evidence, openings, now, log }))
  const everyMs = (config.witnessSeconds ?? WITNESS_SECONDS) * 1000
  const witnessing = owned.use(startWitnessing({ ...witness, log, everyMs }))
  const handlers = handlersOf(desk)
  owned.use(startWork(party, { handlers, log, parallel: PARALLEL, witnessing }))
  return { did }
}

function handlersOf(desk: ReleaseDesk) {
  return {
    'open-session': openSession.bind(undefined, desk),
    'confirm-session': confirmSession.bind(undefined, desk),
    release: releaseSession.bind(undefined, desk),
    'void-session': voidSession.bind(undefined, desk),
  }
}
