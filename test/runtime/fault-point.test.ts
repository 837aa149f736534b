import { spawnSync } from 'node:child_process'
import t from 'tap'
import { FAULT_POINTS, type FaultPoint } from '#runtime/fault-point'
import { killingAt } from '#test/support/killing'

const [first, second] = FAULT_POINTS
const program = `
  const { faultPoint } = await import('#runtime/fault-point')
  for (const name of ['${first}', '${second}', '${first}']) {
    faultPoint(name)
    process.stdout.write(name + ' ')
  }
`

function run(args: string[]) {
  const result = spawnSync(process.execPath, [...args, '--input-type=module', '-e', program])
  return {
    signal: result.signal,
    passed: result.stdout.toString().trim().split(' ').filter(Boolean),
  }
}

t.test('a process dies at the nth hit of the named point and nowhere else', async (t) => {
  const cases: [point: FaultPoint, nth: number, passed: string[]][] = [
    [first, 1, []],
    [second, 1, [first]],
    [first, 2, [first, second]],
  ]
  for (const [point, nth, passed] of cases) {
    t.same(run(killingAt(point, nth)), { signal: 'SIGKILL', passed }, `${point} ${nth}`)
  }
})

t.test('nobody listening, nothing happens', async (t) => {
  t.same(run([]), { signal: null, passed: [first, second, first] })
  t.same(run(killingAt(second, 2)), { signal: null, passed: [first, second, first] })
})

t.test('a name that is not on the list is refused', async (t) => {
  const url = new URL('../support/kill-at.ts?point=nowhere&nth=1', import.meta.url)
  t.same(run(['--import', url.href]), { signal: null, passed: [] })
})
