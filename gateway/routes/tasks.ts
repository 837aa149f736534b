import Type from 'typebox'
import { IntegerText, Strict } from '#protocol/messages/primitives'
import { LeasedTask } from '#protocol/messages/tasks'
import { problemResponse } from '#runtime/http-problem'
import type { HttpServer } from '#runtime/http-server'
import { principalOf } from '../admission.ts'
import { answerTask } from '../flow/answer-task.ts'
import { leaseTask } from '../flow/lease-task.ts'
import { refuseTask } from '../flow/refuse-task.ts'
import type { GatewayDesk } from '../gateway-desk.ts'
import { callGone } from './call-gone.ts'
import { MAX_WAIT_MS } from './wait.ts'

const params = Strict({ task: Type.String({ pattern: '^[A-Za-z0-9-]{1,80}$' }) })
const done = { 204: Type.Null(), ...problemResponse }
const roles = ['holder', 'release'] as const

/** The side of holders and of the release authority: they fetch their work and never listen. */
export function addTaskRoutes(app: HttpServer, desk: GatewayDesk, closing: AbortSignal): void {
  const lease = {
    summary: 'Fetch the next task, or nothing after a while',
    body: Strict({ waitMs: Type.Integer({ minimum: 0, maximum: MAX_WAIT_MS }) }),
    response: { 200: LeasedTask, 204: Type.Null(), ...problemResponse },
  }
  const openTask = { roles, openSchema: 'the body of a task has the schema of its kind' }
  app.post('/tasks/lease', { schema: lease, config: openTask }, async (request, reply) => {
    const { waitMs } = request.body
    const options = { waitMs, signal: callGone(reply, closing) }
    const task = await leaseTask(desk, principalOf(request), options)
    return task === undefined ? reply.code(204).send(null) : task
  })

  const answer = {
    summary: 'Answer a task',
    params,
    body: Strict({ fence: IntegerText, answer: Type.Unknown() }),
    response: done,
  }
  const openAnswer = { roles, openSchema: 'an answer is checked by the schema of its kind' }
  app.post(
    '/tasks/:task/answer',
    { schema: answer, config: openAnswer },
    async (request, reply) => {
      const { fence, answer } = request.body
      const { task } = request.params
      await answerTask(desk, principalOf(request), { task, fence: BigInt(fence), answer })
      return reply.code(204).send(null)
    },
  )

  const refuse = {
    summary: 'Refuse a task with a code',
    params,
    body: Strict({ fence: IntegerText, code: Type.String({ pattern: '^[A-Z][A-Z0-9_]{2,59}$' }) }),
    response: done,
  }
  app.post(
    '/tasks/:task/refusal',
    { schema: refuse, config: { roles } },
    async (request, reply) => {
      const { fence, code } = request.body
      const { task } = request.params
      await refuseTask(desk, principalOf(request), { task, fence: BigInt(fence), code })
      return reply.code(204).send(null)
    },
  )
}
