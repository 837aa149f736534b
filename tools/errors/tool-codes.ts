import { type Told, told } from '#protocol/problems/told'

const MEND_SPACE = ['按所示行列改正空间文件', 'mend the space file at the place shown'] as const
const NAME_IT = ['在查询文件中写明', 'name it in the query file'] as const
const SEE_HELP = ['见 `--help`', 'see `--help`'] as const

/** Codes of the command line. */
export const TOOL_CODES: Readonly<Record<string, Told>> = {
  CITY_SIZE_REJECTED: told(['规模不正确', 'the size is refused'], SEE_HELP),
  CITY_TABLE_UNKNOWN: told(['没有此表', 'there is no such table'], SEE_HELP),
  CITY_UNKNOWN: told(['没有此城市', 'there is no such city'], SEE_HELP),
  CITY_USAGE: told(['参数不正确', 'the arguments are wrong'], SEE_HELP),
  CLI_USAGE: told(['命令行参数不正确', 'the command line is wrong'], SEE_HELP),
  PARTY_NOT_READY: told(
    ['一方未能启动', 'a party did not come up'],
    ['见 parties.log', 'see parties.log in the state folder'],
  ),
  QUESTION_CONTRACT_UNCLEAR: told(['合约不唯一', 'more than one contract fits'], NAME_IT),
  QUESTION_CONTRACT_UNKNOWN: told(['没有此合约', 'there is no such contract'], NAME_IT),
  QUESTION_PRODUCT_UNCLEAR: told(['产品不唯一', 'more than one product fits'], NAME_IT),
  QUESTION_PRODUCT_UNKNOWN: told(['没有此产品', 'there is no such product'], NAME_IT),
  SPACE_DID_TWICE: told(['标识重复', 'a DID is given twice'], MEND_SPACE),
  SPACE_FILE_MISSING: told(['文件不存在', 'a file is missing'], MEND_SPACE),
  SPACE_HOLDER_MISSING: told(
    ['名单中的提供方未描述', 'a holder of a roster is not described'],
    MEND_SPACE,
  ),
  SPACE_INVALID: told(['空间文件无效', 'the space file is not valid'], MEND_SPACE),
  SPACE_MAPPING_INVALID: told(
    ['映射与产品不符', 'a mapping does not fit its product'],
    ['改正所示映射文件', 'mend the mapping named'],
  ),
  SPACE_NOT_UP: told(
    ['空间未启动', 'the space is not up'],
    ['先运行 `baotu up`', 'run `baotu up` first'],
  ),
  SPACE_PART_UNKNOWN: told(['产品没有此部分', 'the product has no such part'], MEND_SPACE),
  SPACE_POLICY_INVALID: told(['策略无法加载', 'a policy cannot be loaded'], MEND_SPACE),
  SPACE_PORTS_TOO_FEW: told(['端口不足', 'there are too few ports'], MEND_SPACE),
  SPACE_PRODUCT_TWICE: told(['产品重复', 'a product is given twice'], MEND_SPACE),
  SPACE_PRODUCT_UNKNOWN: told(['没有此产品', 'there is no such product'], MEND_SPACE),
  SPACE_ROSTER_WITHOUT_HOLDER: told(
    ['名单缺少提供方', 'a roster names nobody described'],
    MEND_SPACE,
  ),
  SPACE_SOURCE_MISSING: told(['缺少数据源', 'a source is missing'], MEND_SPACE),
  SPACE_SOURCE_TWICE: told(['数据源重复', 'a source is given twice'], MEND_SPACE),
  STATE_IN_USE: told(
    ['状态目录正在使用', 'the state folder is in use'],
    ['先停止该空间', 'stop that space first'],
  ),
  STATE_OF_ANOTHER_SPACE: told(
    ['状态目录属于另一空间', 'the state folder is of another space'],
    ['使用另一目录', 'use another folder'],
  ),
  STATE_OPEN_TO_OTHERS: told(
    ['状态目录对他人可读', 'others may open the state folder'],
    ['执行 `chmod 700`', 'run `chmod 700` on it'],
  ),
}
