import type { ChainLink } from './chain-rules.ts'

/** The words of the story in both languages; a key missing in one does not compile. */
const zh = {
  title: (result: string) => `结果 ${result} 的来龙去脉`,
  asked: (who: string) => `${who} 提出请求。`,
  underContract: (contract: string) => `所依数字合约：${contract}`,
  reference: (value: string) => `业务参考号：${value}`,
  referenceSealed: '业务参考号：只记有加盐摘要，本包未向本读者开启。',
  forProduct: (product: string) => `所用数据产品：${product}`,
  decided: (who: string, decision: string) => `${who} 作出决定：${decision}。`,
  decisions: {
    ALLOWED: '允许',
    PERMIT: '允许',
    CONDITIONAL: '有条件允许',
    DENIED: '拒绝',
    DEFAULT_DENIED: '默认拒绝',
  } as Readonly<Record<string, string>>,
  contractFiled: (at: string, signed: string) => `合约已备案（${at}），签署方：${signed}`,
  contractEnded: (at: string) => `合约其后终止（${at}）`,
  grant: (at: string, issuers: string, until: string) =>
    `授权（${at}）：由 ${issuers} 授予，有效期至 ${until}`,
  consent: (at: string, until: string) => `主体授权同意（${at}）：有效期至 ${until}`,
  policy: (policy: string, at: string) => `依据的策略：${policy}，当时有效（${at}）`,
  policyBy: (who: string, at: string) => `该策略由 ${who} 发布（${at}）`,
  product: (at: string, who: string, datasets: number) =>
    `数据产品（${at}）：由 ${who} 发布，含 ${datasets} 个数据集`,
  reason: (value: string) => `理由：${value}`,
  budget: (units: number) => `预留预算 ${units} 单位。`,
  holderAgreed: (who: string) => `${who} 按自己的策略判断后同意参与（其自己的日志）。`,
  holderReserved: (who: string) => `${who} 在自己的台账中预留预算（其自己的日志）。`,
  holderChecked: (who: string) =>
    `${who} 对自己的各组作了披露检查，结论已封存，本包未向本读者开启。`,
  holderHeldBack: (who: string, held: number, groups: number) =>
    `${who} 对自己的 ${groups} 组作了披露检查，其中 ${held} 组不予放行。`,
  session: (who: string) => `各方就同一会话记录签名；参与的数据提供方：${who}。`,
  submitted: (who: string, ciphertexts: number) => `${who} 提交密文 ${ciphertexts} 份。`,
  holderSays: (who: string, datasets: number) =>
    `${who} 自己的日志记有同一次提交，用到 ${datasets} 个数据集。`,
  jobRan: (who: string, fuel: number) => `已登记的沙箱作业由 ${who} 在域内运行完毕，用量 ${fuel}。`,
  judged: (who: string) => `${who} 对输出作了披露检查。`,
  noGrant: '没有记录授权。',
  noContract: '没有记录合约的备案与签署。',
  noConsent: '所问为众多主体的汇总，不涉及单个主体的授权同意。',
  released: (who: string) => `${who} 依据已签名的输入重新计算并按规则放行（其自己的日志）。`,
  relayed: (who: string) => `${who} 记录并转交了这次放行。`,
  replayed: '已用保存的密文重新计算，与记录一致。',
  notReplayed: '未重新计算（本包没有全部密文或没有记录总和）。',
  delivered: (who: string) => `结果交付给 ${who}。`,
  watermark: (mark: string) => `该副本的水印编号：${mark}`,
  acknowledged: (who: string) => `${who} 确认收到。`,
  notAcknowledged: '没有收件确认的记录。',
  metered: (units: number, purpose: string) => `计量 ${units} 次，用途：${purpose}。`,
  purposes: { AGGREGATE: '汇总统计' } as Readonly<Record<string, string>>,
  record: (index: number) => `第 ${index} 号记录`,
  unrecorded: '没有记录',
  verdictGood: '结论：记录完整，前后一致，未发现任何改动、缺失或伪造。',
  verdictBad: (count: number) => `结论：发现 ${count} 处问题。`,
  aboutResult: '与本结果有关的问题：',
  aboutFolder: '整份证据的其他问题：',
  clock: '时间为各方所述，北京时间（UTC+8）。',
  listed: '、',
  links: {
    contract: '合约备案与签署',
    product: '数据产品发布',
    grant: '授权',
    policy: '策略启用',
    budget: '预算预留',
    holder: '数据提供方自己的日志',
    release: '发布机构自己的日志',
    review: '人工复核',
    meter: '计量',
  } as Readonly<Record<ChainLink, string>>,
} as const

type Words = { readonly [K in keyof typeof zh]: Loose<(typeof zh)[K]> }
type Loose<T> = T extends (...args: infer A) => string
  ? (...args: A) => string
  : T extends string
    ? string
    : T

const en: Words = {
  title: (result) => `How result ${result} came about`,
  asked: (who) => `${who} asked.`,
  underContract: (contract) => `Under contract ${contract}`,
  reference: (value) => `Business reference: ${value}`,
  referenceSealed:
    'Business reference: only a salted digest is recorded; this folder does not open it.',
  forProduct: (product) => `Data product used: ${product}`,
  decided: (who, decision) => `${who} decided: ${decision}.`,
  decisions: {
    ALLOWED: 'allowed',
    PERMIT: 'allowed',
    CONDITIONAL: 'allowed on conditions',
    DENIED: 'denied',
    DEFAULT_DENIED: 'denied by default',
  },
  contractFiled: (at, signed) => `Contract filed (${at}), signed by ${signed}`,
  contractEnded: (at) => `Contract terminated later (${at})`,
  grant: (at, issuers, until) =>
    `Authorisation (${at}): granted by ${issuers}, valid until ${until}`,
  consent: (at, until) => `Consent of the subject (${at}): valid until ${until}`,
  policy: (policy, at) => `Under policy ${policy}, in force at the time (${at})`,
  policyBy: (who, at) => `That policy was published by ${who} (${at})`,
  product: (at, who, datasets) =>
    `Data product (${at}): published by ${who}, ${datasets} dataset(s)`,
  reason: (value) => `Reason: ${value}`,
  budget: (units) => `Budget reserved: ${units} unit(s).`,
  holderAgreed: (who) => `${who} judged by its own policies and agreed to take part (own log).`,
  holderReserved: (who) => `${who} reserved budget in its own ledger (own log).`,
  holderChecked: (who) =>
    `${who} checked the disclosure of its own groups; its verdicts are sealed to this reader.`,
  holderHeldBack: (who, held, groups) =>
    `${who} checked the disclosure of its own ${groups} groups and held back ${held}.`,
  session: (who) => `All parties signed one session transcript; data holders taking part: ${who}.`,
  submitted: (who, ciphertexts) => `${who} submitted ${ciphertexts} ciphertext(s).`,
  holderSays: (who, datasets) =>
    `The own log of ${who} records the same submission, made from ${datasets} dataset(s).`,
  jobRan: (who, fuel) => `${who} ran the registered sandbox job inside its domain, fuel ${fuel}.`,
  judged: (who) => `${who} judged the output’s disclosure.`,
  noGrant: 'No authorisation is recorded.',
  noContract: 'No filing or signing of the contract is recorded.',
  noConsent: 'The question is about many subjects together; no single subject had to consent.',
  released: (who) =>
    `${who} recomputed the sums from the signed inputs and released what the rules allow (own log).`,
  relayed: (who) => `${who} recorded this release and passed it on.`,
  replayed: 'Recomputed from the stored ciphertexts: equal to the record.',
  notReplayed: 'Not recomputed (the folder lacks ciphertexts, or no sum was recorded).',
  delivered: (who) => `The result was delivered to ${who}.`,
  watermark: (mark) => `Watermark of this copy: ${mark}`,
  acknowledged: (who) => `${who} acknowledged receipt.`,
  notAcknowledged: 'No acknowledgement of receipt is recorded.',
  metered: (units, purpose) => `Metered: ${units} use(s), purpose: ${purpose}.`,
  purposes: { AGGREGATE: 'grouped statistics' },
  record: (index) => `record ${index}`,
  unrecorded: 'not recorded',
  verdictGood:
    'Conclusion: the records are complete and agree with each other; nothing was found altered, missing or forged.',
  verdictBad: (count) => `Conclusion: ${count} defect(s) found.`,
  aboutResult: 'Defects that concern this result:',
  aboutFolder: 'Other defects of the evidence as a whole:',
  clock: 'Times are as each party stated them, Beijing time (UTC+8).',
  listed: ', ',
  links: {
    contract: 'contract filed and signed',
    product: 'data product published',
    grant: 'authorisation',
    policy: 'policy enabled',
    budget: 'budget reserved',
    holder: 'the data holder’s own log',
    release: 'the release authority’s own log',
    review: 'review by a person',
    meter: 'metering',
  },
}

export type StoryLanguage = 'zh' | 'en'
export const STORY_WORDS: Readonly<Record<StoryLanguage, Words>> = { zh, en }
