import { runParty } from '#runtime/process'
import { ConnectorConfig } from './config.ts'
import { startConnector } from './start.ts'

await runParty({ name: 'connector', schema: ConnectorConfig, start: startConnector })
