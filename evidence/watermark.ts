import { digestOf } from '#crypto/digest'

/**
 * The mark of one copy of a result: which result, to whom. It goes into the delivered document and
 * into `result.delivered`, so that a table found somewhere leads to its delivery. It hides nothing
 * and survives no retyping: it traces copies, it does not prove who leaked.
 */
export function watermarkOf(result: string, recipient: string): string {
  return digestOf('baotu/watermark', { result, recipient })
}
