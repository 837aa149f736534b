import path from 'node:path'
import type { JsonValue } from '#crypto/json-value'
import type { AnchorReference } from '#runtime/party-config'
import type { Space } from './load-space.ts'
import { shortName } from './short-name.ts'

/**
 * What a space file tells a party to do with its log, for the party's configuration. Each publishes
 * into a folder of its own; a file of anchors is one for all.
 */
export function logKeeping(
  { file, resolve }: Space,
  did: string,
): { readonly [key: string]: JsonValue } {
  const { publish, anchor } = file
  const folder = publish && path.join(resolve(publish.folder), shortName(did))
  return {
    ...(publish && folder && { publish: { ...publish, folder } }),
    ...(anchor && { anchor: resolvedAnchor(anchor, resolve) }),
    ...logTerms(file),
  }
}

/** Of this, what every replica of a party has to do alike. */
export function logTerms({ sm2, witnessKey, disclosableDays }: Space['file']): {
  readonly [key: string]: JsonValue
} {
  return {
    ...(sm2 !== undefined && { sm2 }),
    ...(witnessKey && { witnessKey }),
    ...(disclosableDays && { disclosableDays }),
  }
}

function resolvedAnchor(anchor: AnchorReference, resolve: Space['resolve']): JsonValue {
  if ('file' in anchor) return { ...anchor, file: resolve(anchor.file) }
  const { tls, ...others } = anchor
  if (tls === undefined) return others
  return { ...others, tls: { cert: resolve(tls.cert), key: resolve(tls.key), ca: resolve(tls.ca) } }
}
