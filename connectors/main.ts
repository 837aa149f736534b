import { runProgram } from '#runtime/process'
import { ConnectorConfig } from './config.ts'
import { startConnector } from './start.ts'

await runProgram({ name: 'connector', schema: ConnectorConfig, start: startConnector })
