import { randomBytes, generateKeyPairSync } from 'node:crypto'
import { openSync, writeSync, fdatasyncSync } from 'node:fs'
import { openStore } from '#runtime/store/open-store'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import { openEvidence } from '#evidence/log'
import { ed25519NoteSigner } from '#evidence/note-signer'
import { openFileGuard } from '#evidence/fork-guard'
import { systemClock } from '#runtime/clock'
import pg from 'pg'
const admin = new pg.Client('postgres://postgres@127.0.0.1:55433/postgres'); await admin.connect()
await admin.query('drop database if exists ev2 with (force)'); await admin.query('create database ev2'); await admin.end()
const db = await openStore<Record<string, never>>({ url: 'postgres://postgres@127.0.0.1:55433/ev2', party: 'bench', migrations: [EVIDENCE_MIGRATIONS] })
const signer = ed25519NoteSigner('gw.example/log', generateKeyPairSync('ed25519').privateKey)
const fd = openSync('/tmp/evpg/fsync', 'a'); const b = randomBytes(300)
let t = performance.now(); for (let i = 0; i < 2000; i++) { writeSync(fd, b); fdatasyncSync(fd) }
console.log('fsync/s', 2000 / (performance.now() - t) * 1e3)
const guard = await openFileGuard(`/tmp/evpg/g-${process.pid}`, 'gw.example/log')
await using a = await openEvidence({ db, spaceId: 'urn:x', signer, guard, clock: systemClock })
const d = `sha256-${'ab'.repeat(32)}`
const draft = { type: 'request.received' as const, actor: 'did:web:bank.example', request: d, consumer: 'did:web:bank.example', contract: d, reference: d }
for (const batch of [1, 10, 100, 1000]) {
  const rounds = batch === 1 ? 500 : Math.min(300, 60000 / batch)
  t = performance.now()
  for (let r = 0; r < rounds; r++) await Promise.all(Array.from({ length: batch }, () => a.record(draft)))
  console.log(batch, Math.round(rounds * batch / (performance.now() - t) * 1e3), '/s')
}
await db.destroy()
