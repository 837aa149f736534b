import type { CryptoErrorCode } from '../errors.ts'
import type { ParameterSetId } from './parameters.ts'

/** The jobs of a kind of cell: what each takes and gives, all structured-cloneable. */
export type CellJobs = {
  readonly [job: string]: { readonly request: unknown; readonly response: unknown }
}

/** What a cell is started with. */
export interface CellStart {
  readonly set: ParameterSetId
  readonly memoryMb: number
}

/** Host to cell. One job at a time, so nothing needs an id. */
export interface CellRequest {
  readonly job: string
  readonly body: unknown
}

/** Cell to host: an answer, or the code of a refusal. The first message says that it is ready. */
export type CellReply = { readonly body: unknown } | { readonly code: CryptoErrorCode }
