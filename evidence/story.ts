/** One result's story, step by step, for a reader who has never heard of a Merkle tree. Node only. */
import { cellsIn } from './asked.ts'
import type { Names } from './chain-rules.ts'
import type { Recorded } from './entry-index.ts'
import type { Finding } from './finding.ts'
import { describeFinding } from './finding-words.ts'
import type { Lineage } from './lineage.ts'
import { recordsOf } from './lineage-records.ts'
import { isLogOf } from './log-owner.ts'
import { day, moment } from './moment.ts'
import type { Opening } from './opening.ts'
import { questionLines, type Titles, titlesFor, withheldLines } from './story-question.ts'
import { STORY_WORDS, type StoryLanguage } from './story-words.ts'
import { visible } from './visible.ts'

export interface StoryParts {
  readonly lineage: Lineage
  readonly findings: readonly Finding[]
  readonly openings: ReadonlyMap<string, Opening>
  readonly names: Readonly<Record<string, Names>>
  readonly isReplayed: boolean
}

/** The story as lines of text. Every statement names the record that it rests on. */
export function tellStory(parts: StoryParts, language: StoryLanguage): string {
  const teller = new Teller(parts, language)
  return `${[...teller.lines()].map(visible).join('\n')}\n`
}

class Teller {
  readonly #parts: StoryParts
  readonly #language: StoryLanguage
  readonly #words: (typeof STORY_WORDS)[StoryLanguage]
  readonly #titles: Titles
  #step = 0

  constructor(parts: StoryParts, language: StoryLanguage) {
    this.#parts = parts
    this.#language = language
    this.#words = STORY_WORDS[language]
    this.#titles = titlesFor(parts.lineage, parts.names, language)
  }

  *lines(): Generator<string> {
    const { lineage, findings } = this.#parts
    const words = this.#words
    yield words.title(lineage.delivered.entry.result)
    yield findings.length === 0 ? words.verdictGood : words.verdictBad(findings.length)
    yield ''
    yield* this.#request()
    yield* this.#decision()
    yield* this.#session()
    yield* this.#release()
    yield* this.#delivery()
    yield ''
    yield* this.#defects()
    yield words.clock
  }

  *#request(): Generator<string> {
    const { received } = this.#parts.lineage
    if (received === undefined) return
    yield this.#dated(received, this.#words.asked(this.#name(received.entry.consumer)))
    const { plan } = this.#parts.lineage
    const reference = this.#revealed(received.entry.reference)
    yield indented(this.#words.underContract(this.#titled(received.entry.contract)))
    if (plan) yield indented(this.#words.forProduct(this.#titled(plan.entry.product)))
    yield indented(
      reference === undefined ? this.#words.referenceSealed : this.#words.reference(reference),
    )
    const { lineage, openings } = this.#parts
    for (const line of questionLines(lineage, openings, this.#titles, this.#language)) {
      yield indented(line)
    }
  }

  *#decision(): Generator<string> {
    const { decided, budgets } = this.#parts.lineage
    if (decided === undefined) return
    const { actor, decision, reason } = decided.entry
    yield this.#dated(
      decided,
      this.#words.decided(this.#name(actor), this.#words.decisions[decision] ?? decision),
    )
    for (const line of this.#authority()) yield indented(line)
    const why = reason === undefined ? undefined : this.#revealed(reason)
    if (why !== undefined) yield indented(this.#words.reason(why))
    for (const budget of budgets) {
      yield this.#dated(budget, this.#words.budget(budget.entry.units))
    }
  }

  *#authority(): Generator<string> {
    const { contract, products, grants, consents, policies, decided } = this.#parts.lineage
    const words = this.#words
    if (!contract?.issued) yield words.noContract
    else {
      const signers = contract.events.flatMap(({ entry }) =>
        'party' in entry ? [entry.party] : [],
      )
      yield words.contractFiled(this.#at(contract.issued), this.#list(signers))
      const ended = contract.events.find(({ entry }) => entry.type === 'contract.terminated')
      if (ended) yield words.contractEnded(this.#at(ended))
    }
    for (const product of products) {
      const { holder, datasets } = product.entry
      yield words.product(this.#at(product), this.#name(holder), datasets.length)
    }
    if (grants.length === 0) yield words.noGrant
    for (const { issued } of grants) {
      if (issued === undefined) continue
      const { issuers, until } = issued.entry
      yield words.grant(this.#at(issued), this.#list(issuers), day(until))
    }
    if (consents.length === 0 && decided?.entry.cohort !== 'SINGLE') yield words.noConsent
    for (const { issued } of consents) {
      if (issued) yield words.consent(this.#at(issued), day(issued.entry.until))
    }
    for (const { digest, issued, published } of policies) {
      if (issued) yield words.policy(this.#titled(digest), this.#at(issued))
      if (published) {
        yield words.policyBy(this.#name(published.entry.owner), this.#at(published))
      }
    }
  }

  *#session(): Generator<string> {
    const { transcript, transcripts, inputs, submitted, holders } = this.#parts.lineage
    const words = this.#words
    for (const { holder, decided, reserved } of holders) {
      if (decided) yield this.#dated(decided, words.holderAgreed(this.#name(holder)))
      if (reserved) yield this.#dated(reserved, words.holderReserved(this.#name(holder)))
    }
    if (transcript) {
      const roster = new Set(transcripts.flatMap(({ entry }) => entry.holders))
      yield this.#dated(transcript, words.session(this.#list([...roster])))
    }
    for (const input of inputs) {
      const { holder, ciphertexts } = input.entry
      yield this.#dated(input, words.submitted(this.#name(holder), ciphertexts.length))
    }
    for (const { holder, checked } of holders) {
      if (checked) yield this.#dated(checked, this.#holderChecked(holder, checked.entry.verdicts))
    }
    for (const own of submitted) {
      const { actor, datasets } = own.entry
      yield this.#dated(own, words.holderSays(this.#name(actor), datasets.length))
    }
  }

  #holderChecked(holder: string, digest: string): string {
    const verdicts = this.#revealed(digest)
    const who = this.#name(holder)
    if (verdicts === undefined) return this.#words.holderChecked(who)
    const digits = [...verdicts.matchAll(/"([01]+)"/g)].map(([, part = '']) => part).join('')
    const held = digits.replaceAll('1', '').length
    return this.#words.holderHeldBack(who, held, digits.length)
  }

  *#release(): Generator<string> {
    const { sealed, job, opened, delivered } = this.#parts.lineage
    const words = this.#words
    if (job?.finished) {
      const { actor, fuel } = job.finished.entry
      yield this.#dated(job.finished, words.jobRan(this.#name(actor), fuel))
    }
    for (const judged of job?.judged ?? []) {
      yield this.#dated(judged, words.judged(this.#name(judged.entry.actor)))
    }
    for (const record of sealed) {
      const { actor } = record.entry
      const isOwn = actor === opened?.entry.release && isLogOf(record.log, actor)
      const say = isOwn ? words.released : words.relayed
      yield this.#dated(record, say(this.#name(actor)))
    }
    const release = sealed.find(({ entry }) => entry.result === delivered.entry.result)
    if (release === undefined) return
    const { lineage, openings } = this.#parts
    const { verdicts } = release.entry
    const revealed = memberOf(openings.get(verdicts), 'verdicts')
    const cells = cellsIn(lineage, openings)
    for (const line of withheldLines(revealed, cells, this.#titles, this.#language)) {
      yield indented(line)
    }
    yield indented(this.#parts.isReplayed ? words.replayed : words.notReplayed)
  }

  *#delivery(): Generator<string> {
    const { delivered, acknowledged, metered } = this.#parts.lineage
    const words = this.#words
    yield this.#dated(delivered, words.delivered(this.#name(delivered.entry.recipient)))
    yield indented(words.watermark(delivered.entry.watermark))
    for (const record of acknowledged) {
      yield this.#dated(record, words.acknowledged(this.#name(record.entry.recipient)))
    }
    if (acknowledged.length === 0) yield indented(words.notAcknowledged)
    for (const record of metered) {
      const { units, purpose } = record.entry
      yield this.#dated(record, words.metered(units, words.purposes[purpose] ?? purpose))
    }
  }

  *#defects(): Generator<string> {
    const { findings, lineage } = this.#parts
    const own = new Set(recordsOf(lineage).map(({ log, index }) => `${log} ${index}`))
    const isOwn = ({ log, index }: Finding) => own.has(`${log} ${index}`)
    const groups = [
      [this.#words.aboutResult, findings.filter(isOwn)],
      [this.#words.aboutFolder, findings.filter((finding) => !isOwn(finding))],
    ] as const
    for (const [heading, some] of groups) {
      if (some.length > 0) yield heading
      for (const finding of some) yield indented(describeFinding(finding, this.#language))
    }
  }

  #dated(record: Recorded, text: string): string {
    this.#step += 1
    return `${this.#step}. ${moment(record.entry.at)}  ${text} [${this.#at(record)}]`
  }

  #at({ log, index }: Recorded): string {
    return `${log} ${this.#words.record(index)}`
  }

  #name(did: string): string {
    return this.#parts.names[did]?.[this.#language] ?? did
  }

  /** A contract, product or policy by the name that the reader was given, and its digest. */
  #titled(digest: string): string {
    const title = this.#parts.names[digest]?.[this.#language]
    return title === undefined ? digest : `${title} [${digest}]`
  }

  #list(dids: readonly string[]): string {
    return dids.map((did) => this.#name(did)).join(this.#words.listed)
  }

  #revealed(digest: string): string | undefined {
    const opening = this.#parts.openings.get(digest)
    return memberOf(opening, 'value') ?? memberOf(opening, 'reference')
  }
}

function memberOf(opening: Opening | undefined, name: string): string | undefined {
  try {
    const value: unknown = Object(JSON.parse(opening?.text ?? '{}'))[name]
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

function indented(line: string): string {
  return `     ${line}`
}
