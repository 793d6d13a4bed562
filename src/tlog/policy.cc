#include "tlog/policy.h"

#include <algorithm>
#include <unordered_map>

#include "base/time.h"

namespace heng::tlog {
namespace {

constexpr size_t kMaxPolicyBytes = 65536;
constexpr size_t kMaxOfAKind = 256;
using Member = PolicyGroup::Member;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    const size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

std::optional<uint64_t> seconds_of_date(std::string_view text) {
  const Result<Date> date = parse_date(text);
  if (!date.ok() || date->days < 0) return std::nullopt;
  return static_cast<uint64_t>(date->days) * 86400;
}

class Parser {
 public:
  Result<Policy> parse(std::string_view text) {
    if (text.size() > kMaxPolicyBytes) return error("the policy is longer than 64 KiB");
    if (!text.empty() && text.back() != '\n') return error("the last line of the policy has no newline");
    for (const char c : text)
      if (c != '\t' && c != '\n' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f))
        return error("the policy contains a control character");
    while (!text.empty()) {
      const size_t end = text.find('\n');
      ++line_;
      HENG_TRY_VOID(read_line(text.substr(0, end)));
      text.remove_prefix(end + 1);
    }
    if (!quorum_seen_) return error("the policy has no quorum line", "add `quorum <name>` or `quorum none`");
    HENG_TRY_VOID(check_operator());
    return std::move(policy_);
  }

 private:
  Error error(std::string what, std::string help = "") const {
    return Error{ErrorKind::bad_input, "policy-malformed", std::move(what),
                 line_ > 0 ? "policy:" + std::to_string(line_) : "policy", std::move(help)};
  }

  Result<void> read_line(std::string_view line) {
    const std::vector<std::string_view> words = words_of(line);
    if (words.empty()) return {};
    if (words[0] == "#!") return read_statement(words);
    if (words[0].starts_with('#')) return {};
    if (words[0] == "log") return read_log(words);
    if (words[0] == "witness") return read_witness(words);
    if (words[0] == "group") return read_group(words);
    if (words[0] == "quorum") return read_quorum(words);
    return error("`" + std::string(words[0]) + "` begins no policy line",
                 "lines begin with log, witness, group or quorum");
  }

  Result<void> read_log(const std::vector<std::string_view>& words) {
    if (words.size() < 2 || words.size() > 3) return error("a log line is `log <vkey> [<url>]`");
    HENG_TRY(VerifierKey key, parse_vkey(words[1]));
    if (key.type != KeyType::ed25519) return error("the key of a log must be of type 0x01");
    if (policy_.logs.size() == kMaxOfAKind) return error("more than 256 logs");
    for (const PolicyLog& other : policy_.logs)
      if (other.key.key == key.key) return error("the key of log `" + key.name + "` is listed twice");
    policy_.logs.push_back({std::move(key), words.size() > 2 ? std::string(words[2]) : ""});
    return {};
  }

  Result<void> read_witness(const std::vector<std::string_view>& words) {
    if (words.size() < 3 || words.size() > 4)
      return error("a witness line is `witness <name> <vkey> [<url>]`");
    HENG_TRY(VerifierKey key, parse_vkey(words[2]));
    if (key.type != KeyType::cosignature) return error("the key of a witness must be of type 0x04");
    if (policy_.witnesses.size() == kMaxOfAKind) return error("more than 256 witnesses");
    for (const PolicyWitness& other : policy_.witnesses)
      if (other.key.key == key.key) return error("the key of witness `" + key.name + "` is listed twice");
    HENG_TRY_VOID(define(words[1], {false, policy_.witnesses.size()}));
    policy_.witnesses.push_back({std::string(words[1]),
                                 std::move(key),
                                 words.size() > 3 ? std::string(words[3]) : "",
                                 {},
                                 {},
                                 false});
    return {};
  }

  Result<void> read_group(const std::vector<std::string_view>& words) {
    if (words.size() < 4)
      return error("a group line is `group <name> all|any|<k> <name>…` with at least one member");
    if (policy_.groups.size() == kMaxOfAKind) return error("more than 256 groups");
    PolicyGroup group{std::string(words[1]), 0, {}};
    for (size_t i = 3; i < words.size(); ++i) {
      HENG_TRY(const Member member, find(words[i]));
      if (std::find(used_.begin(), used_.end(), words[i]) != used_.end())
        return error("`" + std::string(words[i]) + "` is a member twice", "each name may be a member once");
      used_.emplace_back(words[i]);
      group.members.push_back(member);
    }
    if (words[2] == "all") {
      group.threshold = group.members.size();
    } else if (words[2] == "any") {
      group.threshold = 1;
    } else {
      const std::optional<uint64_t> threshold = parse_size(words[2]);
      if (!threshold || *threshold < 1 || *threshold > group.members.size())
        return error("`" + std::string(words[2]) + "` is no threshold for " +
                     std::to_string(group.members.size()) + " members");
      group.threshold = *threshold;
    }
    HENG_TRY_VOID(define(words[1], {true, policy_.groups.size()}));
    policy_.groups.push_back(std::move(group));
    return {};
  }

  Result<void> read_quorum(const std::vector<std::string_view>& words) {
    if (words.size() != 2) return error("a quorum line is `quorum <name>`");
    if (quorum_seen_) return error("there are two quorum lines");
    quorum_seen_ = true;
    if (words[1] == "none") return {};
    HENG_TRY(policy_.quorum, find(words[1]));
    return {};
  }

  Result<void> read_statement(const std::vector<std::string_view>& words) {
    if (words.size() == 5 && words[1] == "valid") {
      HENG_TRY(PolicyWitness * witness, find_witness(words[2]));
      witness->valid_from = seconds_of_date(words[3]);
      witness->valid_until = seconds_of_date(words[4]);
      if (!witness->valid_from || !witness->valid_until || *witness->valid_from >= *witness->valid_until)
        return error("`#! valid` needs two dates in order", "write `#! valid NAME 2025-01-01 2027-01-01`");
      return {};
    }
    if (words.size() == 3 && words[1] == "operator") {
      if (policy_.operator_branch) return error("there are two `#! operator` lines");
      HENG_TRY(policy_.operator_branch, find(words[2]));
      return {};
    }
    if (words.size() == 3 && words[1] == "mirror") {
      HENG_TRY(PolicyWitness * witness, find_witness(words[2]));
      witness->mirror = true;
      return {};
    }
    if (words.size() == 4 && words[1] == "agency") {
      const std::optional<std::string> bytes = base64_decode(words[3]);
      const std::optional<Hash> key = bytes ? hash_from_bytes(*bytes) : std::nullopt;
      if (!key || policy_.agencies.size() == kMaxOfAKind) return error("`#! agency` needs a name and the base64 of a key");
      policy_.agencies.push_back({std::string(words[2]), *key});
      return {};
    }
    return error("this `#!` line is not understood", "known are `valid`, `operator`, `mirror` and `agency`");
  }

  Result<void> define(std::string_view name, Member member) {
    if (name == "none") return error("`none` is reserved");
    if (!names_.emplace(name, member).second) return error("`" + std::string(name) + "` is defined twice");
    return {};
  }

  Result<Member> find(std::string_view name) const {
    const auto found = names_.find(std::string(name));
    if (found == names_.end())
      return error("`" + std::string(name) + "` is not defined above",
                   "define witnesses and groups before they are used");
    return found->second;
  }

  Result<PolicyWitness*> find_witness(std::string_view name) {
    HENG_TRY(const Member member, find(name));
    if (member.is_group) return error("`" + std::string(name) + "` is a group, not a witness");
    return &policy_.witnesses[member.index];
  }

  Result<void> check_operator() const {
    if (!policy_.operator_branch || !policy_.quorum) return {};
    if (!quorum_holds(policy_, witnesses_of(policy_, *policy_.operator_branch))) return {};
    return Error{ErrorKind::bad_input, "policy-operator", "the log's operator alone can satisfy the quorum",
                 "policy", "require witnesses of other institutions too"};
  }

  Policy policy_;
  std::unordered_map<std::string, Member> names_;
  std::vector<std::string> used_;
  bool quorum_seen_ = false;
  int line_ = 0;
};

bool member_holds(const Policy& policy, Member member, const std::vector<bool>& present) {
  if (!member.is_group) return present[member.index];
  const PolicyGroup& group = policy.groups[member.index];
  size_t count = 0;
  for (const Member inner : group.members) count += member_holds(policy, inner, present) ? 1 : 0;
  return count >= group.threshold;
}

void collect(const Policy& policy, Member member, std::vector<bool>& out) {
  if (!member.is_group) {
    out[member.index] = true;
    return;
  }
  for (const Member inner : policy.groups[member.index].members) collect(policy, inner, out);
}

}  // namespace

std::vector<VerifierKey> Policy::log_keys() const {
  std::vector<VerifierKey> out;
  for (const PolicyLog& log : logs) out.push_back(log.key);
  return out;
}

std::vector<VerifierKey> Policy::witness_keys() const {
  std::vector<VerifierKey> out;
  for (const PolicyWitness& witness : witnesses) out.push_back(witness.key);
  return out;
}

Result<Policy> parse_policy(std::string_view text) { return Parser().parse(text); }

bool quorum_holds(const Policy& policy, const std::vector<bool>& present) {
  HENG_ASSERT(present.size() == policy.witnesses.size());
  return !policy.quorum || member_holds(policy, *policy.quorum, present);
}

std::vector<bool> witnesses_of(const Policy& policy, PolicyGroup::Member member) {
  std::vector<bool> out(policy.witnesses.size(), false);
  collect(policy, member, out);
  return out;
}

Result<PolicyVerdict> apply_policy(const Policy& policy, const SignedCheckpoint& checkpoint) {
  PolicyVerdict verdict;
  const size_t count = policy.witnesses.size();
  verdict.cosigned.assign(count, false);
  verdict.expired.assign(count, false);
  verdict.times.assign(count, 0);

  std::vector<VerifierKey> logs;
  std::vector<size_t> log_index;
  for (size_t i = 0; i < policy.logs.size(); ++i) {
    if (policy.logs[i].key.name != checkpoint.checkpoint.origin) continue;
    logs.push_back(policy.logs[i].key);
    log_index.push_back(i);
  }
  if (logs.empty())
    return Error{ErrorKind::verification, "policy-unknown-log",
                 "the policy knows no log `" + checkpoint.checkpoint.origin + "`", "",
                 "use the policy that was published for this log"};
  HENG_TRY(const std::vector<VerifiedSignature> by_log, open_note(checkpoint.note, logs));
  verdict.log = log_index[by_log[0].key];

  const std::vector<VerifierKey> keys = policy.witness_keys();
  const auto claims = [&](const Signature& signature) {
    return std::any_of(keys.begin(), keys.end(),
                       [&](const VerifierKey& key) { return signature_is_from(signature, key); });
  };
  if (std::any_of(checkpoint.note.signatures.begin(), checkpoint.note.signatures.end(), claims)) {
    HENG_TRY(const std::vector<VerifiedSignature> by_witness, open_note(checkpoint.note, keys));
    for (const VerifiedSignature& signature : by_witness) {
      verdict.times[signature.key] = signature.time;
      const bool valid = policy.witnesses[signature.key].valid_at(signature.time);
      (valid ? verdict.cosigned : verdict.expired)[signature.key] = true;
    }
  }
  verdict.quorum = quorum_holds(policy, verdict.cosigned);
  if (!verdict.quorum || !policy.quorum) return verdict;

  std::vector<size_t> order;
  for (size_t i = 0; i < count; ++i)
    if (verdict.cosigned[i]) order.push_back(i);
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return verdict.times[a] < verdict.times[b]; });
  std::vector<bool> present(count, false);
  for (const size_t witness : order) {
    present[witness] = true;
    verdict.witnessed_at = verdict.times[witness];
    if (quorum_holds(policy, present)) break;
  }
  return verdict;
}

}  // namespace heng::tlog
