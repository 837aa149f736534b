import { Secret } from '#crypto/secret'

/** Runs `work` and says how many secrets were made meanwhile and how many are still readable. */
export async function watchSecrets(
  work: () => Promise<unknown>,
): Promise<{ readonly made: number; readonly alive: number }> {
  const { take } = Secret
  const secrets: Secret[] = []
  Secret.take = (bytes) => {
    const secret = take(bytes)
    secrets.push(secret)
    return secret
  }
  try {
    await work()
  } finally {
    Secret.take = take
  }
  return { made: secrets.length, alive: secrets.filter(isAlive).length }
}

function isAlive(secret: Secret): boolean {
  try {
    return secret.use(() => true)
  } catch {
    return false
  }
}
