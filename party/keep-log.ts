import path from 'node:path'
import type { Random } from '#crypto/random'
import type { Anchor } from '#evidence/anchor'
import { type AnchoredLog, anchorLog } from '#evidence/anchor-log'
import { fileAnchor } from '#evidence/file-anchor'
import { httpAnchor, MAX_PROOF_BYTES } from '#evidence/http-anchor'
import { startPublisher } from '#evidence/publisher'
import { codeOf } from '#protocol/task-loop'
import { openHttpClient } from '#runtime/http-client'
import type { Log } from '#runtime/log'
import type { AnchorReference, PublishedFolder } from '#runtime/party-config'
import { startRounds } from '#runtime/rounds'
import { readClientTls } from '#runtime/tls-files'

/** What a party does with its log besides writing it, as its configuration says. */
export interface LogKeeper extends AnchoredLog {
  readonly config: { readonly publish?: PublishedFolder; readonly anchor?: AnchorReference }
  /** The folder of the configuration file: its paths are relative to it. */
  readonly folder: string
  readonly random: Random
  readonly log: Pick<Log, 'error' | 'warn' | 'info'>
}

const PUBLISH_SECONDS = 60
const ANCHOR_SECONDS = 3600

/**
 * Publishes and anchors a party's log until disposed, each on its own timer. It stands in nobody's
 * way: whatever fails is logged by its code and tried again. Disposing waits for what is under way,
 * so dispose it before the log.
 *
 * @throws RemoteError REMOTE_INSECURE for an anchor over plain HTTP on another machine
 */
export async function keepLog(keeper: LogKeeper): Promise<AsyncDisposable> {
  await using owned = new AsyncDisposableStack()
  const { publish, anchor } = keeper.config
  if (publish) owned.use(publishing(keeper, publish))
  if (anchor) owned.use(anchoring(keeper, anchor, await openAnchor(keeper, anchor, owned)))
  return owned.move()
}

function publishing(
  { evidence, folder, log }: LogKeeper,
  { folder: published, everySeconds = PUBLISH_SECONDS }: PublishedFolder,
): AsyncDisposable {
  const onError = (error: unknown) => {
    const code = codeOf(error)
    if (code === 'LOG_FORKED') log.error({ code }, 'the published folder holds another history')
    else log.warn({ code }, 'the log could not be published')
  }
  const place = path.resolve(folder, published)
  return startPublisher(evidence, { folder: place, everyMs: everySeconds * 1000, onError })
}

function anchoring(
  keeper: LogKeeper,
  { everySeconds = ANCHOR_SECONDS }: AnchorReference,
  anchor: Anchor,
): AsyncDisposable {
  const { log } = keeper
  return startRounds({
    everyMs: everySeconds * 1000,
    round: async (signal) => {
      const isPlaced = await anchorLog(keeper, anchor, signal)
      if (isPlaced) log.info({}, 'a checkpoint was anchored')
    },
    onError: (error) => log.warn({ code: codeOf(error) }, 'the log could not be anchored'),
  })
}

async function openAnchor(
  { folder, random }: LogKeeper,
  reference: AnchorReference,
  owned: AsyncDisposableStack,
): Promise<Anchor> {
  const { chain } = reference
  if ('file' in reference) return fileAnchor(chain, path.resolve(folder, reference.file))
  const { origin, pathname, search } = new URL(reference.http)
  const tls = await readClientTls(reference.tls, folder)
  const options = { baseUrl: origin, random, maxResponseBytes: MAX_PROOF_BYTES }
  const client = owned.use(openHttpClient({ ...options, ...(tls && { tls }) }))
  return httpAnchor(chain, client, `${pathname}${search}`)
}
