// A worker for crash tests: leases tasks one by one, for a short time, writes a row and completes.
import { systemClock } from '#runtime/clock'
import { openStore } from '#runtime/store/open-store'
import { openTaskQueue } from '#runtime/store/task-queue'

interface Tables {
  result: { task_id: string; worker: string }
}

const url = process.argv[2] ?? ''
await using db = await openStore<Tables>({ url, party: 'worker' })
await using queue = await openTaskQueue({ url, db, clock: systemClock, onError: () => undefined })

const recipient = process.argv[3] ?? ''
for (;;) {
  const task = await queue.lease(recipient, { waitMs: 1200, leaseMs: 800 })
  if (!task) break
  await db.transaction().execute(async (tx) => {
    const row = { task_id: task.taskId, worker: String(process.pid) }
    await tx.insertInto('result').values(row).execute()
    await queue.complete(tx, task.taskId, task.fence)
  })
}
