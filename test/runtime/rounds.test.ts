import { once } from 'node:events'
import t from 'tap'
import { startRounds } from '#runtime/rounds'

t.test('rounds come one after the other, a failed one too, until they are ended', async (t) => {
  const errors: unknown[] = []
  const enough = Promise.withResolvers<void>()
  let [count, atOnce, most] = [0, 0, 0]
  const round = async () => {
    atOnce += 1
    most = Math.max(most, atOnce)
    count += 1
    await new Promise((resolve) => setTimeout(resolve, 3))
    atOnce -= 1
    if (count === 5) enough.resolve()
    if (count % 2 === 0) throw new Error(`${count}`)
  }
  {
    await using _ = startRounds({ everyMs: 1, round, onError: (error) => errors.push(error) })
    await enough.promise
  }
  const ended = count
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.equal(count, ended, 'none comes after the end')
  t.equal(most, 1, 'never two at a time')
  t.match(errors.map(String).slice(0, 2), ['Error: 2', 'Error: 4'])
})

t.test('the end cuts a round short and waits for it', async (t) => {
  let isDone = false
  const errors: unknown[] = []
  const round = async (signal: AbortSignal) => {
    await once(signal, 'abort')
    await new Promise((resolve) => setTimeout(resolve, 5))
    isDone = true
    throw new Error('cut short')
  }
  {
    await using _ = startRounds({ everyMs: 1, round, onError: (error) => errors.push(error) })
  }
  t.ok(isDone)
  t.same(errors, [], 'what ends because nobody waits for it is no failure')
})
