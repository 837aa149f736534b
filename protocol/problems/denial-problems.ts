import type { PolicyRefusalCode } from '../policy-judgement.ts'
import { type WireProblem, wire } from './told.ts'

const ASK_PROVIDER = [
  '核对合约、场景、目的和所用列；需要时向数据提供方申请',
  'check contract, scenario, purpose and columns; ask the provider where needed',
] as const

/** A question that was judged and refused. What is said here holds no fact about data. */
export const DENIAL_PROBLEMS = {
  REQUEST_STALE: wire(
    403,
    ['请求的签署时间过早或在未来', 'the request was signed too long ago or in the future'],
    ['核对时钟后重新签署', 'check the clock and sign a new request'],
  ),
  CONTRACT_UNKNOWN: wire(
    403,
    ['没有此生效的数字合约', 'no such contract is in force'],
    ['核对合约标识', 'check the identifier of the contract'],
  ),
  CONTRACT_DIFFERS: wire(
    409,
    ['合约文本与所签摘要不同', 'the contract is not of the digest that was signed'],
    ['取得现行合约后重新签署请求', 'get the contract in force and sign a new request'],
  ),
  DENY_PROHIBITED: wire(403, ['被一条规则禁止', 'a rule prohibits this use'], ASK_PROVIDER),
  DENY_NO_PERMIT: wire(403, ['没有规则允许', 'no rule permits this use'], ASK_PROVIDER),
  DENY_UNSATISFIABLE_CONTROLS: wire(
    403,
    ['所要求的管控无法同时满足', 'the demanded controls cannot be kept together'],
    ['请策略所有方调整管控要求', 'ask the owners of the policies'],
  ),
  INDETERMINATE: wire(
    403,
    ['策略无效或其所依据的授权缺失', 'a policy is void or what it rests on is missing'],
    ['请策略所有方修正', 'ask the owner of the policy'],
  ),
  INDETERMINATE_D: wire(
    403,
    ['一条禁止规则无法判定', 'a prohibition could not be judged'],
    ['补全缺失的信息', 'supply what is missing'],
  ),
  INDETERMINATE_P: wire(
    403,
    ['一条允许规则无法判定', 'a permission could not be judged'],
    ['补全缺失的信息', 'supply what is missing'],
  ),
  PENDING_DUTY: wire(
    403,
    ['须先履行的义务尚未履行', 'a duty that comes first is not performed'],
    ['履行义务后重试', 'perform the duty, then ask again'],
  ),
  DENY_DATA_LEVEL: wire(
    403,
    ['数据分级不允许任何输出', 'the grade of the data allows no release'],
    ASK_PROVIDER,
  ),
  DENY_SHAPE: wire(
    403,
    ['分组、条件或指标超过策略上限', 'more groups, attributes or measures than policies allow'],
    ['缩小问题', 'ask a smaller question'],
  ),
  DENY_LIMIT: wire(
    403,
    ['额度已用尽', 'a budget is used up'],
    ['等待周期结束或向提供方申请额度', 'wait for the window to end or ask for more'],
  ),
  CHAIN_BROKEN: wire(
    403,
    ['链路不完整', 'a link of the chain is missing'],
    ['补全 places 列出的每一环', 'mend every link that places names'],
  ),
} as const satisfies Readonly<
  Record<PolicyRefusalCode | 'DENY_LIMIT' | 'CHAIN_BROKEN', WireProblem>
>
