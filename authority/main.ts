import { runParty } from '#runtime/process'
import { AuthorityConfig } from './config.ts'
import { startAuthority } from './start.ts'

if (import.meta.main)
  await runParty({ name: 'authority', schema: AuthorityConfig, start: startAuthority })
