import { TAB } from '#crypto/he/parameters'
import { openSessionCells } from '#crypto/he/session-cells'
import { openGround } from '#party/ground'
import { startWork, type Work } from '#party/task-work'
import { type Clock, systemClock } from '#runtime/clock'
import type { Log } from '#runtime/log'
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

/** Opens keys, database, log and cells, and works until disposed. `folder` is the config file's. */
export async function startRelease(
  config: ReleaseConfig,
  folder: string,
  log: Log,
  clock: Clock = systemClock,
): Promise<Work> {
  await using owned = new AsyncDisposableStack()
  const { did, spaceId, auditor } = config
  const options = { config, folder, name: 'release', release: did, clock }
  const ground = await openGround<ReleaseDatabase>({ ...options, migrations: [RELEASE_MIGRATIONS] })
  owned.use(ground)
  const { keys, db, evidence, party, random, now } = ground
  const cells = owned.use(openSessionCells(CELL))
  const live = owned.use(new LiveSessions(config.maxSessions ?? 16, now))
  const desk: ReleaseDesk = {
    did,
    auditor,
    store: new SessionStore(db, spaceId, random),
    live,
    link: party.link,
    evidence,
    random,
    now,
    sessionMs: (config.sessionSeconds ?? 600) * 1000,
    signer: () => keys.signer(),
    open: party.desk,
    createKeys: () => cells.open(),
  }
  const work = owned.use(startWork(party, handlersOf(desk), log, PARALLEL))
  const running = owned.move()
  return { done: work.done, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() }
}

function handlersOf(desk: ReleaseDesk) {
  return {
    'open-session': openSession.bind(undefined, desk),
    'confirm-session': confirmSession.bind(undefined, desk),
    release: releaseSession.bind(undefined, desk),
    'void-session': voidSession.bind(undefined, desk),
  }
}
