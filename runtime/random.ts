/** Fresh unpredictable bytes; entry files hand over the system's, tests a seeded one. */
export type Random = (bytes: number) => Uint8Array

/** A version 4 UUID (RFC 9562, section 5.4) from injected randomness: 122 random bits. */
export function uuidFrom(random: Random): string {
  const bytes = Uint8Array.from(random(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return dashed(Buffer.from(bytes).toString('hex'))
}

/** Uniform in [0, 1) with 48 random bits: for jitter only, never for noise or keys. */
export function fractionFrom(random: Random): number {
  return Buffer.from(random(6)).readUIntBE(0, 6) / 2 ** 48
}

/** The 8-4-4-4-12 form of 32 hexadecimal digits. */
export function dashed(hex: string): string {
  return [0, 8, 12, 16, 20].map((from, i, all) => hex.slice(from, all[i + 1] ?? 32)).join('-')
}
