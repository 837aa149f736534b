/** What the verifier's command line says, in both languages. */
export const VERIFIER_WORDS = {
  zh: {
    usage: `用法: baotu evidence verify <文件夹> [选项]
  --policy <文件>   您自己掌握的信任策略（日志与见证方的公钥）；不给则用文件夹自带的
  --sm2 <文件>      您自己掌握的各日志国密公钥，每行一个；给出则要求检查点另有相应 SM2 签名
  --rules <文件>    每个结果必须具备的环节；不给则用文件夹自带的，没有则全部必备
  --receipt <文件>  您自己保存的回执（tlog-proof，可多次给出）：它所见的历史须与本日志一致
  --result <编号>   讲述一个结果的来龙去脉（结果摘要或水印编号）
  --lang zh|en      语言；不给则随系统
  --json            机器可读
例: baotu evidence verify ./证据包 --policy ./policy --result sha256-…`,
    log: (origin: string, size: number) => `日志 ${origin}：${size} 条记录`,
    witnessed: (names: string, size: number) => `  前 ${size} 条的见证方：${names}`,
    anchored: (chain: string, size: number) =>
      `  前 ${size} 条已锚定于 ${chain}，可凭检查点摘要向该链核实`,
    sm2: '  检查点另有 SM2 签名，已核验',
    results: (count: number) => `交付的结果 ${count} 个：`,
    noSuchResult: (id: string) => `证据中没有结果 ${id}`,
    broughtPolicy:
      '注意：公钥取自证据自带的策略文件，只能说明证据自身一致。请用 --policy 给出您从别处得到的策略。',
    noManifest: '注意：没有签名清单，日志之外的文件（名称、规则）未受保护。',
    absentLog: (origin: string) => `注意：策略所列日志 ${origin} 不在本文件夹中，其记录未知。`,
    waived: (links: string) => `注意：所用规则不要求这些环节：${links}`,
  },
  en: {
    usage: `Usage: baotu evidence verify <folder> [options]
  --policy <file>   your own trust policy (keys of logs and witnesses); else the folder's
  --sm2 <file>      SM2 keys of logs from your own hand, one a line; then their checkpoints must
                    bear that line too
  --rules <file>    links that each result must have; else the folder's; without any, all
  --receipt <file>  a receipt that you keep yourself (tlog-proof; any number): the history it was
                    given in must be the one of the log here
  --result <id>     tell how one result came about (its digest or a copy's watermark)
  --lang zh|en      language; else the system’s
  --json            for machines
Example: baotu evidence verify ./bundle --policy ./policy --result sha256-… --lang en`,
    log: (origin: string, size: number) => `Log ${origin}: ${size} records`,
    witnessed: (names: string, size: number) => `  the first ${size} witnessed by ${names}`,
    anchored: (chain: string, size: number) =>
      `  the first ${size} anchored in ${chain}: ask it for the checkpoint’s digest`,
    sm2: '  the checkpoint’s SM2 line verifies too',
    results: (count: number) => `Delivered results, ${count}:`,
    noSuchResult: (id: string) => `the evidence has no result ${id}`,
    broughtPolicy:
      'Note: the keys are those of the policy file that came with the evidence, so this shows only that it agrees with itself. Give the policy that you got elsewhere with --policy.',
    noManifest: 'Note: no signed manifest; files outside the logs (names, rules) are unprotected.',
    absentLog: (origin: string) =>
      `Note: log ${origin} of the policy is not in this folder; what it records is not known.`,
    waived: (links: string) => `Note: the rules used do not demand these links: ${links}`,
  },
} as const
