import { runParty } from '#runtime/process'
import { AuthorityConfig } from './config.ts'
import { startAuthority } from './start.ts'

await runParty({ name: 'authority', schema: AuthorityConfig, start: startAuthority })
