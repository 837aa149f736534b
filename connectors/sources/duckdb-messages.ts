import type { Statement } from './sql.ts'

/** How the engine's process is set up; nothing can be changed afterwards. */
export interface EngineSettings {
  /** The only files that the engine may open. */
  readonly paths: readonly string[]
  readonly threads: number
  readonly memoryMb: number
}

/** What the connector asks of the engine's process. */
export type EngineRequest =
  | { readonly kind: 'open'; readonly settings: EngineSettings }
  | { readonly kind: 'columns' | 'select' | 'explain'; readonly statement: Statement }
  /** Stores a SELECT's result under a name; once. */
  | { readonly kind: 'store'; readonly table: string; readonly statement: Statement }

/** The first word of the engine's own classification and a line number: never its message. */
export interface EngineFailure {
  readonly reason: string
  readonly path: string | undefined
  readonly line: string | undefined
}

export type EngineRows = readonly (readonly (string | null)[])[]

export type EngineReply =
  | { readonly id: number; readonly rows: EngineRows }
  | { readonly id: number; readonly failure: EngineFailure }
