import { runParty } from '#runtime/process'
import { ReleaseConfig } from './config.ts'
import { startRelease } from './start.ts'

if (import.meta.main)
  await runParty({ name: 'release', schema: ReleaseConfig, start: startRelease })
