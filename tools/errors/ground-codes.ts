import { type Told, told } from '#protocol/problems/told'

const TELL_DEVELOPERS = ['这是程序缺陷，请报告', 'a fault of the program: report it'] as const
const TELL_PEER = ['请对方核对其版本', 'ask the other side to check its version'] as const
const MEND_FILE = ['按所示行列改正文件', 'mend the file at the line and column shown'] as const
const MEND_JSON = ['改正 JSON 文本', 'mend the JSON text'] as const
const SEE_LOG = ['查看进程日志', 'see the log of the process'] as const
const REPLACED = ['引擎已自动更换，重试即可', 'the engine was replaced: try again'] as const
const NEW_KEYS = ['运行 `baotu keys rotate`', 'run `baotu keys rotate`'] as const
const MIGRATE = [
  '使用与数据库匹配的程序版本',
  'use the program that the database was made by',
] as const
const SET_UP_SERVER = [
  '查看状态目录中的服务器日志',
  'see the server log in the state folder',
] as const
const LATER = ['稍后重试', 'try again later'] as const

/** Codes of crypto/ that stay inside a process. */
export const CRYPTO_CODES: Readonly<Record<string, Told>> = {
  DIGEST_INVALID: told(['摘要文本不正确', 'not the text of a digest'], TELL_DEVELOPERS),
  ENVELOPE_KEY: told(
    ['接收方密钥不能用于加封', 'the recipient key cannot be sealed to'],
    ['核对目录中的加封密钥', 'check the sealing key in the directory'],
  ),
  ENVELOPE_MALFORMED: told(['信封长度不正确', 'the bytes are no envelope'], TELL_PEER),
  ENVELOPE_OPEN: told(
    ['信封无法打开', 'the envelope does not open'],
    ['可能被改动或不是封给本方', 'it was changed or sealed to somebody else'],
  ),
  HE_CELL_CLOSED: told(['加密引擎已关闭', 'the encryption engine is closed'], REPLACED),
  HE_COEFFICIENTS: told(['系数超出范围', 'coefficients are out of range'], TELL_DEVELOPERS),
  HE_DEADLINE: told(['加密引擎超时', 'the encryption engine took too long'], REPLACED),
  HE_ENGINE: told(['加密引擎出错', 'the encryption engine failed'], REPLACED),
  HE_OUT_OF_MEMORY: told(['加密引擎内存不足', 'the encryption engine ran out of memory'], REPLACED),
  HE_PARAMETERS: told(['不是约定的参数集', 'not the agreed parameter set'], TELL_PEER),
  HE_SUMMANDS: told(['相加的密文过多或过少', 'too many or too few ciphertexts to add'], TELL_PEER),
  HE_WIRE: told(
    ['字节不是规范的密文或公钥', 'the bytes are no valid ciphertext or key'],
    TELL_PEER,
  ),
  JWS_HEADER: told(['签名头不符', 'the header of a signature is not the expected one'], TELL_PEER),
  JWS_KEY: told(
    ['签名密钥未知', 'the signing key is unknown'],
    ['把当前公钥登记到目录', 'have the current public key listed'],
  ),
  JWS_MALFORMED: told(['不是紧凑签名', 'not a compact signature'], TELL_PEER),
  JWS_NOT_CANONICAL: told(
    ['签名内容不是规范形式', 'the signed payload is not canonical'],
    TELL_PEER,
  ),
  JWS_SIGNATURE: told(['签名不正确', 'the signature does not verify'], TELL_PEER),
  JWS_TOO_LARGE: told(['签名消息过长', 'the signed message is too long'], TELL_PEER),
  KEY_EXPIRED: told(['没有有效密钥', 'no key is valid any more'], NEW_KEYS),
  KEY_FILE_CHANGED: told(
    ['密钥文件被另一进程更换', 'another process rotated the key file'],
    ['重启本进程', 'restart this process'],
  ),
  KEY_FILE_EXISTS: told(
    ['密钥文件已存在', 'there is a key file already'],
    ['保留现有文件；密钥从不覆盖', 'keep it: keys are never overwritten'],
  ),
  KEY_FILE_MISSING: told(
    ['没有密钥文件', 'there is no key file'],
    ['先创建密钥文件', 'create one first'],
  ),
  KEY_FILE_MODE: told(
    ['密钥文件对他人可读', 'others may read the key file'],
    ['执行 `chmod 600`', 'run `chmod 600` on it'],
  ),
  KEY_FILE_UNREADABLE: told(
    ['密钥文件无法解开', 'the key file does not open'],
    ['核对封装密钥和参与方标识', 'check the wrapping key and the DID'],
  ),
  MASK_PEER_KEY: told(['对方掩码密钥无效', 'a mask key of a peer is no key'], TELL_PEER),
  MASK_ROSTER: told(['掩码名单不完整', 'the roster of the masks is not whole'], TELL_DEVELOPERS),
  SECRET_DISPOSED: told(['密值已清除', 'the secret was erased'], TELL_DEVELOPERS),
  SECRET_LENGTH: told(
    ['密值长度不正确', 'the secret has the wrong length'],
    ['使用 32 字节的密钥', 'use a key of 32 bytes'],
  ),
  SM2_KEY: told(
    ['不是 SM2 密钥', 'not an SM2 key'],
    ['核对密钥格式', 'check the format of the key'],
  ),
}

/** Codes of runtime/ that stay inside a process. */
export const RUNTIME_CODES: Readonly<Record<string, Told>> = {
  CHILD_EXITED: told(['子进程在就绪前退出', 'a child ended before it was ready'], SEE_LOG),
  CHILD_NOT_READY: told(['子进程未及时就绪', 'a child was not ready in time'], SEE_LOG),
  CONFIG_BAD_VALUE: told(['配置值不合规则', 'a value breaks its rule'], MEND_FILE),
  CONFIG_INVALID: told(['配置文件无效', 'the configuration file is not valid'], MEND_FILE),
  CONFIG_MISSING_KEY: told(['缺少配置项', 'a key is missing'], MEND_FILE),
  CONFIG_SCHEMA_OPEN: told(['配置模式会忽略未知键', 'a schema would ignore keys'], TELL_DEVELOPERS),
  CONFIG_UNKNOWN_KEY: told(['未知配置项', 'a key is not known'], MEND_FILE),
  EMBEDDED_BAD_NAME: told(['数据库名称不可用', 'the name cannot name a database'], TELL_DEVELOPERS),
  EMBEDDED_INIT_FAILED: told(
    ['内置数据库初始化失败', 'the server could not be set up'],
    SET_UP_SERVER,
  ),
  EMBEDDED_NO_USER: told(
    ['没有可运行数据库的普通用户', 'there is no unprivileged user to run it'],
    ['以普通用户运行或提供数据库地址', 'run as a normal user or name your own database'],
  ),
  EMBEDDED_START_FAILED: told(['内置数据库启动失败', 'the server did not start'], SET_UP_SERVER),
  EMBEDDED_UNSUPPORTED: told(
    ['此平台没有内置数据库', 'there is no embedded server for this platform'],
    ['提供自己的 PostgreSQL 地址', 'name your own PostgreSQL'],
  ),
  JSON_BOM: told(['文本以字节序标记开头', 'the text begins with a byte order mark'], MEND_JSON),
  JSON_DUPLICATE_KEY: told(['键重复', 'a key is given twice'], MEND_JSON),
  JSON_FILE_UNREADABLE: told(
    ['文件无法读取', 'the file cannot be read'],
    ['核对路径和权限', 'check path and permissions'],
  ),
  JSON_FORBIDDEN_KEY: told(['键名不允许', 'a key is forbidden'], MEND_JSON),
  JSON_LONE_SURROGATE: told(['字符串不是有效的 Unicode', 'a string is not Unicode'], MEND_JSON),
  JSON_NOT_UTF8: told(['文本不是 UTF-8', 'the text is not UTF-8'], MEND_JSON),
  JSON_SYNTAX: told(['不是 JSON', 'the text is not JSON'], MEND_JSON),
  JSON_TOO_DEEP: told(['嵌套过深', 'the text is nested too deep'], MEND_JSON),
  JSON_TOO_LARGE: told(['文本过大', 'the text is too large'], MEND_JSON),
  JSON_UNSAFE_NUMBER: told(
    ['数字超过 2^53', 'a number is beyond 2^53'],
    ['把大整数写成字符串', 'write large integers as strings'],
  ),
  MIGRATION_EDITED: told(['已执行的迁移被改动', 'an applied migration was edited'], MIGRATE),
  MIGRATION_ORDER: told(
    ['迁移编号不连续', 'migrations are not numbered in order'],
    TELL_DEVELOPERS,
  ),
  MIGRATION_UNKNOWN: told(['数据库含未知迁移', 'the database knows a migration more'], MIGRATE),
  REMOTE_CALL_ABORTED: told(['调用被中止', 'the call was aborted'], ['无需操作', 'nothing to do']),
  REMOTE_INSECURE: told(
    ['拒绝向他机发送明文', 'plain HTTP to another machine is refused'],
    ['使用 https 地址', 'use an https address'],
  ),
  REMOTE_RESPONSE_TOO_LARGE: told(['应答过大', 'the answer is too large'], TELL_PEER),
  REMOTE_TIMEOUT: told(['对方未及时应答', 'the other side did not answer in time'], LATER),
  ROUTE_UNDECLARED: told(['路由未声明其模式', 'a route declares no schema'], TELL_DEVELOPERS),
  SECRET_FILE_OPEN: told(
    ['密值文件对他人可读', 'others may read the file of a secret'],
    ['执行 `chmod 600`', 'run `chmod 600` on it'],
  ),
  SECRET_FILE_UNREADABLE: told(
    ['密值文件无法读取', 'the file of a secret cannot be read'],
    ['核对路径和权限', 'check path and permissions'],
  ),
  SECRET_UNSET: told(
    ['密值未设置', 'a secret is not set'],
    ['设置所示的变量或文件；没有默认值', 'set the variable or file named; there is no default'],
  ),
  STORE_VERSION_UNSUPPORTED: told(
    ['PostgreSQL 版本过旧', 'PostgreSQL is too old'],
    ['使用 PostgreSQL 15 或更新版本', 'use PostgreSQL 15 or later'],
  ),
}
