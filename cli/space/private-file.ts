import { chmod, open, readFile, rename, rm } from 'node:fs/promises'

/** Writes a file of mode 0600 in one step: a reader sees the old or the new text, never half. */
export async function writePrivate(file: string, text: string): Promise<void> {
  const next = `${file}.next`
  await rm(next, { force: true })
  {
    await using handle = await open(next, 'wx', 0o600)
    await handle.writeFile(text)
    await handle.sync()
  }
  await rename(next, file)
}

/** The text of a private file, made by `create` when there is none. Kept for ever after. */
export async function ensurePrivate(file: string, create: () => string): Promise<string> {
  const found = await readFile(file, 'utf8').catch(() => undefined)
  if (found !== undefined && found.length > 0) {
    await chmod(file, 0o600)
    return found
  }
  const text = create()
  await writePrivate(file, text)
  return text
}
