import { writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { AuthorityConfig } from '#authority/config'
import { startAuthority } from '#authority/start'
import { systemRandom } from '#crypto/random'
import { Secret } from '#crypto/secret'
import { verifyJws } from '#crypto/sign/jws'
import { createKeyFile } from '#crypto/sign/key-file'
import { openParty } from '#protocol/party'
import { openHttpClient } from '#runtime/http-client'
import { readPartyTls } from '#runtime/tls-files'
import { testAuthority } from '../support/certificates.ts'
import { capturedLog } from '../support/fixtures.ts'
import { AUTHORITY, GATEWAY, RELEASE, SPACE } from '../support/test-directory.ts'

const certificates = testAuthority('Baotu test')
const skip = certificates === undefined && 'no openssl to make certificates with'

t.test('a party calls the authority over TLS with its own certificate', { skip }, async (t) => {
  const folder = t.testdir()
  const write = (name: string, text: string) => {
    writeFileSync(path.join(folder, name), text, { mode: 0o600 })
    return name
  }
  for (const subject of ['authority', 'party']) {
    const identity = certificates?.issue(subject)
    write(`${subject}.key`, identity?.key ?? '')
    write(`${subject}.pem`, identity?.cert ?? '')
  }
  write('ca.pem', certificates?.certificate ?? '')
  const now = Date.now()
  const clock = { now: () => now }
  write('wrapping-key', 'w'.repeat(32))
  const keys = await createKeyFile({
    did: AUTHORITY,
    now: clock.now,
    random: systemRandom,
    lifetimeMs: 86_400_000,
    path: path.join(folder, 'keys'),
    wrappingKey: Secret.take(new TextEncoder().encode('w'.repeat(32))),
  })
  const config: AuthorityConfig = {
    party: 'authority',
    spaceId: SPACE,
    did: AUTHORITY,
    listen: {
      host: '127.0.0.1',
      port: 0,
      tls: { cert: 'authority.pem', key: 'authority.key', clientCa: 'ca.pem' },
    },
    keys: { file: 'keys', wrappingKey: { file: 'wrapping-key' } },
    state: 'state',
    validityHours: 1,
    participants: [
      {
        did: AUTHORITY,
        name: { zh: '主管部门', en: 'authority' },
        roles: ['authority'],
        state: 'active',
        kind: 'agency',
        identityLevel: 4,
        region: '370000',
        keys: [],
      },
    ],
    products: [],
  }
  await using owned = new AsyncDisposableStack()
  const { log } = capturedLog()
  const { url } = await startAuthority({ config, folder, log, clock, owned })
  t.match(url, /^https:/)

  const tls = { cert: 'party.pem', key: 'party.key', ca: 'ca.pem' }
  const directoryOver = async (withCertificates: boolean) => {
    const references = withCertificates ? { tls } : {}
    const anchor = { url, did: AUTHORITY, keys: keys.publicKeys(), ...references }
    const gateway = { did: GATEWAY, urls: ['https://127.0.0.1:1'] }
    const partyConfig = { did: RELEASE, spaceId: SPACE, authority: anchor, gateway }
    await using party = openParty({
      config: partyConfig,
      release: RELEASE,
      verify: verifyJws,
      sign: async () => '',
      clock,
      random: systemRandom,
      oldest: { read: async () => 0, write: async () => undefined },
      http: (options) => openHttpClient({ ...options, deadlineMs: 3000 }),
      tls: await readPartyTls({ authority: anchor, gateway: {} }, folder),
    })
    return (await party.directory.current()).serial
  }
  t.equal(await directoryOver(true), 1)
  await t.rejects(directoryOver(false), { name: 'RemoteError' }, 'nobody without a certificate')
})
