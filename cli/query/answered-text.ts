import type { Product } from '#protocol/messages/product'
import type { Answered } from '#sdk/ask'
import type { Language } from '../language.ts'
import { answerJson } from './answer-json.ts'
import { answerTable, countGroups } from './answer-table.ts'

/** An answered question for stdout: the table and one summary line, or one JSON line. */
export function answeredText(
  answered: Answered,
  product: Product,
  { json, language }: { readonly json: boolean; readonly language: Language },
): string {
  const { answer, request, session, receipt } = answered
  if (json) {
    const { transcriptDigest: transcript } = session
    const evidence = receipt ?? null
    const table = answerJson(answer, product)
    return `${JSON.stringify({ request, transcript, evidence, answer: table })}\n`
  }
  return `${answerTable(answer, product, language)}${summaryLine(answered, language)}\n`
}

/** Groups released and withheld, and where the evidence is. */
export function summaryLine({ answer, request, receipt }: Answered, language: Language): string {
  const { released, withheld } = countGroups(answer)
  const name = request.slice(0, 'sha256-'.length + 12)
  const entry = receipt === undefined ? '' : `, #${receipt.index}`
  return language === 'zh'
    ? `披露 ${released} 组，不披露 ${withheld} 组；存证 ${name}…${entry}`
    : `${released} groups released, ${withheld} withheld; evidence ${name}…${entry}`
}
