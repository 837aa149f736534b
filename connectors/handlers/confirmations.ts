import { decodeBase64url } from '#crypto/base64url'
import { digestBytes } from '#crypto/digest'
import { open } from '#crypto/envelope'
import { Secret } from '#crypto/secret'
import { ProtocolError } from '#protocol/errors'
import { KINDS } from '#protocol/message-kinds'
import type { TaskBody } from '#protocol/messages/tasks'
import { seedContext } from '#protocol/sealing'
import type { AgreedSession, Desk } from '#protocol/session-papers'
import { openSigned } from '#protocol/signed'
import { ConnectorError } from '../errors.ts'
import type { SessionKeys } from '../session-keys.ts'

/**
 * Checks that the release authority and the consumer signed this holder's own transcript, and that
 * the sealed pad seed is the one that the consumer signed for it.
 */
export async function checkConfirmations(
  { verify, directory, counterparts, now }: Desk,
  { request, session, transcriptDigest }: AgreedSession,
  { releaseConfirmation, consumerConfirmation, seed }: TaskBody<'submit'>,
  did: string,
): Promise<void> {
  const releaseKeys = directory.keys(counterparts.release, 'release', 'sign', now)
  const release = await openSigned(
    verify,
    KINDS.releaseConfirmation,
    releaseConfirmation,
    releaseKeys,
  )
  const consumerKeys = directory.keys(request.consumer, 'consumer', 'sign', now)
  const kind = KINDS.consumerConfirmation
  const consumer = await openSigned(verify, kind, consumerConfirmation, consumerKeys)
  for (const { sid, transcript } of [release, consumer]) {
    if (sid !== session.sid || transcript !== transcriptDigest) {
      throw new ProtocolError('TRANSCRIPT_MISMATCH', 'a party was shown another transcript')
    }
  }
  const own = consumer.seeds.find(({ holder }) => holder === did)
  if (own?.sealed !== digestBytes(decodeBase64url(seed))) {
    throw new ConnectorError('SEED_REFUSED', 'the pad seed is not the one that the consumer signed')
  }
}

/** Opens this holder's pad seed, 32 bytes; the caller owns it. */
export async function openSeed(
  did: string,
  { transcriptDigest }: AgreedSession,
  sealed: string,
  { pad }: SessionKeys,
): Promise<Secret> {
  const context = seedContext(transcriptDigest, did)
  const seed = await open({ key: pad, ...context }, decodeBase64url(sealed))
  if (seed.length !== 32) throw new ConnectorError('SEED_REFUSED', 'a pad seed has 32 bytes')
  return Secret.take(seed)
}
