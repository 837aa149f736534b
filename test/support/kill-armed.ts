// A preload module: `node --import 'kill-armed.ts?file=<path>'` kills its process, as `kill -9`
// does, at the fault point that the file names: `<point> <nth>`. The file may come and change while
// the process runs; of several processes that share it, one takes it and dies. Beside it
// `<path>.<pid>.reached` lists the fault points that this process came by.
import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { FAULT_CHANNEL } from '#runtime/fault-point'

const file = new URL(import.meta.url).searchParams.get('file')
if (!file) throw new Error('kill-armed needs a file')

const hits = new Map<string, number>()

const noted = new Set<unknown>()

subscribe(FAULT_CHANNEL, (reached) => {
  if (!noted.has(reached)) appendFileSync(`${file}.${process.pid}.reached`, `${reached}\n`)
  noted.add(reached)
  if (!existsSync(file)) return
  const armed = readFileSync(file, 'utf8')
  const [point, nth] = armed.split(' ')
  if (point !== reached) return
  const count = (hits.get(armed) ?? 0) + 1
  hits.set(armed, count)
  if (count >= Number(nth) && isMine(file)) process.kill(process.pid, 'SIGKILL')
})

// The arm goes before the process does, so that it may be started again.
function isMine(armed: string): boolean {
  const taken = `${armed}.${process.pid}`
  try {
    renameSync(armed, taken)
    rmSync(taken)
    return true
  } catch {
    return false
  }
}
