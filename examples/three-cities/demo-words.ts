import type { Language } from '#cli/language'

const ZH = {
  start: '启动空间：主管部门、网关、发布机构、三市税务、社保，各为独立进程',
  question: (name: string) => `以银行身份提问：${name}`,
  withheld: (names: string) => `不披露的分组：${names}`,
  number: (group: string) => `同一个数，各方所见（${group}）`,
  gateway: (bytes: number) => `网关：密文 ${bytes} 字节`,
  release: '发布机构：加垫后的余数（取自封存给审计机构的副本）',
  bank: '银行：合计（元）',
  bureau: '各市税务局：仅本局自己的数据',
  evidence: '存证：由独立程序离线核验导出的文件',
  verified: '存证核验通过 evidence verified',
  stop: '停止全部进程',
  done: (seconds: string) => `完成，用时 ${seconds} 秒`,
}

const EN: typeof ZH = {
  start: 'Starting the space: authority, gateway, release authority, four bureaus, a process each',
  question: (name) => `The bank asks: ${name}`,
  withheld: (names) => `Withheld groups: ${names}`,
  number: (group) => `One number through everybody’s eyes (${group})`,
  gateway: (bytes) => `gateway: a ciphertext, ${bytes} bytes`,
  release: 'release authority: padded residues (from the copy sealed to the auditor)',
  bank: 'bank: the sum, CNY',
  bureau: 'each bureau: its own rows and nothing else',
  evidence: 'Evidence: exported files, checked offline by a separate program',
  verified: 'evidence verified',
  stop: 'Stopping every process',
  done: (seconds) => `Done in ${seconds} s`,
}

/** What the demonstration says. */
export const DEMO_WORDS: Readonly<Record<Language, typeof ZH>> = { zh: ZH, en: EN }
