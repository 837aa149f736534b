/** The help of `baotu policy`, executed example by example in the tests. */
export const POLICY_HELP = {
  en: `baotu policy lint <file|folder>... [--all] [--strict] [--catalogue FILE] [--now INSTANT] [--days N]
baotu policy test <file|folder>... [--update] [--survivors]
baotu policy explain --policies FILE... --request FILE [--audience provider|consumer]
baotu policy explain --test FILE --case NAME [--audience provider|consumer]
baotu policy diff <before> <after> [--approved-by DID]...
baotu policy replay <records>... --active FILE... --draft FILE... [--flips N]
baotu policy shadow <records|-> --active FILE... --draft FILE...
baotu policy convert <file> [--from policy|national] [--to canonical|national]
baotu policy schema

Every command takes --json and --lang zh|en.

lint finds what a policy cannot mean: contradictions, rules that never apply, authority wider than
  its ceiling, missing ends, consents and evidence; each finding with a request that shows it.
test runs *.policytest.json, and counts which rules, constraints and small mistakes it notices.
explain decides one request and says which rule and which constraint decided.
diff says exactly what a new version permits that the old one did not, and which terms got looser;
  it fails unless two different people approve.
replay decides recorded requests (one JSON object per line) under a draft and counts what turns;
  a draft is laid over the active policies, by id.
shadow answers requests from the active set and notes beside each what the draft would have said.
convert writes canonical form, or the national dictionaries TC609-6-2025-14/-15, and back.
schema prints the JSON Schema of policies.

Exit code: 0 fine, 1 findings or failures, 2 a mistake in the command or a file, 3 refused (explain).

  baotu policy lint policies/library
  baotu policy test policies/library --lang zh
  baotu policy explain --test policies/library/platform-guard.policytest.json --case "core data"
  baotu policy convert policies/library/secret-scorecard.json --to national
`,
  zh: `baotu policy lint <文件|文件夹>... [--all] [--strict] [--catalogue 文件] [--now 时刻] [--days 天数]
baotu policy test <文件|文件夹>... [--update] [--survivors]
baotu policy explain --policies 文件... --request 文件 [--audience provider|consumer]
baotu policy explain --test 文件 --case 名称 [--audience provider|consumer]
baotu policy diff <旧版> <新版> [--approved-by DID]...
baotu policy replay <记录>... --active 文件... --draft 文件... [--flips 条数]
baotu policy shadow <记录|-> --active 文件... --draft 文件...
baotu policy convert <文件> [--from policy|national] [--to canonical|national]
baotu policy schema

每个命令都可加 --json 与 --lang zh|en。

lint 找出策略说不通之处：自相矛盾、永不生效、宽于上位授权、缺截止日期、缺主体授权、缺存证；
  每一项都附一个可以重现的请求。
test 运行 *.policytest.json，并统计它覆盖了哪些规则、约束，能发现多少小错误。
explain 裁决一个请求，说明由哪条规则、哪项约束决定。
diff 精确说明新版多许可了什么、哪些要求放宽了；须有两人分别批准，否则失败。
replay 用草案重新裁决已记录的请求（每行一个 JSON 对象），统计哪些答复会改变；草案按 id 覆盖现行策略。
shadow 按现行策略答复请求，并在旁边注明草案会如何答复。
convert 转为规范形式，或转为国家字典 TC609-6-2025-14/-15，亦可转回。
schema 输出策略的 JSON Schema。

退出码：0 正常，1 有发现或未通过，2 命令或文件有误，3 被拒绝（explain）。

  baotu policy lint policies/library
  baotu policy test policies/library --lang zh
  baotu policy explain --test policies/library/platform-guard.policytest.json --case "core data"
  baotu policy convert policies/library/secret-scorecard.json --to national
`,
} as const
