const EXAMPLES = `  baotu evidence export examples/three-cities/space.json --out ./evidence
  baotu evidence export examples/three-cities/space.json --for regulator --ciphertexts
  baotu evidence verify ./evidence --policy ./policy
  baotu evidence verify ./evidence --policy ./policy --result sha256-... --lang zh
  baotu evidence records ./evidence --type request.decided --since 2026-11-01
  baotu evidence bundle ./evidence sha256-... --out ./bundle
  baotu evidence verifier --out ./verify.mjs
  baotu evidence splits examples/three-cities/space.json
  baotu evidence settle space.json --party jinan --log operator --keep held
`

/** Usage of `baotu evidence`, in both languages. */
export const EVIDENCE_HELP = {
  en: `baotu evidence export <space-file> [--for WHOM] [--recipient DID] [--ciphertexts] [--out DIR]
  [--state DIR] [--json]
baotu evidence verify <folder> [--policy FILE] [--sm2 FILE] [--rules FILE] [--receipt FILE]...
  [--result ID] [--json] [--lang zh|en]
baotu evidence lineage <folder> <result> [--policy FILE] [--json]
baotu evidence records <folder> [--type T]... [--actor DID] [--naming DIGEST] [--since TIME]
  [--until TIME] [--subject-key FILE] [--policy FILE] [--json] [--lang zh|en]
baotu evidence bundle <folder> <result> --out DIR [--policy FILE] [--key PEM --name ORIGIN]
baotu evidence verifier --out FILE
baotu evidence splits <space-file> [--party NAME] [--state DIR] [--json]
baotu evidence settle <space-file> --party NAME --log ORIGIN --keep held|shown [--split ID]

export writes the logs of all parties of a space that is up as files, to be copied anywhere; the
  trust policy to hold them to is written apart, for the auditor. Nothing behind a digest is opened
  unless --for says to whom, and every party that opens anything records it in its own log:
    public      nothing (without --for)
    auditor     which cells were withheld, the plan of each question, what the holders signed
    regulator   these, each request with its purpose and business reference, and what each
                holder’s own checks found
    NAME        one body of the space, by DID or short name: its own matters alone
  --recipient DID names the auditor or regulator, where it is not the space's auditor.
  --ciphertexts takes along what released sums were made of, as long as the gateway keeps it, so
  that verify recomputes them: about 92 KiB for each ciphertext of each holder.
verify checks exported evidence offline: signatures, one history, complete chains, replayed sums.
  --receipt FILE holds the log to a receipt that somebody kept, such as that of \`baotu query
  --receipt\`. With --result it tells how that result came about. With --sm2 each log named there
  must also have signed by its SM2 key. Exit code 0 only when nothing was found.
lineage shows dataset, product, contract, request and result with their records.
records lists records by time: of a type, by a party, about a digest (a policy, a contract, a
  request), from a day or time on and before another, in Beijing unless a zone is given. With a
  subject's key (64 hexadecimal digits in a file) it is that subject's own ledger: the consents it
  gave and each use of its data.
bundle cuts out everything that a dispute about one result needs, to be verified elsewhere; with
  --key its list of files is signed by that key (Ed25519, PKCS #8) under that log's name.
verifier writes verify as one program of one file: whoever has it and Node 24 checks a copied folder
  with \`node verify.mjs <folder>\` and needs nothing else. Get it from whom you trust, not from
  whom you check.
splits lists where a party was shown two histories of a log: sizes, roots, whose signatures hold.
  Until that is settled the party refuses work. settle says which history is true, the one held or
  the one shown, once a person has found out; the party’s own log records it for good, and every
  other split stays open. ORIGIN is a log’s name or its party’s. Both need a space that is up.
--policy is your own trust policy; without it the folder's is used, which shows only that the
  evidence agrees with itself. ID is a result's digest or the watermark of a copy.

${EXAMPLES}`,
  zh: `baotu evidence export <空间文件> [--for 读者] [--recipient DID] [--ciphertexts] [--out 目录]
  [--state 目录] [--json]
baotu evidence verify <文件夹> [--policy 文件] [--sm2 文件] [--rules 文件] [--receipt 文件]...
  [--result 编号] [--json] [--lang zh|en]
baotu evidence lineage <文件夹> <结果> [--policy 文件] [--json]
baotu evidence records <文件夹> [--type 类型]... [--actor DID] [--naming 摘要] [--since 时间]
  [--until 时间] [--subject-key 文件] [--policy 文件] [--json] [--lang zh|en]
baotu evidence bundle <文件夹> <结果> --out 目录 [--policy 文件] [--key PEM --name 日志名]
baotu evidence verifier --out 文件
baotu evidence splits <空间文件> [--party 名称] [--state 目录] [--json]
baotu evidence settle <空间文件> --party 名称 --log 日志名 --keep held|shown [--split 编号]

export 把运行中空间各方的日志写成文件，可复制到任何地方；核验所依据的信任策略另存，交给审计方。
  摘要背后的内容默认一概不开启；以 --for 指明读者才开启，开启的各方均在自己的日志中记录：
    public      不开启（不给 --for 时）
    auditor     哪些单元未放行、每个问题的计算方案、各提供方签署的提交
    regulator   上述各项，以及每个请求及其用途和业务参考号、各提供方自查的结果
    名称        空间的一方（DID 或短名）：只开启其自己的事项
  审计方或监管方不是空间文件所列审计方时，用 --recipient DID 指明。
  --ciphertexts 一并带上网关仍保存的密文，供 verify 重新求和：各提供方每份密文约 92 KiB。
verify 离线核验导出的证据：签名、历史唯一、链条完整、重新计算。--receipt 给出某方保存的回执（如
  \`baotu query --receipt\` 所存），核对日志是否就是当时出示的那份。给出 --result 则讲述该结果的
  来龙去脉。未发现任何问题时退出码才为 0。给出 --sm2 则其中各日志还须有 SM2 签名。
lineage 列出数据集、产品、合约、请求、结果及其记录号。
records 按时间列出记录：某类型、某方、涉及某摘要（策略、合约、请求）、自某日某时起及之前；未写时区
  即为北京时间。给出主体密钥（文件内 64 位十六进制数）则为该主体自己的账本：其所作同意及其数据的
  每次使用。
bundle 截取一个结果的争议所需的全部材料，供他处核验；给出 --key 则以该密钥（Ed25519，PKCS #8）
  按该日志名签署文件清单。
verifier 把 verify 写成单个程序文件：有此文件和 Node 24 的人用 \`node verify.mjs <文件夹>\` 即可核验
  复制来的文件夹，不需其他任何东西。请从您信任的一方取得，不要从被核验的一方取得。
splits 列出哪一方见到了某日志的两份历史：条数、根、成立的签名；了结之前该方拒绝工作。
settle 由人查明后指定哪一份为真（所持 held 或所示 shown）；该方日志永久记下此举，其他分裂不受影响。
  日志名也可写其所属方的名称。二者都需要空间在运行。
--policy 是您自己掌握的信任策略；不给则用文件夹自带的，只能说明证据自身一致。编号为结果摘要或
  某一副本的水印。

${EXAMPLES}`,
} as const
