/** Public: listed in docs/errors.md, never renamed. */
export type TaskErrorCode = 'TASK_FENCED' | 'TASK_CONFLICT'

/** The queue refuses. Messages name task ids and kinds, never bodies. */
export class TaskError extends Error {
  override readonly name = 'TaskError'
  readonly code: TaskErrorCode

  constructor(code: TaskErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * The queue of a recipient was made after this transaction took its snapshot. Carries PostgreSQL's
 * own code for it (40001, serialization failure), so that the transaction is simply done again.
 */
export class QueueUnseen extends Error {
  override readonly name = 'QueueUnseen'
  readonly code = '40001'
}
