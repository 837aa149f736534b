import type { Signer } from '#crypto/sign/jws'
import { KINDS } from '#protocol/message-kinds'
import type { Clock } from '#runtime/clock'
import { faultPoint } from '#runtime/fault-point'
import { contentDigest, type DirectoryContent } from './directory-content.ts'
import type { DirectoryState, PublishedDirectory } from './directory-state.ts'

/** What a publisher signs, with which key, for how long. */
export interface PublisherOptions {
  /** Asked every time, so that a rotated key of the authority itself is listed at once. */
  readonly content: () => DirectoryContent
  readonly signer: () => Signer
  readonly state: DirectoryState
  readonly clock: Clock
  readonly validityMs: number
}

/** Hands out the signed directory in force. */
export interface Publisher {
  /** A compact JWS that counts for at least half of the validity. */
  current(): Promise<string>
}

/**
 * Signs the directory when its content changed or half of its validity has passed, each time with
 * the next serial. INVARIANT: a directory is durable here before anybody is shown it, so a serial
 * never stands for two directories, whenever the process dies.
 */
export function createPublisher(options: PublisherOptions): Publisher {
  let pending: Promise<PublishedDirectory> | undefined
  let held: PublishedDirectory | undefined
  return {
    current: async () => {
      pending ??= publish(options, held).finally(() => {
        pending = undefined
      })
      held = await pending
      return held.jws
    },
  }
}

async function publish(
  options: PublisherOptions,
  held: PublishedDirectory | undefined,
): Promise<PublishedDirectory> {
  const { state, clock, validityMs } = options
  const content = options.content()
  const published = held ?? (await state.read())
  if (published && isInForce(published, content, clock.now(), validityMs)) return published
  const next = await signNext(options, content, (published?.serial ?? 0) + 1)
  faultPoint('authority.directory.before-store')
  await state.write(next)
  faultPoint('authority.directory.after-store')
  return next
}

function isInForce(
  { content: digest, issuedAt, validUntil }: PublishedDirectory,
  content: DirectoryContent,
  now: number,
  validityMs: number,
): boolean {
  const rest = Date.parse(validUntil) - now
  const isTimely = Date.parse(issuedAt) <= now && rest > validityMs / 2 && rest <= validityMs
  return isTimely && digest === contentDigest(content)
}

async function signNext(
  { signer, clock, validityMs }: PublisherOptions,
  content: DirectoryContent,
  serial: number,
): Promise<PublishedDirectory> {
  const now = clock.now()
  const times = {
    issuedAt: new Date(now).toISOString(),
    validUntil: new Date(now + validityMs).toISOString(),
  }
  const document = { type: 'baotu/directory@1', serial, ...times, ...content }
  const jws = await signer().sign(KINDS.directory.typ, document)
  return {
    format: 'baotu-directory-state@1',
    serial,
    content: contentDigest(content),
    ...times,
    jws,
  }
}
