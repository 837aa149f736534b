import type { Command } from './command.ts'
import { down } from './commands/down.ts'
import { helpCommand } from './commands/help.ts'
import { keysRotate } from './commands/keys-rotate.ts'
import { query } from './commands/query.ts'
import { spaceCheck } from './commands/space-check.ts'
import { status } from './commands/status.ts'
import { up } from './commands/up.ts'
import { evidence } from './evidence.ts'
import { policy } from './policy.ts'

/** Every command of `baotu`, in the order of its help. */
export const COMMANDS: readonly Command[] = [
  up,
  down,
  status,
  query,
  spaceCheck,
  keysRotate,
  policy,
  evidence,
  helpCommand(() => COMMANDS),
]
