import { codeOf } from '#protocol/task-loop'
import { ConnectorError } from '../errors.ts'

/**
 * Reads this holder's data. Whatever goes wrong there may depend on the rows that a question
 * selects, so it leaves by the code that every other refusal of this holder has (protocols.md,
 * rule 8); which it was stays as the reason.
 */
export async function readData<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw new ConnectorError('HOLDER_REFUSES', 'the data could not be read', codeOf(error))
  }
}
