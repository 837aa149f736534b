import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Random } from '#crypto/random'
import { verifyJws } from '#crypto/sign/jws'
import { openKeyFile } from '#crypto/sign/key-file'
import { openParty } from '#protocol/party'
import { loadConfig } from '#runtime/config'
import { openHttpClient } from '#runtime/http-client'
import { readSecret } from '#runtime/secret-source'
import { readPartyTls } from '#runtime/tls-files'
import type { Consumer } from '#sdk/consumer'
import { ConsumerConfig } from './consumer-config.ts'
import { writePrivate } from './private-file.ts'

const LIFETIME_MS = 365 * 86_400_000

/** A consumer made from its configuration file; disposing ends its connections. */
export interface OpenConsumer extends AsyncDisposable {
  readonly consumer: Consumer
}

/** Opens a consumer's keys and its end of the protocol. Nothing is fetched before it is needed. */
export async function openConsumer(
  configFile: string,
  { now, random }: { readonly now: () => number; readonly random: Random },
): Promise<OpenConsumer> {
  const config = await loadConfig(configFile, ConsumerConfig)
  const folder = path.dirname(configFile)
  const { did, spaceId } = config
  using wrappingKey = await readSecret(config.keys.wrappingKey, folder)
  const file = path.resolve(folder, config.keys.file)
  const policy = { did, now, random, lifetimeMs: LIFETIME_MS }
  const keys = await openKeyFile({ ...policy, path: file, wrappingKey })
  const party = openParty({
    config,
    release: config.release,
    verify: verifyJws,
    sign: (typ, claims) => keys.signer().sign(typ, claims),
    clock: { now },
    random,
    oldest: await serialFile(path.resolve(folder, config.state)),
    http: openHttpClient,
    tls: await readPartyTls(config, folder),
  })
  const consumer: Consumer = { did, spaceId, keys, party, random, now }
  return { consumer, [Symbol.asyncDispose]: () => party[Symbol.asyncDispose]() }
}

/** The serial of the directory that was accepted last: no older one is taken again. */
async function serialFile(folder: string) {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = path.join(folder, 'directory-serial')
  return {
    read: async () => {
      const text = await readFile(file, 'utf8').catch(zeroWhereAbsent)
      const serial = Number(text)
      if (!Number.isSafeInteger(serial)) throw new RangeError(`${file} holds no serial`)
      return serial
    },
    write: async (serial: number) => writePrivate(file, `${serial}\n`),
  }
}

// Only a file that was never written means that nothing was accepted yet.
function zeroWhereAbsent(cause: unknown): string {
  if (Reflect.get(Object(cause), 'code') === 'ENOENT') return '0'
  throw cause
}
