import { type Digest, digestBytes } from '#crypto/digest'
import { ProtocolError } from './errors.ts'
import { parseMessage } from './messages/parse.ts'
import { LeasedTask } from './messages/tasks.ts'

/** One HTTP call to a gateway replica; every process hands in its own client with its token. */
export interface GatewayCalls {
  /** Sends and receives JSON; `undefined` for 204. Problem answers reject with their code. */
  json(method: 'GET' | 'POST', path: string, options?: CallOptions): Promise<unknown>
  /** Sends bytes. */
  put(path: string, bytes: Uint8Array): Promise<void>
  /** Sends text, if any, and receives text; a status of `answers` is an answer too. */
  text(method: 'GET' | 'POST', path: string, options?: TextOptions): Promise<TextAnswer>
  /** Receives bytes, at most `maxBytes`. */
  get(path: string, maxBytes: number): Promise<Uint8Array>
}

export interface CallOptions {
  readonly body?: unknown
  /** How long the gateway may hold the call open before it answers with nothing new, in ms. */
  readonly waitMs?: number
  readonly signal?: AbortSignal
}

export interface TextOptions {
  readonly text?: string
  readonly answers?: readonly number[]
  readonly signal?: AbortSignal
}

export interface TextAnswer {
  readonly status: number
  readonly body: string
}

/** A party's end of the gateway: it fetches its work and never listens. */
export interface GatewayLink {
  /** The next task addressed to this party, or undefined after `waitMs`. */
  lease(waitMs: number, signal?: AbortSignal): Promise<LeasedTask | undefined>
  answer(task: LeasedTask, answer: unknown): Promise<void>
  /** Says no with a problem code; never with a reason that depends on data. */
  refuse(task: LeasedTask, code: string): Promise<void>
  putBlob(invitation: string, bytes: Uint8Array): Promise<Digest>
  /** Fetches a blob and checks that it is the one of that digest. */
  getBlob(invitation: string, digest: string): Promise<Uint8Array>
}

/** Sealed tables and audit copies of the largest plan stay below this. */
export const MAX_BLOB_BYTES = 256 * 1024 * 1024

/** The link over some HTTP client. */
export function createGatewayLink(calls: GatewayCalls): GatewayLink {
  return {
    async lease(waitMs, signal) {
      const options = { body: { waitMs }, waitMs, ...(signal ? { signal } : {}) }
      const task = await calls.json('POST', '/tasks/lease', options)
      return task === undefined ? undefined : parseMessage(LeasedTask, task)
    },
    async answer({ task, fence }, answer) {
      await calls.json('POST', `/tasks/${task}/answer`, { body: { fence, answer } })
    },
    async refuse({ task, fence }, code) {
      await calls.json('POST', `/tasks/${task}/refusal`, { body: { fence, code } })
    },
    async putBlob(invitation, bytes) {
      const digest = digestBytes(bytes)
      await calls.put(`/sessions/${invitation}/blobs/${digest}`, bytes)
      return digest
    },
    async getBlob(invitation, digest) {
      const bytes = await calls.get(`/sessions/${invitation}/blobs/${digest}`, MAX_BLOB_BYTES)
      if (digestBytes(bytes) === digest) return bytes
      throw new ProtocolError('SESSION_MISMATCH', 'a blob is not the one of its digest')
    },
  }
}
