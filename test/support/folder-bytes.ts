import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The bytes of every file below a folder, one after the other. */
export function folderBytes(folder: string): Buffer {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  return Buffer.concat(
    files
      .filter((file) => file.isFile())
      .flatMap((file) => [readFileSync(path.join(file.parentPath, file.name)), Buffer.from('\n')]),
  )
}
