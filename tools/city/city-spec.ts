import { type CityId, isCityId } from './divisions.ts'

/** What a city is made from. Equal specs give equal bytes, on any machine. */
export interface CitySpec {
  readonly seed: string
  readonly city: CityId
  /** Enterprises, 1 to 999,999. The first n firms of a larger city are the city of n firms. */
  readonly firms: number
  /** Months from January 2024, 1 to 120. A shorter window is the beginning of a longer one. */
  readonly months: number
}

/** A seed is no secret: it names one synthetic city among many. */
export const DEFAULT_SEED = 'baotu-city-v1'
const MOST_FIRMS = 999_999
const MOST_MONTHS = 120

/** Public codes, listed in docs/errors.md. */
export type CityErrorCode =
  | 'CITY_UNKNOWN'
  | 'CITY_SIZE_REJECTED'
  | 'CITY_TABLE_UNKNOWN'
  | 'CITY_USAGE'

/** The generator was asked for something it does not have. */
export class CityError extends Error {
  override readonly name = 'CityError'
  readonly code: CityErrorCode

  constructor(code: CityErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** Checks a spec from outside. Throws CITY_UNKNOWN, CITY_SIZE_REJECTED. */
export function citySpec(
  city: string,
  firms: number,
  months: number,
  seed = DEFAULT_SEED,
): CitySpec {
  if (!isCityId(city)) throw new CityError('CITY_UNKNOWN', 'no such city in the divisions table')
  requireWithin('firms', firms, MOST_FIRMS)
  requireWithin('months', months, MOST_MONTHS)
  return { seed, city, firms, months }
}

function requireWithin(what: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return
  throw new CityError('CITY_SIZE_REJECTED', `${what} must be a whole number from 1 to ${most}`)
}
