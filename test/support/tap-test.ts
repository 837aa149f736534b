import type t from 'tap'

/** What tap hands to a test: for suites and helpers that are given one. */
export type TapTest = Parameters<Parameters<typeof t.test>[0]>[0]
