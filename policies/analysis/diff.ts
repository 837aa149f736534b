import { PolicyError } from '../errors.ts'
import type { Policy } from '../policy.ts'
import { LAYERS, type Layer } from '../vocabulary-document.ts'
import { describeBox } from './box-words.ts'
import { type Loosening, looseningsBetween } from './loosening.ts'
import type { Box } from './normal-form.ts'
import { type Catalogue, intersect, pointIn, subtract } from './region.ts'
import {
  boxesOfAll,
  completed,
  type StudiedPolicy,
  type StudiedRule,
  Study,
  type Unit,
} from './study.ts'
import { type Witness, witnessAt } from './witness.ts'

/** Requests that one side permits and the other does not: an exact box, in words, with one of them. */
export interface ChangedBox {
  readonly layer: Layer
  readonly policy: string
  readonly rule: string
  readonly zh: readonly string[]
  readonly en: readonly string[]
  readonly witness: Witness
}

export interface PolicyDiff {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
  /** What only the new version permits. */
  readonly widened: readonly ChangedBox[]
  /** What only the old version permits. */
  readonly narrowed: readonly ChangedBox[]
  /** Requests that both permit, the new one under looser controls, limits or duties. */
  readonly loosened: readonly Loosening[]
}

/**
 * Compares two versions of a set of policies by meaning, not by text: exactly which combinations of
 * action, asset, assignee and facts became permitted, and which controls became looser. Ceiling
 * layers are compared as a whole, contracts and consents each under its own id, and the consents of
 * one subject together too, since a request need not name one. A prohibition of the platform that is lifted counts as widening. Throws `PolicyError` (`POLICY_TOO_COMPLEX`) where a
 * rule is beyond study: what was not compared is never called equal.
 */
export function diffPolicies(
  before: readonly Policy[],
  after: readonly Policy[],
  catalogue: Catalogue = {},
): PolicyDiff {
  const old = new Study(before, { catalogue })
  const next = new Study(after, { catalogue })
  for (const { rule } of [...old.tooComplex, ...next.tooComplex]) {
    const reason = 'falls into too many alternatives to be compared'
    throw new PolicyError({ code: 'POLICY_TOO_COMPLEX', pointer: rule.pointer, reason })
  }
  const units = unitsOf(old, next)
  return {
    ...changesById(before, after),
    widened: units.flatMap(({ was, is }) => newlyPermitted(was, is)),
    narrowed: units.flatMap(({ was, is }) => newlyPermitted(is, was)),
    loosened: units.flatMap(({ was, is }) => looseningsBetween(was, is)),
  }
}

function unitsOf(old: Study, next: Study): readonly { readonly was: Unit; readonly is: Unit }[] {
  const keys = new Set([...old.policies, ...next.policies].flatMap(unitKeys))
  return [...keys].sort(byLayer).flatMap((key) => {
    const [was, is] = [unitOf(key, old.policies), unitOf(key, next.policies)]
    // Of one consent alone nothing more is to be said than under its own id.
    return key.startsWith(TOGETHER) && consentsOf(was, is) < 2 ? [] : [{ was, is }]
  })
}

/** The consents of one subject, asked together. */
const TOGETHER = 'consent of '

function unitKeys({ policy }: StudiedPolicy): readonly string[] {
  const { layer, id, target = '' } = policy
  if (layer === 'consent') return [`consent ${id}`, TOGETHER + target]
  return [layer === 'contract' ? `${layer} ${id}` : layer]
}

function consentsOf(...units: readonly Unit[]): number {
  const rules = units.flatMap(({ permits, prohibitions }) => [...permits, ...prohibitions])
  return new Set(rules.map(({ policy }) => policy.id)).size
}

function byLayer(a: string, b: string): number {
  const rank = (key: string) => LAYERS.findIndex((layer) => key.startsWith(layer))
  return rank(a) - rank(b) || (a < b ? -1 : 1)
}

function unitOf(key: string, policies: readonly StudiedPolicy[]): Unit {
  const own = policies.filter((studied) => unitKeys(studied).includes(key))
  return {
    layer: LAYERS.find((layer) => key.startsWith(layer)) ?? 'platform',
    together: key.startsWith(TOGETHER),
    permits: own.flatMap(({ permits }) => permits),
    prohibitions: own.flatMap(({ prohibitions }) => prohibitions),
  }
}

function changesById(before: readonly Policy[], after: readonly Policy[]) {
  const old = new Map(before.map((policy) => [policy.id, policy.digest]))
  const next = new Map(after.map((policy) => [policy.id, policy.digest]))
  return {
    added: [...next.keys()].filter((id) => !old.has(id)),
    removed: [...old.keys()].filter((id) => !next.has(id)),
    changed: [...next]
      .filter(([id, digest]) => old.has(id) && old.get(id) !== digest)
      .map(([id]) => id),
  }
}

/** (permits − prohibitions) of the new side, less (permits − prohibitions) of the old side. */
function newlyPermitted(was: Unit, is: Unit): readonly ChangedBox[] {
  if (is.layer === 'platform') return liftedProhibitions(was, is)
  const forbiddenNow = boxesOfAll(is.prohibitions)
  const forbiddenBefore = boxesOfAll(was.prohibitions)
  const permittedBefore = boxesOfAll(was.permits)
  let told: readonly Box[] = []
  return is.permits.flatMap((permit) => {
    const now = subtract(subtract(permit.boxes, forbiddenNow), told)
    const never = subtract(now, permittedBefore)
    const lifted = subtract(intersect(now, forbiddenBefore), never)
    const fresh = [...never, ...disjoint(lifted)]
    told = [...told, ...fresh]
    return fresh.map((box) => changedBox(permit, box, is, was))
  })
}

function liftedProhibitions(was: Unit, is: Unit): readonly ChangedBox[] {
  const now = boxesOfAll(is.prohibitions)
  return was.prohibitions.flatMap((rule) =>
    subtract(rule.boxes, now).map((box) => changedBox(rule, box, is, was)),
  )
}

/** The same requests in boxes that do not overlap. */
function disjoint(boxes: readonly Box[]): readonly Box[] {
  return boxes.flatMap((box, at) => subtract([box], boxes.slice(0, at)))
}

function changedBox({ policy, rule }: StudiedRule, box: Box, is: Unit, was: Unit): ChangedBox {
  const point = completed(pointIn([box]) ?? new Map(), [...is.prohibitions, ...was.prohibitions])
  const { consent, ...open } = witnessAt(point, { policy, rule })
  return {
    layer: policy.layer,
    policy: policy.id,
    rule: rule.id,
    zh: describeBox(box, 'zh'),
    en: describeBox(box, 'en'),
    witness: is.together || consent === undefined ? open : { ...open, consent },
  }
}
