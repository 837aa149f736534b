const USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const USCC_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28] as const
const ORGANISATION_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2] as const

/** The parts of a unified social credit code (统一社会信用代码) that are chosen, not computed. */
export interface UsccParts {
  /** Registering department, `9` for market supervision (市场监管). */
  readonly registrar: string
  /** Category within it: under `9`, `1` is an enterprise, `2` an individual trader (个体工商户). */
  readonly category: string
  /** Division code of GB/T 2260, six digits. */
  readonly division6: string
  /** First eight characters of the organisation code; `XX…` keeps clear of issued codes. */
  readonly body8: string
}

/**
 * Composes the 18 characters of GB 32100-2015, both check characters computed.
 * Throws RangeError when a part has the wrong length or a character outside the alphabets.
 */
export function composeUscc(parts: UsccParts): string {
  const { registrar, category, division6, body8 } = parts
  const head = `${registrar}${category}${division6}${organisationCode(body8)}`
  return `${head}${usccCheckCharacter(head)}`
}

/**
 * True when length, alphabet and the last check character are right. The organisation code inside
 * is not judged: see `hasValidOrganisationCode`. Codes that fail were issued all the same, so a
 * caller stores the answer and never rejects a row on it alone.
 */
export function isUscc(code: string): boolean {
  if (code.length !== 18) return false
  const sum = weightedSum(code.slice(0, 17), USCC_ALPHABET, USCC_WEIGHTS)
  return sum !== undefined && USCC_ALPHABET[(31 - (sum % 31)) % 31] === code[17]
}

/** True when characters 9 to 17 of a code form a valid organisation code (GB 11714). */
export function hasValidOrganisationCode(code: string): boolean {
  const sum = weightedSum(code.slice(8, 16), ORGANISATION_ALPHABET, ORGANISATION_WEIGHTS)
  return sum !== undefined && code[16] === organisationCheckCharacter(sum)
}

/** The 18th character for the first 17. Throws RangeError on other lengths or characters. */
export function usccCheckCharacter(head17: string): string {
  const sum = requireSum(head17, USCC_ALPHABET, USCC_WEIGHTS)
  return USCC_ALPHABET.charAt((31 - (sum % 31)) % 31)
}

/** The nine characters of GB 11714 for the first eight. Throws RangeError as above. */
export function organisationCode(body8: string): string {
  const sum = requireSum(body8, ORGANISATION_ALPHABET, ORGANISATION_WEIGHTS)
  return `${body8}${organisationCheckCharacter(sum)}`
}

/** The code with its last character moved to the next one: same firm, wrong check character. */
export function spoilUscc(code: string): string {
  const next = (USCC_ALPHABET.indexOf(code.charAt(17)) + 1) % USCC_ALPHABET.length
  return `${code.slice(0, 17)}${USCC_ALPHABET.charAt(next)}`
}

function organisationCheckCharacter(sum: number): string {
  const check = 11 - (sum % 11)
  if (check === 10) return 'X'
  return check === 11 ? '0' : String(check)
}

function requireSum(text: string, alphabet: string, weights: readonly number[]): number {
  const sum = weightedSum(text, alphabet, weights)
  if (sum === undefined) throw new RangeError(`code part of length ${text.length} is malformed`)
  return sum
}

function weightedSum(
  text: string,
  alphabet: string,
  weights: readonly number[],
): number | undefined {
  if (text.length !== weights.length) return undefined
  let sum = 0
  for (const [position, weight] of weights.entries()) {
    const value = alphabet.indexOf(text.charAt(position))
    if (value < 0) return undefined
    sum += value * weight
  }
  return sum
}
