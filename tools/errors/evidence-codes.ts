import { type Told, told } from '#protocol/problems/told'

const TELL_DEVELOPERS = ['这是程序缺陷，请报告', 'a fault of the program: report it'] as const
const LATER = ['稍后重试', 'try again later'] as const
const ASK_LOG = ['向存证所属方取得原始文件', 'ask the owner of the log for the original'] as const
const DISPUTE = [
  '保留文件并向监管方举证',
  'keep the files: they are proof for the regulator',
] as const
const MEND_RULES = ['改正信任策略文件', 'mend the trust policy file'] as const

/** Codes of evidence/: the log in its process. */
export const EVIDENCE_CODES: Readonly<Record<string, Told>> = {
  ANCHOR_UNAVAILABLE: told(['锚定链不可用', 'the anchoring chain is not available'], LATER),
  ENTRY_REFUSED: told(['存证条目不合格式', 'an entry is not as the table says'], TELL_DEVELOPERS),
  LOG_HEAD_MOVED: told(['存证被另一进程推进', 'another process moved the head of the log'], LATER),
  NOT_IN_TRANSACTION: told(['存证须在事务内写入', 'an entry needs a transaction'], TELL_DEVELOPERS),
  NOTE_KEY_MALFORMED: told(['核验密钥格式不正确', 'the verifier key is malformed'], MEND_RULES),
  NOTE_MALFORMED: told(['签名文本格式不正确', 'the signed note is malformed'], ASK_LOG),
  NOTE_REFUSED: told(['签名文本未通过核验', 'the signed note does not verify'], DISPUTE),
  TILE_MALFORMED: told(['存证数据块格式不正确', 'a tile is malformed'], ASK_LOG),
  TRUST_POLICY_MALFORMED: told(['信任策略文件不正确', 'the trust policy is malformed'], MEND_RULES),
  VIEW_SPLIT: told(
    ['某日志出示了两份历史，不再信任', 'a log showed two histories and is trusted no more'],
    [
      '保留两份检查点，人工核实后用 `baotu evidence settle` 了结',
      'keep both checkpoints; a person settles it: `baotu evidence settle`',
    ],
  ),
  WITNESS_UNAVAILABLE: told(['见证方不可用', 'a witness is not available'], LATER),
}

/** What the offline verifier finds. */
export const FINDING_CODES: Readonly<Record<string, Told>> = {
  ANCHOR_DISAGREES: told(
    ['锚定证明与日志记载不符', 'an anchor’s proof is not the recorded one'],
    ['按检查点摘要向锚定链核实', 'ask the chain for the checkpoint’s digest'],
  ),
  CHECKPOINT_MISMATCH: told(['检查点与内容不符', 'the checkpoint is not of this content'], DISPUTE),
  CHECKPOINT_REFUSED: told(['检查点签名不正确', 'the checkpoint does not verify'], DISPUTE),
  ENTRY_ADDED: told(['多出一条记录', 'an entry was added'], DISPUTE),
  ENTRY_ALTERED: told(['记录被改动', 'an entry was altered'], DISPUTE),
  ENTRY_MALFORMED: told(['记录格式不正确', 'an entry is malformed'], DISPUTE),
  ENTRY_MISSING: told(['缺少一条记录', 'an entry is missing'], DISPUTE),
  ENTRY_MOVED: told(['记录顺序被改动', 'an entry was moved'], DISPUTE),
  FILE_ALTERED: told(['文件被改动', 'a file was altered'], ASK_LOG),
  FILE_MISSING: told(['缺少文件', 'a file is missing'], ASK_LOG),
  FILE_UNEXPECTED: told(['多出文件', 'a file does not belong here'], ASK_LOG),
  HISTORY_SPLIT: told(['存在两份不同的历史', 'the log has two histories'], DISPUTE),
  LINK_DISAGREES: told(['两环互相矛盾', 'two links contradict each other'], DISPUTE),
  LINK_MISSING: told(['缺少一环', 'a link is missing'], DISPUTE),
  LINK_NOT_IN_FORCE: told(['一环当时未生效', 'a link was not in force'], DISPUTE),
  OPENING_REFUSED: told(['披露内容与摘要不符', 'an opening is not of its digest'], DISPUTE),
  QUORUM_NOT_MET: told(
    ['见证方数量不足', 'too few witnesses signed'],
    ['收集更多见证签名', 'collect more cosignatures'],
  ),
  RECEIPT_REFUSED: told(['回执未通过核验', 'the receipt does not verify'], DISPUTE),
  REPLAY_DIFFERS: told(['重算结果不同', 'a replay gives something else'], DISPUTE),
  SUBMISSION_DIFFERS: told(
    ['提交内容与记录不符', 'an opened submission is not the recorded one'],
    DISPUTE,
  ),
  TILE_ALTERED: told(['数据块被改动', 'a tile was altered'], DISPUTE),
}
