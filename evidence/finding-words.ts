import type { Finding, FindingCode } from './finding.ts'
import type { StoryLanguage } from './story-words.ts'

/** What each finding means, for a reader who is no engineer. */
export const FINDING_WORDS: Readonly<Record<FindingCode, Readonly<Record<StoryLanguage, string>>>> =
  {
    CHECKPOINT_REFUSED: {
      zh: '日志的签名不成立',
      en: 'the log’s signature does not hold',
    },
    CHECKPOINT_MISMATCH: {
      zh: '记录与日志签过的总摘要不符',
      en: 'the records are not those the log signed for',
    },
    QUORUM_NOT_MET: {
      zh: '见证方不足',
      en: 'too few witnesses confirmed it',
    },
    HISTORY_SPLIT: {
      zh: '日志曾向他人出示另一份历史',
      en: 'the log showed someone else another history',
    },
    FILE_MISSING: { zh: '缺少文件', en: 'a file is missing' },
    FILE_ALTERED: { zh: '文件被改动', en: 'a file was altered' },
    FILE_UNEXPECTED: { zh: '多出来历不明的文件', en: 'a file that nothing vouches for' },
    TILE_ALTERED: { zh: '摘要文件被改动', en: 'a hash file was altered' },
    ENTRY_ALTERED: { zh: '记录被改动或伪造', en: 'a record was altered or forged' },
    ENTRY_MISSING: { zh: '记录缺失', en: 'a record is missing' },
    ENTRY_ADDED: { zh: '记录是后加的', en: 'a record was added' },
    ENTRY_MOVED: { zh: '记录被调换了位置', en: 'a record was moved' },
    ENTRY_MALFORMED: { zh: '记录无法读取', en: 'a record cannot be read' },
    RECEIPT_REFUSED: { zh: '回执不成立', en: 'a receipt does not hold' },
    LINK_MISSING: { zh: '缺少必要环节', en: 'a necessary step is missing' },
    LINK_NOT_IN_FORCE: { zh: '某环节当时无效', en: 'a step was not in force at the time' },
    LINK_DISAGREES: { zh: '前后记录互相矛盾', en: 'records contradict each other' },
    ANCHOR_DISAGREES: {
      zh: '锚定证明与日志记载不符',
      en: 'an anchor’s proof is not what the log records',
    },
    SUBMISSION_DIFFERS: {
      zh: '所提交的内容与记录不符',
      en: 'what a holder submitted is not what was recorded',
    },
    REPLAY_DIFFERS: { zh: '重新计算的结果与记录不同', en: 'recomputing gave something else' },
    OPENING_REFUSED: {
      zh: '所揭示的内容与记录的摘要不符',
      en: 'what is revealed is not what was recorded',
    },
  }

/** One finding as a line: what, where, and the code for whoever looks further. */
export function describeFinding(finding: Finding, language: StoryLanguage): string {
  const { code, log, index, file, detail } = finding
  const record = language === 'zh' ? `第 ${index} 号记录` : `record ${index}`
  const place = [log, index === undefined ? undefined : record, file]
  const where = place.filter((part) => part !== undefined).join(' · ')
  return `${FINDING_WORDS[code][language]} [${code}] ${where}${detail ? ` (${detail})` : ''}`
}
