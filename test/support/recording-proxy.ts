import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy that keeps every byte that passes, each direction of each connection by itself. */
export interface RecordingProxy extends AsyncDisposable {
  readonly url: string
  /** Where it leads to; said later than it listens, since that is known later. */
  readonly lead: (url: string) => void
  /** Where it leads to. */
  readonly target: () => string
  readonly recorded: () => Buffer
}

export async function openRecordingProxy(): Promise<RecordingProxy> {
  const streams: Buffer[][] = []
  const sockets = new Set<Socket>()
  let target = 0
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      const stream: Buffer[] = []
      streams.push(stream)
      sockets.add(from)
      from.on('data', (chunk) => {
        stream.push(chunk)
        to.write(chunk)
      })
      from.on('error', () => to.destroy())
      from.on('close', () => to.end())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    lead: (url) => {
      target = Number(new URL(url).port)
    },
    target: () => `http://127.0.0.1:${target}`,
    recorded: () => Buffer.concat(streams.map((stream) => Buffer.concat(stream))),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
