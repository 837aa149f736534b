import t from 'tap'
import { decideOn, policiesOf, prepare, snapshotOf } from '../../bench/policies/baotu.ts'
import { cedarPreparsed } from '../../bench/policies/cedar.ts'
import { oracle, workload } from '../../bench/policies/workload.ts'
import { checkProperties, LAWS } from './properties.ts'

t.test('the laws of the profile hold over generated cases', async (t) => {
  const { cases, permits, violations } = checkProperties(2000)
  t.same(violations, [])
  t.ok(permits > cases / 20, `${permits} of ${cases} cases are permits, so the laws are not idle`)
  t.equal(Object.keys(LAWS).length, 11)
})

t.test('on the fragment that Cedar can say, Cedar decides the same', async (t) => {
  const { rules, requests } = workload(40, 11)
  const cedar = cedarPreparsed(rules)
  const snapshot = snapshotOf(policiesOf(rules))
  const differing = requests.slice(0, 500).filter((request) => {
    const permitted = decideOn(snapshot, prepare(request)).decision === 'permit'
    return permitted !== cedar(request) || permitted !== oracle(rules, request)
  })
  t.same(differing, [])
})
