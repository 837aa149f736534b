import type { Role } from '#protocol/messages/directory'

/** Every active participant of the space. */
export const EVERYBODY: readonly Role[] = [
  ...(['consumer', 'holder', 'release', 'auditor', 'authority', 'gateway'] as const),
]
