import type { Static, TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { ProtocolError } from '../errors.ts'

const compiled = new WeakMap<TSchema, Validator>()

/**
 * Checks a document against its schema: nothing coerced, nothing dropped, nothing defaulted.
 * Throws `MESSAGE_MALFORMED` with the JSON pointer of the first wrong place, never its value.
 */
export function parseMessage<const S extends TSchema>(schema: S, document: unknown): Static<S> {
  let validator = compiled.get(schema)
  if (validator === undefined) {
    validator = Compile(schema)
    compiled.set(schema, validator)
  }
  if (validator.Check(document)) return document as Static<S>
  const [error] = validator.Errors(document)
  const place = error?.instancePath ?? ''
  throw new ProtocolError(
    'MESSAGE_MALFORMED',
    `${error?.keyword ?? 'schema'} at ${place || '/'}`,
    place,
  )
}
