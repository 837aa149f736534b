import { link, open, readFile, unlink } from 'node:fs/promises'

/**
 * The text of a file that only we may read; written first, whole and on disk, if it is not there.
 * Of many who do this at once all get the same text.
 */
export async function privateText(path: string, create: () => string): Promise<string> {
  const found = await readFile(path, 'utf8').catch(() => undefined)
  if (found !== undefined) return found
  drafts += 1
  const draft = `${path}.${process.pid}-${drafts}.draft`
  await writePrivately(draft, create())
  try {
    await link(draft, path)
  } catch (cause) {
    if (Reflect.get(Object(cause), 'code') !== 'EEXIST') throw cause
  } finally {
    await unlink(draft)
  }
  return await readFile(path, 'utf8')
}

let drafts = 0

async function writePrivately(path: string, text: string): Promise<void> {
  await using file = await open(path, 'w', 0o600)
  await file.writeFile(text)
  await file.sync()
}
