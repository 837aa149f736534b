import { runParty } from '#runtime/process'
import { ReleaseConfig } from './config.ts'
import { startRelease } from './start.ts'

await runParty({ name: 'release', schema: ReleaseConfig, start: startRelease })
