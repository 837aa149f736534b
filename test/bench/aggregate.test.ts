import t from 'tap'
import { runEndToEnd } from '#bench/aggregate/end-to-end'

// The benchmark itself throws unless every released figure is that of the clear question.
t.test('a small session runs through every step and stays exact', async (t) => {
  const whole = await runEndToEnd({ holders: 3, rows: 40_000, rounds: 1, progress: () => {} })
  t.equal(whole.groups, 1300)
  t.ok(whole.released > 1290, `${whole.released} released`)
  t.equal(whole.holders.length, 3)
  for (const { times, ciphertexts } of whole.holders) {
    t.equal(ciphertexts.length, 3)
    t.ok(Object.values(times).every((ms) => ms > 0))
  }
})
