import { runProgram } from '#runtime/process'
import { ReleaseConfig } from './config.ts'
import { startRelease } from './start.ts'

await runProgram({ name: 'release', schema: ReleaseConfig, start: startRelease })
