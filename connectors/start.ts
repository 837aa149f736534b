import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { openEncryptCells } from '#crypto/he/encrypt-cells'
import { TAB } from '#crypto/he/parameters'
import { DISCLOSABLE_DAYS, OpeningStore } from '#evidence/opening-store'
import { policyEntries } from '#party/announce-policies'
import { startForgetting } from '#party/forgetting'
import { openGround } from '#party/ground'
import { keepLog } from '#party/keep-log'
import { startWork } from '#party/task-work'
import { startWitnessing, WITNESS_SECONDS } from '#party/witnessing'
import { compile, type Snapshot } from '#policies/compile'
import { loadPolicy } from '#policies/load'
import type { Directory } from '#protocol/directory'
import { faultPoint } from '#runtime/fault-point'
import type { PartyContext } from '#runtime/process'
import type { ConnectorConfig } from './config.ts'
import type { ConnectorDesk, Encrypt } from './desk.ts'
import { judge } from './guard.ts'
import { advertise } from './handlers/advertise.ts'
import { noteVoid } from './handlers/note-void.ts'
import { submit } from './handlers/submit.ts'
import { LEDGER_MIGRATIONS } from './ledger/migrations.ts'
import { type Offer, Offers } from './ledger/offers.ts'
import { PostgresLedger } from './ledger/postgres-ledger.ts'
import type { LedgerDatabase } from './ledger/schema.ts'
import { sealWith } from './seal.ts'
import { HeldKeys } from './session-keys.ts'
import { openPartSources, type PartSources } from './sources/part-sources.ts'

const CELL = { set: TAB, memoryMb: 256, deadlineMs: 60_000 }
const PARALLEL = 2

/** Opens keys, ledger, log, policies and sources, and works until all that it owns is closed. */
export async function startConnector(
  context: PartyContext<ConnectorConfig>,
): Promise<{ did: string }> {
  const { config, folder, log, clock, owned } = context
  const { did, spaceId, release } = config
  const options = { config, folder, name: 'connector', release, clock }
  const ground = await openGround<LedgerDatabase>({ ...options, migrations: [LEDGER_MIGRATIONS] })
  owned.use(ground)
  const { keys, db, evidence, witness, party, random, now } = ground
  const directory = await party.directory.current()
  const sources = owned.use(await openPartSources(config, folder, directory.products))
  const cells = owned.use(openEncryptCells(CELL))
  const held = owned.use(new HeldKeys(now))
  const ledger = new PostgresLedger(db, spaceId, random)
  const guard = { snapshot: await readPolicies(config, folder), ledger }
  const openings = new OpeningStore(spaceId, random)
  const disclosableMs = (config.disclosableDays ?? DISCLOSABLE_DAYS) * 86_400_000
  const desk: ConnectorDesk = {
    did,
    ledger,
    keys: held,
    link: party.link,
    evidence,
    offers: new Offers(spaceId, did),
    seal: sealWith({ did, openings, now, disclosableMs }),
    random,
    now,
    queryMs: (config.querySeconds ?? 120) * 1000,
    signer: () => keys.signer(),
    open: party.desk,
    source: sources.of,
    judge: judge.bind(undefined, guard),
    encrypt: encryptWith(cells),
  }
  owned.use(await keepLog({ ...witness, config, folder, random, log }))
  owned.use(startForgetting({ did, db, evidence, openings, now, log }))
  const standing = { spaceId, snapshot: guard.snapshot }
  await announceStanding(desk, standing, await offersOf(config, directory, sources))
  const everyMs = (config.witnessSeconds ?? WITNESS_SECONDS) * 1000
  const witnessing = owned.use(startWitnessing({ ...witness, log, everyMs }))
  const handlers = handlersOf(desk)
  owned.use(startWork(party, { handlers, log, parallel: PARALLEL, witnessing }))
  return { did }
}

async function offersOf(
  { sources }: ConnectorConfig,
  directory: Directory,
  opened: PartSources,
): Promise<Offer[]> {
  return Promise.all(
    sources.map(async ({ product, part }) => {
      const dataset = (await opened.of(product, part)?.version()) ?? ''
      return { product: directory.product(product).digest, part, dataset }
    }),
  )
}

/** Tells the log which policies and offers stand from now on and which fell, before anyone asks. */
async function announceStanding(
  { did, ledger, offers, evidence }: ConnectorDesk,
  { spaceId, snapshot }: { readonly spaceId: string; readonly snapshot: Snapshot },
  now: readonly Offer[],
): Promise<void> {
  faultPoint('connector.standing.before-store')
  await ledger.transaction(async (tx) => {
    const policies = await policyEntries(tx, { spaceId, did }, snapshot)
    await evidence.appendAll(tx, [...policies, ...(await offers.replace(tx, now))])
  })
  faultPoint('connector.standing.after-store')
}

function handlersOf(desk: ConnectorDesk) {
  return {
    advertise: advertise.bind(undefined, desk),
    submit: submit.bind(undefined, desk),
    'note-void': noteVoid.bind(undefined, desk),
  }
}

function encryptWith(cells: ReturnType<typeof openEncryptCells>): Encrypt {
  return async (publicKey, plaintexts) => {
    await using cell = await cells.open(publicKey)
    return await cell.encrypt(plaintexts)
  }
}

async function readPolicies({ policies }: ConnectorConfig, folder: string) {
  const texts = policies.map((file) => readFile(path.resolve(folder, file), 'utf8'))
  return compile((await Promise.all(texts)).map((text) => loadPolicy(text)))
}
