import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')

/** Collects now: for tests that nothing which still has to happen hangs on a weak reference. */
export const collectGarbage: () => void = runInNewContext('gc')
