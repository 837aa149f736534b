// A preload module: `node --import 'kill-at.ts?point=<name>&nth=<n>'` kills its process, as
// `kill -9` does, when the named fault point is reached for the nth time.
import { subscribe } from 'node:diagnostics_channel'
import { FAULT_CHANNEL, FAULT_POINTS } from '#runtime/fault-point'

const { searchParams } = new URL(import.meta.url)
const point = FAULT_POINTS.find((name) => name === searchParams.get('point'))
const nth = Number(searchParams.get('nth'))
if (!point || !(nth >= 1)) throw new Error('kill-at needs a known point and nth from 1')

let hits = 0
subscribe(FAULT_CHANNEL, (name) => {
  if (name !== point) return
  hits += 1
  if (hits === nth) process.kill(process.pid, 'SIGKILL')
})
