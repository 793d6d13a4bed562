#include "record/verdict.h"

#include <algorithm>
#include <map>

#include "base/time.h"
#include "record/disclosure.h"
#include "record/receipt.h"
#include "tlog/proof.h"
#include "tlog/witness.h"

namespace heng::record {
namespace {

using tlog::Policy;
using tlog::PolicyVerdict;

std::string utc(uint64_t seconds) {
  return format_rfc3339(
      {Instant{static_cast<int64_t>(std::min<uint64_t>(seconds, 253'402'300'799)) * kSecond}, 0});
}

std::string number(uint64_t value) { return std::to_string(value); }

class Rows {
 public:
  void proven(std::string zh, std::string en) {
    add({Row::Mark::proven, Failure::none, std::move(zh), std::move(en)});
  }
  void unproven(std::string zh, std::string en) {
    add({Row::Mark::unproven, Failure::none, std::move(zh), std::move(en)});
  }
  void failed(Failure why, std::string zh, std::string en) {
    add({Row::Mark::failed, why, std::move(zh), std::move(en)});
  }
  bool any_failed() const { return verdict.failure() != Failure::none; }
  Verdict verdict;

 private:
  void add(Row row) { verdict.rows.push_back(std::move(row)); }
};

void say_changed(Rows& rows, const std::string& what) {
  rows.failed(Failure::changed, "内容被改动：" + what, "something was changed: " + what);
}

// Is the state of the log signed by the log, and confirmed by enough institutions?
bool check_head(Rows& rows, const tlog::SignedCheckpoint& head, const Policy& policy) {
  const Result<PolicyVerdict> applied = tlog::apply_policy(policy, head);
  if (!applied.ok()) {
    if (applied.error().code == "policy-unknown-log") {
      rows.failed(Failure::unknown_log, "日志 `" + head.checkpoint.origin + "` 不在所用的信任名单里",
                  "the policy in use does not know the log `" + head.checkpoint.origin + "`");
    } else {
      rows.failed(Failure::changed, "检查点的签名与内容不符：检查点或签名被改动过",
                  "a signature does not fit the checkpoint: one of them was changed");
    }
    return false;
  }
  rows.proven(
      "日志 `" + head.checkpoint.origin + "` 签署了共 " + number(head.checkpoint.size) + " 条记录时的状态",
      "the log `" + head.checkpoint.origin + "` signed its state at " + number(head.checkpoint.size) +
          " entries");
  const auto count = std::count(applied->cosigned.begin(), applied->cosigned.end(), true);
  std::string names, late;
  for (size_t i = 0; i < policy.witnesses.size(); ++i) {
    if (applied->cosigned[i]) names += (names.empty() ? "" : ", ") + policy.witnesses[i].name;
    if (applied->expired[i]) late += (late.empty() ? "" : ", ") + policy.witnesses[i].name;
  }
  if (!policy.quorum) {
    rows.unproven("所用的信任名单不要求见证：没有独立机构确认这一状态",
                  "the policy in use demands no witnesses: no independent institution confirmed this state");
    return true;
  }
  if (applied->quorum) {
    rows.proven(number(static_cast<uint64_t>(count)) + " 个见证机构（" + names + "）最迟在 " +
                    utc(applied->witnessed_at) + " 确认了这一状态，达到法定组合",
                number(static_cast<uint64_t>(count)) + " witnesses (" + names +
                    ") had confirmed this state by " + utc(applied->witnessed_at) +
                    ": enough under the policy");
    return true;
  }
  std::vector<bool> with_expired = applied->cosigned;
  for (size_t i = 0; i < with_expired.size(); ++i) with_expired[i] = with_expired[i] || applied->expired[i];
  if (tlog::quorum_holds(policy, with_expired)) {
    rows.failed(
        Failure::expired, "见证机构 " + late + " 的密钥在签署时不在有效期内，除去它们则见证不足",
        "the key of witness " + late + " was not valid when it signed; without it too few have confirmed");
  } else {
    rows.failed(
        Failure::not_witnessed,
        "尚未被足够的机构见证（现有：" + (names.empty() ? "无" : names) + "）：已记录，但不产生法律效力",
        "not yet witnessed by enough institutions (so far: " + (names.empty() ? "none" : names) +
            "): recorded, but without legal effect");
  }
  return false;
}

using KeyRing = std::multimap<std::string, tlog::PublicKey>;

KeyRing pinned_keys(const Policy& policy) {
  KeyRing ring;
  for (const auto& agency : policy.agencies) ring.emplace(agency.name, agency.key);
  return ring;
}

enum class Signed { yes, no, unknown_key };

Signed signed_by_agency(const Leaf& leaf, const KeyRing& ring) {
  const auto [begin, end] = ring.equal_range(leaf.agency);
  for (auto it = begin; it != end; ++it)
    if (agency_key_id(it->second) == leaf.key)
      return verify_leaf(leaf, it->second) ? Signed::yes : Signed::no;
  return Signed::unknown_key;
}

std::string label(const Leaf& leaf) {
  return leaf.agency + " #" + number(leaf.agency_seq) + " `" + leaf.kind + "`";
}

void check_signature(Rows& rows, const Leaf& leaf, const KeyRing& ring) {
  switch (signed_by_agency(leaf, ring)) {
    case Signed::yes:
      rows.proven("由机构 " + leaf.agency + " 签名", "signed by the agency " + leaf.agency);
      break;
    case Signed::no:
      say_changed(rows, label(leaf) + ": signature / 签名");
      break;
    case Signed::unknown_key:
      rows.unproven("信任名单里没有机构 " + leaf.agency + " 的密钥 " + leaf.key + "，签名未核验",
                    "the policy has no key " + leaf.key + " of agency " + leaf.agency +
                        ": its signature was not checked");
      break;
  }
}

void check_times(Rows& rows, const Leaf& leaf) {
  const auto at = parse_rfc3339(leaf.at), recorded = parse_rfc3339(leaf.recorded);
  if (!at.ok() || !recorded.ok()) return;
  rows.proven("自称发生于 " + leaf.at + "，记录于 " + leaf.recorded,
              "said to have been done at " + leaf.at + ", recorded at " + leaf.recorded);
  if (recorded->instant.us - at->instant.us > kDay || recorded->instant < at->instant)
    rows.unproven("自称的时间与记录时间相差超过一天或在其之后：自称的时间没有旁证",
                  "the claimed time is more than a day before the recording, or after it: nothing but the "
                  "agency's word supports it");
}

void check_disclosure(Rows& rows, const Leaf& leaf, const Json& json) {
  const auto disclosure = disclosure_from_json(json);
  if (!leaf.body || !disclosure.ok()) return say_changed(rows, "disclosed fields / 公开的字段");
  const auto root = root_from_disclosure(*disclosure);
  if (!root.ok() || *root != leaf.body->fields) return say_changed(rows, "disclosed fields / 公开的字段");
  for (const auto& shown : disclosure->shown)
    rows.proven("字段 " + shown.field.path + " = " + shown.field.value + " 与记录一致",
                "field " + shown.field.path + " = " + shown.field.value + " is as recorded");
  rows.unproven("其余字段未出示：既未证明其内容，也未证明其有无",
                "the other fields are withheld: neither their content nor their existence is proven");
}

void say_limits(Rows& rows) {
  rows.unproven("记录的内容在录入时是否真实", "whether what was entered was true when it was entered");
  rows.unproven("从未录入任何系统的行为", "anything about acts that were never entered anywhere");
}

Verdict malformed(const std::string& what) {
  Rows rows;
  rows.failed(Failure::malformed, "这不是可以核验的文件：" + what,
              "this is no file that can be checked: " + what);
  return rows.verdict;
}

void check_proof(Rows& rows, const tlog::ProofFile& proof, std::optional<std::string_view> leaf_bytes,
                 const Policy& policy, const Json* disclosure) {
  std::optional<tlog::Hash> hash;
  std::optional<Leaf> leaf;
  if (!leaf_bytes && proof.extra && proof.extra->starts_with("{")) leaf_bytes = *proof.extra;
  if (leaf_bytes) {
    hash = tlog::leaf_hash(*leaf_bytes);
    const Result<Leaf> parsed = parse_leaf(*leaf_bytes);
    if (parsed.ok()) leaf = *parsed;
  } else if (proof.extra && proof.extra->size() == tlog::kHashSize) {
    hash = tlog::hash_from_bytes(*proof.extra);
  }
  if (!hash) {
    rows.failed(Failure::malformed, "证明文件里没有记录本身：请同时提供记录（leaf）",
                "the proof does not hold the entry: give the entry (leaf) too");
    return;
  }
  const Result<void> included = tlog::check_proof_file(proof, *hash);
  if (!included.ok()) return say_changed(rows, "the entry is not in this log as shown / 该记录与日志不符");
  check_head(rows, proof.checkpoint, policy);
  rows.proven("这条记录是该日志的第 " + number(proof.index) + " 条，此后未被改动",
              "this is entry " + number(proof.index) + " of that log, unchanged since");
  if (!leaf_bytes) {
    rows.unproven("文件只含记录的哈希：请把它与手中的记录比对",
                  "the file holds only the entry's hash: compare it with the entry you hold");
  } else if (!leaf) {
    rows.unproven("记录不是 heng.act/1 格式，内容未解读",
                  "the entry is not in the heng.act/1 format: its content was not read");
  } else {
    rows.proven("行为：" + label(*leaf), "act: " + label(*leaf));
    check_signature(rows, *leaf, pinned_keys(policy));
    check_times(rows, *leaf);
    if (disclosure != nullptr) check_disclosure(rows, *leaf, *disclosure);
    rows.unproven("单独一条记录不能证明案卷完整",
                  "one act alone does not prove that the case file is complete");
  }
  say_limits(rows);
}

struct Placed {
  const DossierAct* act;
  Leaf leaf;
};

bool included(const DossierAct& act, const DossierAct& place, const tlog::Checkpoint& head) {
  return tlog::verify_inclusion(tlog::leaf_hash(act.leaf), place.index, head.size, place.path, head.root)
      .ok();
}

// Reads and places every act; false if one is not in the log at all.
bool place_acts(Rows& rows, const std::vector<DossierAct>& acts, const tlog::Checkpoint& head,
                std::vector<Placed>& out) {
  for (size_t i = 0; i < acts.size(); ++i) {
    const Result<Leaf> leaf = parse_leaf(acts[i].leaf);
    if (!leaf.ok()) {
      say_changed(rows, "act " + number(i + 1) + " of the file / 文件中第 " + number(i + 1) + " 件");
      return false;
    }
    if (!included(acts[i], acts[i], head)) {
      // A genuine act under another act's place was moved, not changed.
      const bool elsewhere = std::any_of(
          acts.begin(), acts.end(), [&](const DossierAct& other) { return included(acts[i], other, head); });
      if (elsewhere) {
        rows.failed(Failure::order, "第 " + number(i + 1) + " 件的位置与记录不符：顺序被调换",
                    "act " + number(i + 1) + " of the file stands in another's place: the order was changed");
      } else {
        say_changed(rows, "act " + number(i + 1) + " of the file, " + label(*leaf));
      }
      return false;
    }
    out.push_back({&acts[i], *leaf});
  }
  return true;
}

// The chain of the case: order first, then gaps, so that swapping two acts is not reported as a missing one.
void check_chain(Rows& rows, const std::vector<Placed>& acts) {
  for (const Placed& act : acts)
    if (!act.leaf.case_handle || act.leaf.case_handle != acts[0].leaf.case_handle)
      return rows.failed(Failure::changed, "文件混有别的案件的记录：" + label(act.leaf),
                         "an act of another case is among them: " + label(act.leaf));
  for (size_t i = 1; i < acts.size(); ++i)
    if (acts[i].leaf.case_seq < acts[i - 1].leaf.case_seq)
      return rows.failed(Failure::order,
                         "顺序不符：案内第 " + number(acts[i].leaf.case_seq) + " 件排在第 " +
                             number(acts[i - 1].leaf.case_seq) + " 件之后",
                         "wrong order: number " + number(acts[i].leaf.case_seq) +
                             " of the case stands behind number " + number(acts[i - 1].leaf.case_seq));
  for (size_t i = 0; i < acts.size(); ++i) {
    if (i > 0 && acts[i].leaf.case_seq == acts[i - 1].leaf.case_seq)
      return rows.failed(Failure::fork, "同一案内序号 " + number(acts[i].leaf.case_seq) + " 有两件不同的记录",
                         "two different acts bear number " + number(acts[i].leaf.case_seq) + " of the case");
    if (acts[i].leaf.case_seq != i + 1)
      return rows.failed(Failure::incomplete, "缺少案内第 " + number(i + 1) + " 件",
                         "number " + number(i + 1) + " of the case is missing");
    if (i > 0 && acts[i].leaf.previous != acts[i - 1].leaf.content_hash())
      return rows.failed(
          Failure::incomplete, "案内第 " + number(i + 1) + " 件所指的前一件不在文件里",
          "number " + number(i + 1) + " of the case follows another act than the one before it here");
  }
  rows.proven("案内第 1 至 " + number(acts.size()) + " 件首尾相连，无一缺失",
              "numbers 1 to " + number(acts.size()) + " of the case are linked without a gap");
  if (acts.back().leaf.kind == kCaseManifest) {
    rows.proven("最后一件是结卷清单：到 " + acts.back().leaf.recorded + " 为止案卷完整",
                "the last act is the case manifest: the file is complete up to " + acts.back().leaf.recorded);
  } else {
    rows.unproven("其后是否还有记录：最后一件不是结卷清单",
                  "whether later acts exist: the last act is no case manifest");
  }
}

void check_keys(Rows& rows, const std::vector<Placed>& key_acts, KeyRing& ring) {
  for (const Placed& act : key_acts) {
    const auto key = added_key(act.leaf);
    if (!key || signed_by_agency(act.leaf, ring) != Signed::yes)
      return say_changed(rows, "key act " + label(act.leaf));
    ring.emplace(act.leaf.agency, *key);
  }
}

void check_heads(Rows& rows, const Dossier& dossier, const tlog::SignedCheckpoint& head,
                 const Policy& policy) {
  for (const std::string& text : dossier.heads) {
    const auto other = tlog::parse_checkpoint(text);
    if (!other.ok() || other->checkpoint.origin != head.checkpoint.origin) continue;
    if (other->checkpoint.size == head.checkpoint.size && other->checkpoint.root != head.checkpoint.root &&
        tlog::apply_policy(policy, *other).ok())
      rows.failed(Failure::fork,
                  "日志分叉：同一大小 " + number(head.checkpoint.size) +
                      " 有两个都由日志签名的不同状态。请保留两份文件，它们就是证据",
                  "the log is forked: it signed two different states of size " +
                      number(head.checkpoint.size) + "; keep both files, they are the evidence");
  }
}

Verdict check_dossier(std::string_view bytes, const Policy& policy) {
  const auto dossier = parse_dossier(bytes);
  if (!dossier.ok()) return malformed(dossier.error().what);
  if (dossier->acts.empty()) return malformed("the dossier holds no acts");
  Rows rows;
  const auto head = tlog::parse_checkpoint(dossier->checkpoint);
  if (!head.ok()) {
    say_changed(rows, "checkpoint / 检查点");
    return rows.verdict;
  }
  check_head(rows, *head, policy);
  check_heads(rows, *dossier, *head, policy);
  std::vector<Placed> acts, key_acts;
  if (!place_acts(rows, dossier->acts, head->checkpoint, acts) ||
      !place_acts(rows, dossier->keys, head->checkpoint, key_acts))
    return rows.verdict;
  rows.proven("文件中 " + number(acts.size()) + " 件都在日志里，此后未被改动",
              "all " + number(acts.size()) + " acts of the file are in the log, unchanged since");
  KeyRing ring = pinned_keys(policy);
  check_keys(rows, key_acts, ring);
  size_t unknown = 0;
  for (const Placed& act : acts) {
    const Signed state = signed_by_agency(act.leaf, ring);
    if (state == Signed::no) say_changed(rows, label(act.leaf) + ": signature / 签名");
    if (state == Signed::unknown_key) ++unknown;
    if (act.act->disclosure) check_disclosure(rows, act.leaf, *act.act->disclosure);
  }
  if (unknown == 0 && !rows.any_failed())
    rows.proven("每件都有其机构的签名", "each act is signed by its agency");
  if (unknown > 0)
    rows.unproven(number(unknown) + " 件的机构密钥不在信任名单里，签名未核验",
                  "the agency keys of " + number(unknown) +
                      " acts are not in the policy: their signatures were not checked");
  check_chain(rows, acts);
  say_limits(rows);
  return rows.verdict;
}

// What a file says about entries and the head, for comparing.
struct Shown {
  tlog::SignedCheckpoint head;
  std::map<uint64_t, tlog::Hash> entries;  // proven to be in that head
};

Result<Shown> shown_by(std::string_view file) {
  if (file.starts_with("c2sp.org/tlog-proof@")) {
    HENG_TRY(const tlog::ProofFile proof, tlog::parse_proof_file(file));
    Shown out{proof.checkpoint, {}};
    if (proof.extra) {
      const tlog::Hash hash = proof.extra->size() == tlog::kHashSize ? *tlog::hash_from_bytes(*proof.extra)
                                                                     : tlog::leaf_hash(*proof.extra);
      if (tlog::check_proof_file(proof, hash).ok()) out.entries.emplace(proof.index, hash);
    }
    return out;
  }
  if (!file.starts_with("{")) {
    HENG_TRY(tlog::SignedCheckpoint head, tlog::parse_checkpoint(file));
    return Shown{std::move(head), {}};
  }
  HENG_TRY(const Json object, parse_json(file));
  if (const auto proof = object.text_of("proof")) return shown_by(*proof);
  HENG_TRY(const Dossier dossier, parse_dossier(file));
  HENG_TRY(tlog::SignedCheckpoint head, tlog::parse_checkpoint(dossier.checkpoint));
  Shown out{std::move(head), {}};
  for (const DossierAct& act : dossier.acts)
    if (included(act, act, out.head.checkpoint)) out.entries.emplace(act.index, tlog::leaf_hash(act.leaf));
  return out;
}

void say_fork(Rows& rows, const std::string& zh, const std::string& en) {
  rows.failed(Failure::fork, "日志分叉：" + zh + "。请保留两份文件，它们就是证据",
              "the log is forked: " + en + "; keep both files, they are the evidence");
}

// Is this receipt a promise of a log that the policy knows?
bool check_promise(Rows& rows, const SignedReceipt& receipt, const Policy& policy) {
  bool known = false, holds = false;
  for (const auto& log : policy.logs) {
    if (log.key.name != receipt.origin) continue;
    known = true;
    for (const tlog::Signature& signature : receipt.note.signatures)
      holds = holds || tlog::verify_signature(signature, log.key, receipt.note.text);
  }
  if (!known) {
    rows.failed(Failure::unknown_log, "日志 `" + receipt.origin + "` 不在所用的信任名单里",
                "the policy in use does not know the log `" + receipt.origin + "`");
  } else if (!holds) {
    say_changed(rows, "receipt: signature / 回执签名");
  } else {
    const std::string count = number(receipt.entries.size()), first = number(receipt.entries.front().index);
    rows.proven("日志 `" + receipt.origin + "` 签字承诺：已记录 " + count + " 条，自第 " + first + " 条起",
                "the log `" + receipt.origin + "` promised with its signature that it holds " + count +
                    " entries, from entry " + first + " on");
  }
  return known && holds;
}

// Does what another file proves keep the promise?
Verdict compare_receipt(const SignedReceipt& receipt, std::string_view file, const Policy& policy) {
  const auto shown = shown_by(file);
  if (!shown.ok()) return malformed(shown.error().what);
  Rows rows;
  if (!check_promise(rows, receipt, policy)) return rows.verdict;
  if (shown->head.checkpoint.origin != receipt.origin) {
    rows.verdict.undecided = true;
    rows.unproven("回执与另一文件出自不同的日志", "the receipt and the other file are of different logs");
    return rows.verdict;
  }
  const bool signed_by_log = check_head(rows, shown->head, policy) || rows.verdict.failure() == Failure::not_witnessed ||
                             rows.verdict.failure() == Failure::expired;
  if (!signed_by_log) return rows.verdict;
  Rows found;
  size_t kept = 0;
  for (const ReceiptLine& entry : receipt.entries) {
    const auto match = shown->entries.find(entry.index);
    if (match == shown->entries.end()) continue;
    if (match->second == entry.leaf) {
      ++kept;
    } else {
      say_fork(found, "第 " + number(entry.index) + " 条不是回执所承诺的那一条",
               "entry " + number(entry.index) + " is not the one that the receipt promised");
    }
  }
  if (kept > 0)
    found.proven("回执所承诺的 " + number(kept) + " 条如数在记录里", "the promise was kept for " + number(kept) + " entries");
  if (found.verdict.rows.empty()) {
    rows.verdict.undecided = true;
    rows.unproven("另一文件没有证明回执所列的任何一条：请索取该条的证明",
                  "the other file proves none of the entries in the receipt: ask for a proof of one of them");
  }
  rows.verdict.rows.insert(rows.verdict.rows.begin(), found.verdict.rows.begin(), found.verdict.rows.end());
  return rows.verdict;
}

}  // namespace

std::string_view failure_code(Failure failure) {
  constexpr std::string_view kCodes[] = {"ok",
                                         "malformed",
                                         "changed",
                                         "wrong-order",
                                         "forked-log",
                                         "expired-witness-key",
                                         "incomplete-dossier",
                                         "not-witnessed",
                                         "unknown-log",
                                         "unknown-key"};
  return kCodes[static_cast<size_t>(failure)];
}

Failure Verdict::failure() const {
  for (const Row& row : rows)
    if (row.mark == Row::Mark::failed) return row.failure;
  return Failure::none;
}

int Verdict::exit_code() const {
  if (failure() == Failure::malformed) return 3;
  if (failure() != Failure::none) return 4;
  return undecided ? 10 : 0;
}

Verdict verify_file(const VerifyInput& input, const Policy& policy) {
  if (input.file.starts_with("c2sp.org/tlog-proof@")) {
    const auto proof = tlog::parse_proof_file(input.file);
    Rows rows;
    if (!proof.ok()) {
      say_changed(rows, "proof file / 证明文件 (" + proof.error().what + ")");
    } else {
      check_proof(rows, *proof, input.leaf, policy, nullptr);
    }
    return rows.verdict;
  }
  if (is_receipt(input.file)) {
    const auto receipt = parse_receipt(input.file);
    if (!receipt.ok()) return malformed(receipt.error().what);
    Rows rows;
    if (check_promise(rows, *receipt, policy))
      rows.unproven("承诺是否兑现：请索取其中一条的证明，用 --compare 比较",
                    "whether the promise was kept: ask for a proof of one of the entries and use --compare");
    return rows.verdict;
  }
  const auto object = parse_json(input.file);
  if (!object.ok()) return malformed("it is neither a proof nor JSON");
  if (object->text_of("t") == "heng.dossier/1") return check_dossier(input.file, policy);
  if (object->text_of("t") == "heng.twin-proof/1") {
    Rows rows;
    rows.failed(Failure::malformed,
                "这是国密孪生日志（SM3、SM2）里的证明。heng-verify 不计算 SM3 和 SM2，什么也没有核验：请用 heng record verify --twin-key",
                "this is a proof in a twin log (SM3, SM2). heng-verify does not compute SM3 and SM2, and nothing was checked: "
                "use heng record verify --twin-key");
    return rows.verdict;
  }
  if (object->text_of("t") != "heng.redacted/1") return malformed("its kind is not known");
  const auto proof = tlog::parse_proof_file(object->text_of("proof").value_or(""));
  const Json* disclosure = object->find("disclosure");
  Rows rows;
  if (!proof.ok() || disclosure == nullptr) {
    say_changed(rows, "redacted act / 节录件");
  } else {
    check_proof(rows, *proof, input.leaf, policy, disclosure);
  }
  return rows.verdict;
}

Verdict compare_files(std::string_view one, std::string_view other,
                      std::optional<std::string_view> consistency, const Policy& policy) {
  for (const auto& [promise, proof] : {std::pair(one, other), std::pair(other, one)})
    if (is_receipt(promise)) {
      const auto receipt = parse_receipt(promise);
      return receipt.ok() ? compare_receipt(*receipt, proof, policy) : malformed(receipt.error().what);
    }
  const auto first = shown_by(one), second = shown_by(other);
  if (!first.ok() || !second.ok()) return malformed((first.ok() ? second : first).error().what);
  Rows rows;
  const bool heads_hold = check_head(rows, first->head, policy);
  if (!check_head(rows, second->head, policy) || !heads_hold) {
    const Failure why = rows.verdict.failure();
    if (why != Failure::not_witnessed && why != Failure::expired) return rows.verdict;
  }
  const Shown& older = first->head.checkpoint.size <= second->head.checkpoint.size ? *first : *second;
  const Shown& newer = &older == &*first ? *second : *first;
  const tlog::Checkpoint &a = older.head.checkpoint, &b = newer.head.checkpoint;
  if (a.origin != b.origin) {
    rows.verdict.undecided = true;
    rows.unproven("两份文件出自不同的日志，无从比较",
                  "the two files are of different logs and cannot be compared");
    return rows.verdict;
  }
  // A fork outweighs a missing quorum: it stands first.
  Rows found;
  for (const auto& [index, hash] : older.entries) {
    const auto match = newer.entries.find(index);
    if (match != newer.entries.end() && match->second != hash)
      say_fork(found, "第 " + number(index) + " 条在两份文件里不同",
               "entry " + number(index) + " differs between the files, and both are proven");
  }
  if (a.size == b.size && a.root != b.root)
    say_fork(found, "同一大小 " + number(a.size) + " 有两个都由日志签名的不同状态",
             "it signed two different states of size " + number(a.size));
  if (found.verdict.rows.empty() && a.size != b.size && a.size > 0) {
    const auto request =
        consistency ? tlog::parse_add_checkpoint(*consistency) : Result<tlog::AddCheckpointRequest>(Error{});
    const bool fits =
        request.ok() && request->old_size == a.size && request->checkpoint.checkpoint.size == b.size;
    if (!fits) {
      rows.verdict.undecided = true;
      rows.unproven("大小不同（" + number(a.size) + " 与 " + number(b.size) + "）：还需要一份一致性证明",
                    "the sizes differ (" + number(a.size) + " and " + number(b.size) +
                        "): a consistency proof between them is needed");
    } else if (!tlog::verify_consistency(a.size, b.size, a.root, b.root, request->proof).ok()) {
      rows.verdict.undecided = true;
      rows.unproven("所给的一致性证明不成立：证明有误，或日志分叉",
                    "the consistency proof given does not hold: either it is faulty or the log is forked");
    } else {
      found.proven("较新的状态只在较旧的状态后面添加记录：两份文件同出一史",
                   "the newer state only adds entries to the older one: both files show one history");
    }
  } else if (found.verdict.rows.empty()) {
    found.proven("两份文件显示同一状态", "both files show the same state");
  }
  rows.verdict.rows.insert(rows.verdict.rows.begin(), found.verdict.rows.begin(), found.verdict.rows.end());
  return rows.verdict;
}

std::string render_verdict(const Verdict& verdict, Language language) {
  std::string out;
  const auto line = [&](std::string_view mark, const std::string& zh, const std::string& en) {
    if (language != Language::en) out += std::string(mark) + " " + zh + "\n";
    if (language != Language::zh)
      out += std::string(language == Language::both ? "  " : mark) + " " + en + "\n";
  };
  const Failure failure = verdict.failure();
  if (failure != Failure::none) {
    line("✗", "核验不通过（" + std::string(failure_code(failure)) + "）",
         "the check fails (" + std::string(failure_code(failure)) + ")");
  } else if (verdict.undecided) {
    line("?", "无法判断", "this cannot be decided");
  } else {
    line("✓", "核验通过", "the check holds");
  }
  for (const Row::Mark mark : {Row::Mark::failed, Row::Mark::proven, Row::Mark::unproven}) {
    if (mark == Row::Mark::unproven) line("—", "以下没有得到证明：", "what is not proven:");
    for (const Row& row : verdict.rows)
      if (row.mark == mark)
        line(mark == Row::Mark::proven ? "  ✓" : mark == Row::Mark::failed ? "  ✗" : "  ·", row.zh, row.en);
  }
  return out;
}

}  // namespace heng::record
