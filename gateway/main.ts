import { runParty } from '#runtime/process'
import { GatewayConfig } from './config.ts'
import { startGateway } from './start.ts'

if (import.meta.main)
  await runParty({ name: 'gateway', schema: GatewayConfig, start: startGateway })
