import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface TestIdentity {
  readonly key: string
  readonly cert: string
}

/** A throw-away authority and certificates of it; `undefined` where no openssl is at hand. */
export function testAuthority(name: string) {
  const folder = mkdtempSync(path.join(tmpdir(), 'baotu-tls-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  const read = (file: string) => readFileSync(path.join(folder, file), 'utf8')
  const key = (file: string) => run('genpkey', '-algorithm', 'ed25519', '-out', file)
  try {
    key('ca.key')
  } catch {
    return undefined
  }
  run('req', '-x509', '-key', 'ca.key', '-subj', `/CN=${name}`, '-days', '2', '-out', 'ca.pem')
  writeFileSync(path.join(folder, 'names'), 'subjectAltName=IP:127.0.0.1')
  const issue = (subject: string): TestIdentity => {
    key(`${subject}.key`)
    run('req', '-new', '-key', `${subject}.key`, '-subj', `/CN=${subject}`, '-out', 'request')
    const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2']
    run('x509', '-req', '-in', 'request', ...signer, '-extfile', 'names', '-out', `${subject}.pem`)
    return { key: read(`${subject}.key`), cert: read(`${subject}.pem`) }
  }
  return { certificate: read('ca.pem'), issue }
}
