import { createServer } from 'node:net'

// Below the ports that outgoing connections are given (from 32768 on Linux, from 49152 by RFC 6335,
// section 6): whoever dials a server that is down for a moment may be given the server's own port
// as its own, and then the server cannot come back.
const FIRST = 20_000
const COUNT = 12_000

// Processes that look at the same time begin at different places.
let next = (process.pid * 97) % COUNT

/** `count` ports of the loopback address that nobody listened on a moment ago, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  for (let tries = 0; ports.length < count; tries += 1) {
    if (tries > COUNT) throw new Error('no port of the loopback address is free')
    const port = FIRST + next
    next = (next + 1) % COUNT
    if (await isFree(port)) ports.push(port)
  }
  return ports
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.close(() => resolve(true))
    })
  })
}
