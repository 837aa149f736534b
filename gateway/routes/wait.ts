import Type from 'typebox'

/** The longest that a call is held open, in ms. */
export const MAX_WAIT_MS = 30_000

/** In a query string: at most 30 s, in ms. */
export const WaitMs = Type.String({ pattern: '^(0|[1-9][0-9]{0,3}|[12][0-9]{4}|30000)$' })
