import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { cosigner, ed25519NoteSigner } from '#evidence/note-signer'
import { parseTrustPolicy } from '#evidence/trust-policy'
import { trustPolicyText } from '#evidence/trust-policy-text'
import { madeKey } from './made-log.ts'

const log = ed25519NoteSigner('log.example', madeKey('log')).verifier.vkey
const key = (name: string) => cosigner(`${name}.example`, madeKey(name)).verifier.vkey
const [x1, x2, x3, y1, y2] = ['x1', 'x2', 'x3', 'y1', 'y2'].map(key)

// The example of C2SP tlog-policy, with keys.
const EXAMPLE = `
log ${log} https://log.example/
# witnesses of one organisation
witness X1 ${x1}
witness X2 ${x2} https://x2.example/
\twitness X3 ${x3}
group X-witnesses 2 X1 X2 X3

witness Y1 ${y1}
witness Y2 ${y2}
group Y-witnesses any Y1 Y2

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`

t.test('the quorum of the specification’s example', async (t) => {
  const policy = parseTrustPolicy(EXAMPLE)
  t.strictSame(
    policy.logs.map(({ vkey }) => vkey),
    [log],
  )
  t.equal(policy.witnesses.length, 5)
  const cases: [(string | undefined)[], boolean][] = [
    [[x1, x2, y1], true],
    [[x1, x3, y2], true],
    [[x1, x2, x3], false],
    [[x1, y1, y2], false],
    [[], false],
  ]
  for (const [cosigned, isEnough] of cases) {
    const set = new Set(cosigned.filter((vkey) => vkey !== undefined))
    t.equal(policy.isQuorum(set), isEnough)
  }
  t.ok(parseTrustPolicy(`log ${log}\nquorum none\n`).isQuorum(new Set()))
})

t.test('anything the format does not allow is refused with its line', async (t) => {
  const postQuantum = generateKeyPairSync('ml-dsa-44')
  const vkey = cosigner('x1.example', postQuantum.privateKey).verifier.vkey
  t.resolves(async () => parseTrustPolicy(`witness A ${vkey}\nquorum A`))
  const bad: [string, string, number][] = [
    ['no quorum', `log ${log}`, 1],
    ['two quorums', 'quorum none\nquorum none', 2],
    ['undefined quorum', 'quorum A', 1],
    ['unknown keyword', 'trust everybody\nquorum none', 1],
    ['a witness key for a log', `log ${x1}\nquorum none`, 1],
    ['a log key for a witness', `witness A ${log}\nquorum none`, 1],
    ['a duplicate log', `log ${log}\nlog ${log}\nquorum none`, 2],
    ['one key under two names', `witness A ${x1}\nwitness B ${x1}\nquorum none`, 2],
    ['a name taken', `witness A ${x1}\nwitness A ${x2}\nquorum none`, 2],
    ['the name none', `witness none ${x1}\nquorum none`, 1],
    ['a forward reference', `group G any A\nwitness A ${x1}\nquorum G`, 1],
    ['a member used twice', `witness A ${x1}\ngroup G 2 A A\nquorum G`, 2],
    ['a member of two groups', `witness A ${x1}\ngroup G any A\ngroup H any A\nquorum G`, 3],
    ['a threshold too high', `witness A ${x1}\ngroup G 2 A\nquorum G`, 2],
    ['a threshold of zero', `witness A ${x1}\ngroup G 0 A\nquorum G`, 2],
    ['an empty group', `group G any\nquorum G`, 1],
    ['a broken key', `log ${log.replace('A', 'B')}\nquorum none`, 1],
    ['a carriage return', 'quorum none\r\n', 1],
    ['words too many', `log ${log} https://log.example/ more\nquorum none`, 1],
  ]
  for (const [name, text, line] of bad) {
    const message = new RegExp(`line ${line}:`)
    t.throws(() => parseTrustPolicy(text), { code: 'TRUST_POLICY_MALFORMED', message }, name)
  }
})

t.test('a policy written by us reads as it was meant', async (t) => {
  const witnesses = [
    { name: 'x1', vkey: x1 ?? '' },
    { name: 'x2', vkey: x2 ?? '' },
  ]
  const enough = (quorum: 'none' | 'any' | 'all' | number, ...cosigned: string[]) =>
    parseTrustPolicy(trustPolicyText([log], witnesses, quorum)).isQuorum(new Set(cosigned))
  t.ok(parseTrustPolicy(trustPolicyText([log])).isQuorum(new Set()))
  t.ok(enough('none'))
  t.ok(enough('any', x1 ?? ''))
  t.notOk(enough('any'))
  t.notOk(enough('all', x1 ?? ''))
  t.notOk(enough(2, x1 ?? ''))
  t.ok(enough(2, x1 ?? '', x2 ?? ''))
})
