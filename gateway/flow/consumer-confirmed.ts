import { decodeBase64url } from '#crypto/base64url'
import { digestBytes } from '#crypto/digest'
import { ProtocolError } from '#protocol/errors'
import { KINDS } from '#protocol/message-kinds'
import type { ConfirmationBody } from '#protocol/messages/query-state'
import type { ConsumerConfirmation } from '#protocol/messages/session'
import { openSigned } from '#protocol/signed'
import { faultPoint } from '#runtime/fault-point'
import { deskNow, type GatewayDesk, instant } from '../gateway-desk.ts'
import { GatewayError } from '../gateway-error.ts'
import type { Attempt, Query } from '../store/query-store.ts'
import type { GatewayTransaction } from '../store/schema.ts'
import { startComputing } from './start-computing.ts'

/**
 * The consumer signed H and sends a sealed pad seed for every holder, which its signature binds.
 * The same confirmation again changes nothing; another one is refused.
 */
export async function consumerConfirmed(
  desk: GatewayDesk,
  query: Query,
  { confirmation, seeds }: ConfirmationBody,
): Promise<void> {
  const { directory, now } = await deskNow(desk)
  const keys = directory.keys(query.consumer, 'consumer', 'sign', now)
  const kind = KINDS.consumerConfirmation
  const statement = await openSigned(desk.verify, kind, confirmation, keys)
  checkSeeds(statement, seeds)
  const newest = await desk.queries.newest(query.request)
  faultPoint('gateway.consumer-confirmed.before-store')
  await desk.transaction(async (tx) => {
    const attempt = await desk.queries.locked(tx, newest?.invitation ?? '')
    if (attempt?.consumer_confirmation === confirmation) return
    const current = confirmable(attempt, statement)
    await keepSeeds(desk, tx, current.invitation, seeds)
    const change = { consumer_confirmation: confirmation, updated_at: instant(desk) }
    await desk.queries.change(tx, current.invitation, change)
    await startComputing(desk, tx, query, { ...current, ...change })
    await desk.signals.changed(tx, query.request)
  })
  faultPoint('gateway.consumer-confirmed.after-store')
}

function checkSeeds({ seeds }: ConsumerConfirmation, sent: ConfirmationBody['seeds']): void {
  const bound = sent.every(({ holder, sealed }, index) => {
    const signed = seeds[index]
    return signed?.holder === holder && signed.sealed === digestBytes(decodeBase64url(sealed))
  })
  if (bound && seeds.length === sent.length) return
  throw new ProtocolError('SESSION_MISMATCH', 'the pad seeds are not those that were signed')
}

function confirmable(attempt: Attempt | undefined, statement: ConsumerConfirmation): Attempt {
  const isOpen = attempt?.stage === 'confirming' && attempt.void_reason === null
  if (attempt === undefined || !isOpen || attempt.consumer_confirmation !== null) {
    throw new GatewayError('QUERY_STAGE', 'no confirmation is awaited')
  }
  if (statement.sid === attempt.sid && statement.transcript === attempt.transcript) return attempt
  throw new ProtocolError('TRANSCRIPT_MISMATCH', 'the consumer signed another transcript')
}

async function keepSeeds(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  invitation: string,
  seeds: ConfirmationBody['seeds'],
): Promise<void> {
  const parts = await desk.holders.all(invitation, tx)
  const sealed = new Map(seeds.map((seed) => [seed.holder, seed.sealed]))
  if (sealed.size !== seeds.length || sealed.size !== parts.length) {
    throw new ProtocolError('SESSION_MISMATCH', 'not one pad seed for each holder')
  }
  for (const { holder } of parts) {
    const seed = sealed.get(holder)
    if (seed === undefined) {
      throw new ProtocolError('SESSION_MISMATCH', 'a holder without a pad seed')
    }
    await desk.holders.change(tx, { invitation, holder }, { seed })
  }
}
