// A party for tests of processes: serves, or misbehaves as its configuration says.
import { Type } from 'typebox'
import { runParty } from '#runtime/process'

const schema = Type.Object(
  { mode: Type.String(), closeMs: Type.Optional(Type.Integer()) },
  { additionalProperties: false },
)

await runParty({
  name: 'test',
  schema,
  async start({ config, owned, log }) {
    if (config.mode === 'throw')
      throw Object.assign(new Error('91370100MA3TF1X42K'), { code: '23505' })
    if (config.mode === 'hang') await new Promise(() => setInterval(() => undefined, 1000))
    if (config.mode === 'exit') process.exit(7)
    const alive = setInterval(() => undefined, 1000)
    owned.defer(async () => {
      await new Promise((resolve) => setTimeout(resolve, config.closeMs ?? 0))
      clearInterval(alive)
      log.info('closed')
    })
    if (config.mode === 'crash')
      setTimeout(() => Promise.reject(new Error('91370100MA3TF1X42K')), 50)
    return { mode: config.mode }
  },
})
