import type { Static, TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/schema'
import { type JsonValue, parseJsonText } from './json-text.ts'
import { RemoteError } from './remote-errors.ts'

export interface HttpAnswer {
  readonly status: number
  readonly contentType: string
  readonly bytes: Uint8Array
}

/** The value of a JSON answer that matches a closed schema. @throws RemoteError */
export function readJson<S extends TSchema>(
  answer: HttpAnswer,
  schema: S,
  call: string,
): Static<S> {
  if (!/^application\/([\w.+-]+\+)?json\b/.test(answer.contentType)) throw invalid(call)
  const value = parsed(answer.bytes, call)
  if (!validatorOf(schema).Check(value)) throw invalid(call)
  return value as Static<S>
}

/** The body of an `application/octet-stream` answer. @throws RemoteError */
export function readBytes({ contentType, bytes }: HttpAnswer, call: string): Uint8Array {
  if (!contentType.startsWith('application/octet-stream')) throw invalid(call)
  return bytes
}

function parsed(bytes: Uint8Array, call: string): JsonValue {
  try {
    return parseJsonText(bytes, { maxBytes: bytes.length }).value
  } catch (cause) {
    throw invalid(call, cause)
  }
}

function invalid(call: string, cause?: unknown): RemoteError {
  return new RemoteError('REMOTE_RESPONSE_INVALID', call, cause)
}

const validators = new WeakMap<TSchema, Validator>()

function validatorOf(schema: TSchema): Validator {
  const known = validators.get(schema) ?? Compile(schema)
  validators.set(schema, known)
  return known
}
