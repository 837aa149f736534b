import type { JsonValue } from './json-text.ts'

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Begins with `/`; build it with `pathOf`, which escapes what is filled in. */
  readonly path: string
  /** Bytes travel as `application/octet-stream`, anything else as JSON. */
  readonly body?: JsonValue | Uint8Array
  /** Travels as `text/plain` in the place of a body. */
  readonly text?: string
  /** Statuses of 300 and above that are answers of this call and no refusals. */
  readonly answers?: readonly number[]
  /**
   * Names the effect: the other side does it once however often it is asked. Only such calls, and
   * GET, are repeated, up to four times, when nobody was reached or 429, 502, 503, 504 came back.
   */
  readonly idempotencyKey?: string
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
}

/** A path with every filled-in part escaped: pathOf`/tasks/${taskId}`. */
export function pathOf(texts: TemplateStringsArray, ...parts: readonly string[]): string {
  return texts.reduce(
    (path, text, index) => path + encodeURIComponent(parts[index - 1] ?? '') + text,
  )
}

/** Method and path, for error messages; the query string stays out. */
export function nameOf({ method, path }: HttpCall): string {
  return `${method} ${path.split('?')[0]}`
}
