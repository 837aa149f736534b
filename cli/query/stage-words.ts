import type { QueryState } from '#protocol/messages/query-state'
import type { Language } from '../language.ts'

type Stage = QueryState['stage']

const WORDS: Readonly<Record<Stage, Readonly<Record<Language, string>>>> = {
  opening: { zh: '发布机构生成会话密钥', en: 'the release authority makes a session key' },
  advertising: { zh: '提供方按各自策略审核', en: 'holders judge by their own policies' },
  confirming: { zh: '各方核对并签署会话', en: 'everybody checks and signs the session' },
  computing: { zh: '提供方本地聚合并加密', en: 'holders aggregate and encrypt' },
  releasing: { zh: '发布机构逐组审查', en: 'the release authority judges every group' },
  released: { zh: '已发布', en: 'released' },
  acknowledged: { zh: '已签收', en: 'acknowledged' },
  refused: { zh: '已拒绝', en: 'refused' },
  void: { zh: '会话作废', en: 'void' },
}

/** What is going on while a question stands at a stage. */
export function stageWord(stage: Stage, language: Language): string {
  return WORDS[stage][language]
}
