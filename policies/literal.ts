/**
 * The lexical forms of the profile: exact decimals, instants, durations and times of day, each
 * parsed to one safe integer and written back in one canonical way. Anything else is undefined.
 */

const DECIMAL = /^([+-]?)([0-9]{1,30})(?:\.([0-9]{1,30}))?(?:[eE]([+-]?[0-9]{1,2}))?$/
const INSTANT =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,3})0*)?(Z|[+-][0-9]{2}:[0-9]{2})$/
const DURATION =
  /^P(?:([0-9]{1,4})Y)?(?:([0-9]{1,5})M)?(?:([0-9]{1,5})W)?(?:([0-9]{1,6})D)?(?:T(?:([0-9]{1,7})H)?(?:([0-9]{1,8})M)?(?:([0-9]{1,9})S)?)?$/
const TIME = /^([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?$/

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * The decimal times 10^scale, exactly. Undefined when the text is no decimal, needs more than
 * `scale` places, or leaves the safe integers: a bound is never rounded silently.
 */
export function parseDecimal(text: string, scale: number): number | undefined {
  const match = DECIMAL.exec(text)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const shift = scale + Number(exponent) - fraction.length
  const digits = BigInt(whole + fraction)
  const scaled = shift >= 0 ? digits * 10n ** BigInt(shift) : divideExactly(digits, -shift)
  if (scaled === undefined) return undefined
  const value = Number(sign === '-' ? -scaled : scaled)
  return Number.isSafeInteger(value) ? value + 0 : undefined
}

/** The shortest decimal of value / 10^scale, without exponent: 5000 at scale 4 is `0.5`. */
export function decimalText(value: number, scale: number): string {
  if (scale === 0) return String(value)
  const sign = value < 0 ? '-' : ''
  const digits = String(Math.abs(value)).padStart(scale + 1, '0')
  const fraction = digits.slice(-scale).replace(/0+$/, '')
  return sign + digits.slice(0, -scale) + (fraction === '' ? '' : `.${fraction}`)
}

/** Milliseconds since the epoch of an xsd:dateTime that states its offset. */
export function parseInstant(text: string): number | undefined {
  const match = INSTANT.exec(text)
  if (match === null || !isCalendarDay(match)) return undefined
  const value = Date.parse(text)
  return Number.isNaN(value) ? undefined : value
}

/** The instant in UTC, without the milliseconds when there are none. */
export function instantText(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

/**
 * Milliseconds of an xsd:duration of weeks, days and times. Years and months are undefined: their
 * length depends on the date, so they cannot be compared.
 */
export function parseDuration(text: string): number | undefined {
  const parts = durationParts(text)
  return parts === undefined || parts.months > 0 ? undefined : parts.ms
}

/** The canonical duration of a whole number of milliseconds, seconds being the smallest unit. */
export function durationText(ms: number): string {
  const days = Math.floor(ms / DAY)
  const clock = ms % DAY
  const hours = Math.floor(clock / HOUR)
  const minutes = Math.floor((clock % HOUR) / MINUTE)
  const seconds = Math.floor((clock % MINUTE) / SECOND)
  const date = days > 0 ? `${days}D` : ''
  const time = part(hours, 'H') + part(minutes, 'M') + part(seconds, 'S')
  if (date === '' && time === '') return 'PT0S'
  return `P${date}${time === '' ? '' : `T${time}`}`
}

/** The canonical text of a counting window such as P1D or P1M; not zero, not mixed with months. */
export function parseWindow(text: string): string | undefined {
  const parts = durationParts(text)
  if (parts === undefined || (parts.months > 0 && parts.ms > 0)) return undefined
  if (parts.months === 0) return parts.ms > 0 ? durationText(parts.ms) : undefined
  const years = parts.months / 12
  return Number.isInteger(years) ? `P${years}Y` : `P${parts.months}M`
}

/** The longest that a canonical window can last in milliseconds: months of 31, years of 366 days. */
export function windowMs(window: string): number {
  const parts = durationParts(window) ?? { months: 0, ms: 0 }
  const years = Math.floor(parts.months / 12)
  return parts.ms + (years * 366 + (parts.months % 12) * 31) * DAY
}

/** Seconds since midnight of `HH:MM` or `HH:MM:SS`. */
export function parseTime(text: string): number | undefined {
  const match = TIME.exec(text)
  if (match === null) return undefined
  const [, hours = '0', minutes = '0', seconds = '0'] = match
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

/** `HH:MM:SS` of a number of seconds since midnight. */
export function timeText(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`
}

function divideExactly(digits: bigint, places: number): bigint | undefined {
  const divisor = 10n ** BigInt(places)
  return digits % divisor === 0n ? digits / divisor : undefined
}

function isCalendarDay(match: RegExpExecArray): boolean {
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

function durationParts(text: string): { months: number; ms: number } | undefined {
  const match = DURATION.exec(text)
  if (match === null || text.endsWith('T') || text === 'P') return undefined
  const [years, months, weeks, days, hours, minutes, seconds] = match
    .slice(1)
    .map((part) => Number(part ?? 0))
  const ms =
    ((weeks ?? 0) * 7 + (days ?? 0)) * DAY +
    (hours ?? 0) * HOUR +
    (minutes ?? 0) * MINUTE +
    (seconds ?? 0) * SECOND
  return { months: (years ?? 0) * 12 + (months ?? 0), ms }
}

function part(value: number, letter: string): string {
  return value > 0 ? `${value}${letter}` : ''
}
