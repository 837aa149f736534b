import { ProtocolError } from './errors.ts'
import type { CallOptions, GatewayCalls } from './gateway-link.ts'

/** One HTTP client of one replica; runtime's client fits. Rejections carry a `code`. */
export interface Sender {
  send(call: {
    readonly method: 'GET' | 'POST' | 'PUT'
    readonly path: string
    readonly body?: never
    readonly text?: string
    readonly answers?: readonly number[]
    readonly deadlineMs?: number
    readonly signal?: AbortSignal
    readonly idempotencyKey?: string
  }): Promise<{ readonly status: number; readonly bytes: Uint8Array }>
}

type Call = Parameters<Sender['send']>[0]

const CALL_MS = 60_000

/**
 * Calls to a gateway of several replicas: the one that answered last is asked first (at the very
 * beginning that of index `first`, so that callers spread over the replicas), the next one
 * when it cannot be reached. Every call of the protocol is safe to repeat: effects are named by
 * digests and fences.
 */
export function createGatewayCalls(replicas: readonly Sender[], first = 0): GatewayCalls {
  let preferred = first % Math.max(replicas.length, 1)
  const send = async (call: Call) => {
    for (let tried = 0; ; tried += 1) {
      const replica = replicas[(preferred + tried) % replicas.length]
      if (replica === undefined) throw new ProtocolError('SESSION_MISMATCH', 'no gateway is known')
      try {
        const answer = await replica.send(call)
        preferred = (preferred + tried) % replicas.length
        return answer
      } catch (error) {
        if (!isUnreachable(error) || tried + 1 >= replicas.length) throw error
      }
    }
  }
  return {
    async json(method, path, options = {}) {
      const { status, bytes } = await send(jsonCall(method, path, options))
      return status === 204 ? undefined : JSON.parse(Buffer.from(bytes).toString('utf8'))
    },
    async put(path, bytes) {
      const body = bytes as never
      await send({ method: 'PUT', path, body, deadlineMs: CALL_MS, idempotencyKey: path })
    },
    async text(method, path, options = {}) {
      const { status, bytes } = await send({ method, path, deadlineMs: CALL_MS, ...options })
      return { status, body: Buffer.from(bytes).toString('utf8') }
    },
    async get(path, maxBytes) {
      const { bytes } = await send({ method: 'GET', path, deadlineMs: CALL_MS })
      if (bytes.length <= maxBytes) return bytes
      throw new ProtocolError('MESSAGE_MALFORMED', 'a blob is larger than any of its kind')
    },
  }
}

function jsonCall(method: 'GET' | 'POST', path: string, options: CallOptions): Call {
  const { body, waitMs = 0, signal } = options
  return {
    method,
    path,
    deadlineMs: CALL_MS + waitMs,
    ...(body === undefined ? {} : { body: body as never }),
    ...(signal === undefined ? {} : { signal }),
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'REMOTE_UNREACHABLE'
}
