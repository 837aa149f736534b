import type { BenchmarkResult } from '../result.ts'

/** A figure for people: whole numbers as they are, others to three digits. */
export function figure(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-US')
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 })
}

/** `39.9 ms` */
export function valueText({ value, unit }: BenchmarkResult): string {
  return `${figure(value)} ${unit}`
}

/** `0.85 ×`, or nothing. */
export function ratioText({ ratio }: BenchmarkResult): string {
  return ratio === undefined ? '' : `${figure(ratio)} ×`
}

/** `node-seal: 47 ms`, or nothing. */
export function anchorText({ anchor, unit }: BenchmarkResult): string {
  if (anchor === undefined || typeof anchor === 'string') return anchor ?? ''
  return anchor.value === undefined
    ? anchor.name
    : `${anchor.name}: ${figure(anchor.value)} ${unit}`
}

/** `≤ 40 ms`, `≥ 12 ×`, or nothing. */
export function targetText({ target, unit }: BenchmarkResult): string {
  if (target === undefined) return ''
  const sign = target.direction === 'at-most' ? '≤' : '≥'
  return 'ratio' in target
    ? `${sign} ${figure(target.ratio)} ×`
    : `${sign} ${figure(target.value)} ${unit}`
}
