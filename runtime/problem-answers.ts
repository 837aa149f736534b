import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { JsonError } from './json-error.ts'
import { pointerBelow, tokensOf } from './json-pointer.ts'
import { languageOf, type Problem, problemDocument } from './problem.ts'
import type { ServerProblems } from './runtime-problems.ts'
import { isStoreDown } from './store/store-down.ts'

/** What is known about a refusal before it is written down for one caller. */
interface Refusal {
  readonly code: string
  readonly places?: Problem['places']
  readonly retryAfterMs?: number
}

/**
 * Answers whatever was thrown with a document of the one table. A code that the table does not
 * know, and an error without a code, become INTERNAL with nothing else; messages never leave.
 */
export function answerError(problems: ServerProblems) {
  return function handle(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const refusal = refusalOf(error, request)
    const problem = sendProblem(problems, refusal, request, reply)
    if (problem.status >= 500)
      request.log.error({ err: error, code: problem.code }, 'request failed')
  }
}

/** Sends the document of one code in the caller's language. */
export function sendProblem(
  problems: ServerProblems,
  { code, places, retryAfterMs }: Refusal,
  request: FastifyRequest,
  reply: FastifyReply,
): Problem {
  const language = languageOf(request.headers['accept-language'])
  const instance = `urn:uuid:${request.id}`
  const problem = problemDocument(problems, code, { language, instance, ...(places && { places }) })
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000))
  reply.code(problem.status).type('application/problem+json').header('content-language', language)
  reply.serializer(JSON.stringify).send(problem)
  return problem
}

const FRAMEWORK_CODES: Readonly<Record<string, string>> = {
  FST_ERR_ASYNC_CONSTRAINT: 'NOT_FOUND',
  FST_ERR_BAD_URL: 'NOT_FOUND',
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_EMPTY_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'MALFORMED_BODY',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_HANDLER_TIMEOUT: 'TIMEOUT',
  FST_ERR_MAX_PARAM_LENGTH: 'NOT_FOUND',
}

function refusalOf(error: unknown, request: FastifyRequest): Refusal {
  if (error instanceof JsonError) return { code: 'MALFORMED_BODY', places: [placeOf(error)] }
  if (!(error instanceof Error)) return { code: 'INTERNAL' }
  if (isValidationError(error)) return { code: 'INVALID_REQUEST', places: placesOf(error, request) }
  if (isStoreDown(error)) return { code: 'UNAVAILABLE' }
  const code = stringOf(error, 'code') ?? 'INTERNAL'
  const retryAfterMs: unknown = Reflect.get(error, 'retryAfterMs')
  const places: unknown = Reflect.get(error, 'places')
  return {
    code: FRAMEWORK_CODES[code] ?? code,
    ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
    ...(Array.isArray(places) && { places }),
  }
}

function placeOf({ code, position }: JsonError) {
  return { in: 'body', pointer: '', rule: `${code} at ${position.line}:${position.column}` }
}

type ValidationError = FastifyError & Required<Pick<FastifyError, 'validation'>>

function isValidationError(error: Error): error is ValidationError {
  return 'validation' in error && Array.isArray(error.validation)
}

function placesOf(error: ValidationError, request: FastifyRequest): Problem['places'] {
  const part = error.validationContext ?? 'body'
  const declared = namesIn(Reflect.get(Object(request.routeOptions.schema), part))
  return error.validation.map(({ instancePath, keyword }) => ({
    in: part,
    pointer: tokensOf(instancePath).reduce(
      (path, token) => pointerBelow(path, shown(token, declared)),
      '',
    ),
    rule: keyword,
  }))
}

// A key of a record was chosen by the caller, so it may be a value; only declared names and list
// indices are shown.
function shown(token: string, declared: ReadonlySet<string>): string {
  return declared.has(token) || /^\d{1,5}$/.test(token) ? token : '*'
}

function namesIn(schema: unknown): Set<string> {
  if (typeof schema !== 'object' || schema === null) return new Set()
  const own = Object.keys(Object(Reflect.get(schema, 'properties') ?? {}))
  return new Set([...own, ...Object.values(schema).flatMap((child) => [...namesIn(child)])])
}

function stringOf(error: object, key: string): string | undefined {
  const value: unknown = Reflect.get(error, key)
  return typeof value === 'string' ? value : undefined
}
