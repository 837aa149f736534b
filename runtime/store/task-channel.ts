import { sql, type Transaction } from 'kysely'
import type { Db } from 'pg-boss'
import type { WaitingRoom } from './waiting-room.ts'

// Messages are `<milliseconds from now> <recipient>`.
const CHANNEL = 'baotu_task'

/** Tells every process that there is work, when the transaction commits and only then. */
export async function announceTask<DB>(
  tx: Transaction<DB>,
  recipient: string,
  inMs: number,
): Promise<void> {
  await sql`select pg_notify(${CHANNEL}, ${`${inMs} ${recipient}`})`.execute(tx)
}

// pg-boss brings the listener that reconnects, and says so, because what was sent meanwhile is lost.
/** Wakes who waits in this process for work that any process announces. Gives the way to stop. */
export async function listenForTasks(
  db: Db,
  room: WaitingRoom,
  onError: (error: unknown) => void,
): Promise<() => Promise<void>> {
  const timers = new Set<NodeJS.Timeout>()
  const onMessage = (payload: string) => {
    const [, inMs = '', recipient = ''] = /^(\d+) (.+)$/s.exec(payload) ?? []
    if (inMs === '0') return room.wakeOne(recipient)
    const timer = setTimeout(() => {
      timers.delete(timer)
      room.wakeOne(recipient)
    }, Number(inMs))
    timers.add(timer)
  }
  const handle = await db.listen?.(CHANNEL, onMessage, () => room.wakeEveryRecipient())
  if (!handle) onError(new Error('no LISTEN: tasks are only looked for from time to time'))
  return async () => {
    for (const timer of timers) clearTimeout(timer)
    await handle?.close()
  }
}
