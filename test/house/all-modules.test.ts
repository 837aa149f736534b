import path from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { filesBelow, PROJECT_ROOT } from '#test/support/import-graph'

// Worker entries talk to a parent that is not there; the tests of their pools run them.
const WORKER = /-(cell|worker)\.ts$/
// A party's main is its process: importing it starts it.
const OUTSIDE = /^(test|scripts)\/|^[a-z]+\/main\.ts$/

const modules = filesBelow(PROJECT_ROOT, '').filter((file) => {
  return file.endsWith('.ts') && !OUTSIDE.test(file) && !WORKER.test(file)
})

t.test('every module loads, and loading one starts nothing', async (t) => {
  t.ok(modules.length > 60)
  const before = process.getActiveResourcesInfo().length
  for (const file of modules) {
    const loaded = await import(pathToFileURL(path.join(PROJECT_ROOT, file)).href)
    t.type(loaded, 'object', file)
  }
  const left = process.getActiveResourcesInfo().filter((kind) => kind !== 'Timeout').length
  t.ok(left <= before + 2, `no socket, no file, no worker stays open (${left})`)
})
