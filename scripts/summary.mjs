// Reads a tap report and prints `N passed, N failed` as its last line; fails where npm test did.
import { readFileSync } from 'node:fs'

const [, , file, status] = process.argv
// Colours would hide the closing line.
const text = readFileSync(file, 'utf8').replace(/\u001b\[[0-9;]*m/g, '')
const figure = (name) => Number([...text.matchAll(new RegExp(`${name}:?\\s+(\\d+)`, 'g'))].at(-1)?.[1] ?? 0)
const total = (name) => Number([...text.matchAll(new RegExp(`^# \\{.*?${name}: (\\d+)`, 'gm'))].at(-1)?.[1] ?? 0)
const passed = total('pass') || figure('pass')
let failed = total('fail') || figure('fail')
if (status !== '0' && failed === 0) failed = 1
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exit(status === '0' && failed === 0 && passed > 0 ? 0 : 1)
