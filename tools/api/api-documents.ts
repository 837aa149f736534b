import { buildApp as buildAuthority } from '#authority/app'
import { buildApp as buildGateway } from '#gateway/app'
import { PROBLEMS } from '#protocol/problems'
import type { HttpServer } from '#runtime/http-server'
import { openLog } from '#runtime/log'
import { RUNTIME_PROBLEMS } from '#runtime/runtime-problems'

/**
 * The OpenAPI documents of both servers by their file below docs/api, from the very routes that
 * they serve. Nothing is behind the servers that are built for it: no route of them is called.
 */
export async function apiDocuments(): Promise<Readonly<Record<string, string>>> {
  const log = openLog({ party: 'tools', clock: { now: () => 0 }, level: 'silent' })
  const random = (bytes: number) => new Uint8Array(bytes)
  const problems = { ...RUNTIME_PROBLEMS, ...PROBLEMS }
  const nothing = absent()
  const gateway = await buildGateway({
    ...{ log, random, blobBytes: 1 },
    desk: nothing,
    evidence: nothing,
    witnesses: nothing,
    admission: { authenticator: nothing, limiter: nothing },
  })
  const authority = await buildAuthority({ log, random, problems, publisher: nothing })
  return {
    'gateway.json': await documentOf(gateway),
    'authority.json': await documentOf(authority),
  }
}

async function documentOf(app: HttpServer): Promise<string> {
  await app.ready()
  const text = `${JSON.stringify(app.swagger(), null, 2)}\n`
  await app.close()
  return text
}

// Stands for what a server is handed; the first use of it would be a fault of this tool.
function absent(): never {
  return new Proxy({}, { get: (_, name) => refuse(String(name)) }) as never
}

function refuse(name: string): never {
  throw new TypeError(`nothing is there, but \`${name}\` was used`)
}
