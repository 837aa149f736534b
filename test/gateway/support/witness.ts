import { systemRandom } from '#crypto/random'
import { Secret } from '#crypto/secret'
import { CosignedStore } from '#evidence/cosigned-store'
import type { Evidence } from '#evidence/log'
import { logDatabase } from '#evidence/log-database'
import { partyCosigner } from '#evidence/log-keys'
import { logName } from '#evidence/log-owner'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import { parseVerifierKey } from '#evidence/note-key'
import { openPartyLog } from '#evidence/party-log'
import { SplitStore } from '#evidence/split-store'
import type { WitnessStore } from '#evidence/witness'
import { witnessStore } from '#evidence/witness-store'
import type { WitnessingOptions } from '#party/witnessing'
import { createDirectorySource } from '#protocol/directory-source'
import { openStore } from '#runtime/store/open-store'
import { temporaryFolder } from '#test/evidence/made-folder'
import { testDatabase } from '#test/support/database'
import { capturedLog } from '#test/support/fixtures'
import type { TapTest } from '#test/support/tap-test'
import type { TestGateway } from './gateway.ts'
import { type Member, type MemberName, SPACE, verify } from './space.ts'

/** A holder or the release authority with a real log and database, dialling an injected gateway. */
export interface TestWitness {
  readonly member: Member
  readonly logged: readonly string[]
  /** What it does a round with, against the gateway named; the one of the space unless said. */
  readonly parts: (gateway?: TestGateway) => WitnessingOptions
  /** One call with a text. */
  readonly post: (path: string, text: string) => Promise<{ status: number; body: string }>
  readonly listed: { readonly log: string; readonly witness: string }
  readonly store: WitnessStore
  /** Its own log's newest cosigned checkpoint. */
  readonly cosigned: () => Promise<string>
  /** The notes of the gateway's log that it keeps as proof. */
  readonly splits: () => Promise<readonly string[]>
  /** Its log over an empty database: what a restore without its newest entries comes to. */
  readonly restored: () => Promise<Evidence>
}

const MAX_STATUS = 300

export type Witnesses = Readonly<Record<'jinan' | 'qingdao' | 'binzhou' | 'release', TestWitness>>

/** Opens the peers of a space and lists their keys and the gateway's in its directory. */
export async function openWitnesses(t: TapTest, gateway: TestGateway): Promise<Witnesses> {
  const names = ['jinan', 'qingdao', 'binzhou', 'release'] as const
  const opened = await Promise.all(
    names.map(async (name) => [name, await openWitness(t, gateway, name)] as const),
  )
  const witnesses = Object.fromEntries(opened) as Witnesses
  const { space, replicas, world } = gateway
  const listed = new Map(opened.map(([, { member, listed }]) => [member.did, listed]))
  const [replica] = replicas
  if (replica === undefined) throw new Error('no replica')
  const { evidence, cosigner } = replica
  const own = { log: evidence.vkey, witness: cosigner.verifier.vkey }
  listed.set(space.members.gateway.did, own)
  const participants = space.document().participants.map((participant) => {
    return { ...participant, ...listed.get(participant.did) }
  })
  world.directory = { participants }
  return witnesses
}

async function openWitness(
  t: TapTest,
  gateway: TestGateway,
  name: MemberName,
): Promise<TestWitness> {
  const { space } = gateway
  const { clock, anchor } = space
  const member = space.members[name]
  const { did } = member
  const root = { did, spaceId: SPACE, wrappingKey: Secret.random(32, systemRandom) }
  const openLog = async () => {
    const url = await testDatabase(t, [EVIDENCE_MIGRATIONS])
    const db = await openStore<object>({ url, party: name })
    const evidence = await openPartyLog({ ...root, db, state: temporaryFolder(t), clock })
    t.teardown(async () => {
      await evidence[Symbol.asyncDispose]()
      await db.destroy()
    })
    return { evidence, database: logDatabase(db) }
  }
  const { evidence, database } = await openLog()
  const cosigner = partyCosigner(root)
  const { log, lines } = capturedLog()
  const oldest = { read: async () => 0, write: async () => undefined }
  const fetch = () => space.sign(gateway.world.directory)
  const directory = createDirectorySource({ fetch, verify, anchor, clock, oldest })
  const text = async (at: TestGateway, method: 'GET' | 'POST', url: string, text?: string) => {
    const call = { method, url, ...(text === undefined ? {} : { text }) }
    const { status, bytes } = await at.call(member, call)
    return { status, body: Buffer.from(bytes).toString() }
  }
  return {
    member,
    logged: lines,
    listed: { log: evidence.vkey, witness: cosigner.verifier.vkey },
    store: witnessStore(database, SPACE),
    cosigned: async () => {
      const store = new CosignedStore(database, SPACE, [parseVerifierKey(evidence.vkey)])
      return (await store.last()) ?? ''
    },
    splits: () => new SplitStore(database, SPACE).notes(logName(space.members.gateway.did, SPACE)),
    restored: async () => (await openLog()).evidence,
    post: (path, body) => text(gateway, 'POST', path, body),
    parts: (at = gateway) => ({
      ...{ did, spaceId: SPACE, evidence, cosigner, clock, log, directory, everyMs: 3_600_000 },
      database,
      gateway: space.members.gateway.did,
      calls: {
        // As the real client: what is no answer of this call is a refusal.
        text: async (method, url, { text: body, answers = [] } = {}) => {
          const answer = await text(at, method, url, body)
          if (answer.status < MAX_STATUS || answers.includes(answer.status)) return answer
          throw Object.assign(new Error(`${answer.status}`), { code: 'REMOTE_PROBLEM' })
        },
      },
    }),
  }
}
