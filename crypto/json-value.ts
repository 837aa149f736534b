/**
 * What JSON can hold, read-only. Declare wire shapes as `type`, not `interface`: TypeScript gives
 * only the former the implicit index signature that makes it assignable here.
 */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }
