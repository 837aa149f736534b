import { runParty } from '#runtime/process'
import { ConnectorConfig } from './config.ts'
import { startConnector } from './start.ts'

if (import.meta.main)
  await runParty({ name: 'connector', schema: ConnectorConfig, start: startConnector })
