import t from 'tap'
import type { GatewayLink } from '#protocol/gateway-link'
import type { LeasedTask } from '#protocol/messages/tasks'
import { runTaskLoop } from '#protocol/task-loop'

const DIGEST = `sha256-${'0'.repeat(64)}`
const NOTE = { request: 'a.b.c', invitation: 'a.b.c', session: 'a.b.c', void: 'a.b.c' }

function task(fence: string): LeasedTask {
  return { task: 'task-1', fence, kind: 'note-void', invitation: DIGEST, body: NOTE }
}

function coded(code: string, more: object = {}): Error {
  return Object.assign(new Error(code), { code }, more)
}

interface World {
  /** The leases of one task, in the order in which they are handed out. */
  readonly leases: readonly LeasedTask[]
  readonly answer?: (fence: string) => Promise<void>
  readonly work: () => Promise<object>
}

/** Runs two workers of a party until every lease was handed out and ended. */
async function run({ leases, answer = async () => undefined, work }: World) {
  const stop = new AbortController()
  const waiting = [...leases]
  const seen = { worked: 0, answered: [] as string[], refused: [] as string[], ended: 0 }
  const link: GatewayLink = {
    lease: async () => {
      const next = waiting.shift()
      if (next === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
      return next
    },
    answer: async ({ fence }) => {
      await answer(fence)
      seen.answered.push(fence)
    },
    refuse: async ({ fence }, code) => void seen.refused.push(`${fence} ${code}`),
    putBlob: () => Promise.reject(new Error('not here')),
    getBlob: () => Promise.reject(new Error('not here')),
  }
  await runTaskLoop({
    link,
    signal: stop.signal,
    parallel: 2,
    waitMs: 5,
    pause: async () => undefined,
    handlers: {
      'note-void': () => {
        seen.worked += 1
        return work()
      },
    },
    ended: (kind) => {
      if (kind === 'note-void') seen.ended += 1
      if (seen.ended === leases.length) stop.abort()
    },
  })
  return seen
}

t.test('work that outlasts its lease is done once and answered under the newer one', async (t) => {
  const { promise, resolve } = Promise.withResolvers<object>()
  setTimeout(() => resolve({}), 30)
  const seen = await run({
    leases: [task('1'), task('2')],
    work: () => promise,
    answer: async (fence) => {
      if (fence === '1') throw coded('TASK_FENCED')
    },
  })
  t.match(seen, { worked: 1, answered: ['2'] })
})

t.test('a gateway that is gone for a while is no reason to refuse', async (t) => {
  for (const gone of [coded('REMOTE_UNREACHABLE'), coded('REMOTE_PROBLEM', { status: 503 })]) {
    let failures = 3
    const seen = await run({
      leases: [task('1')],
      work: async () => ({}),
      answer: async () => {
        failures -= 1
        if (failures >= 0) throw gone
      },
    })
    t.match(seen, { answered: ['1'], refused: [] }, gone.message)
  }
  const never = await run({
    leases: [task('1')],
    work: () => Promise.reject(coded('REMOTE_UNREACHABLE')),
  })
  t.match(never, { answered: [], refused: [] }, 'the lease runs out and somebody gets it again')
})

t.test('what is wrong with the work itself is refused at once', async (t) => {
  const seen = await run({ leases: [task('1')], work: () => Promise.reject(coded('SOURCE_FULL')) })
  t.match(seen, { worked: 1, refused: ['1 SOURCE_FULL'] })
  const unwanted = await run({
    leases: [task('1')],
    work: async () => ({}),
    answer: () => Promise.reject(coded('REMOTE_PROBLEM', { status: 409 })),
  })
  t.match(unwanted, { worked: 1, refused: ['1 REMOTE_PROBLEM'] })
})
