import { once } from 'node:events'
import { createServer } from 'node:net'
import t from 'tap'
import { freePorts } from '#runtime/free-ports'

t.test('ports are free, different, and none that a caller could be given', async (t) => {
  const [taken = 0] = await freePorts(1)
  const server = createServer().listen({ host: '127.0.0.1', port: taken, exclusive: true })
  await once(server, 'listening')
  t.teardown(() => server.close())
  const ports = await freePorts(50)
  t.equal(new Set([taken, ...ports]).size, 51)
  t.ok(ports.every((port) => port >= 20_000 && port < 32_768))
})

t.test('a port that is taken is passed over', async (t) => {
  const [last = 0] = await freePorts(1)
  const server = createServer().listen({ host: '127.0.0.1', port: last + 1, exclusive: true })
  server.on('error', () => t.comment('somebody else has the next port: just as well'))
  await Promise.race([once(server, 'listening'), once(server, 'error').catch(() => undefined)])
  t.teardown(() => server.close())
  t.not((await freePorts(1))[0], last + 1)
})
