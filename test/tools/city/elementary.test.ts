import t from 'tap'
import { exponential, logarithm, logistic, normalQuantile } from '#tools/city/elementary'

const near = (value: number, expected: number, relative: number) =>
  Math.abs(value - expected) <= relative * Math.abs(expected)

t.test('exponential and logarithm agree with the engine over their range', async (t) => {
  for (let x = -138; x <= 138; x += 0.37) {
    if (!near(exponential(x), Math.exp(x), 1e-14)) t.fail(`exponential(${x})`)
  }
  for (let x = 1e-9; x < 1e12; x *= 1.7) {
    const isNear = Math.abs(logarithm(x) - Math.log(x)) < 1e-13 + 1e-14 * Math.abs(Math.log(x))
    if (!isNear) t.fail(`logarithm(${x})`)
  }
  t.equal(exponential(0), 1)
  t.equal(logistic(0), 0.5)
})

t.test('normal quantiles of the tables', async (t) => {
  const table = [
    [0.5, 0],
    [0.6, 0.2533471],
    [0.9, 1.2815516],
    [0.975, 1.959964],
    [0.999, 3.0902323],
    [0.999999, 4.7534243],
    [1 - 1e-12, 7.0344869],
  ] as const
  for (const [p, expected] of table) {
    t.ok(Math.abs(normalQuantile(p) - expected) < 1e-4, `${p}`)
    if (p < 0.9999) t.ok(Math.abs(normalQuantile(1 - p) + expected) < 1e-6, `1 - ${p}`)
  }
})

t.test('arguments outside the range', async (t) => {
  t.throws(() => exponential(200), RangeError)
  t.throws(() => exponential(Number.NaN), RangeError)
  for (const x of [0, -1, Number.NaN, Infinity]) t.throws(() => logarithm(x), RangeError)
})
