#include "record/witness_node.h"

#include <algorithm>
#include <future>
#include <optional>

#include "tlog/proof.h"

namespace heng::record {
namespace {

std::string trimmed(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

std::string origin_hash(const std::string& origin) { return tlog::to_hex(tlog::sha256(origin).view()); }

std::string join(const std::string& url, const std::string& path) {
  return (url.ends_with('/') ? url : url + "/") + path;
}

Result<tlog::WitnessedLog> read_log(const std::string& text) {
  tlog::WitnessedLog log;
  std::string_view rest = text;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty()) continue;
    if (log.origin.empty()) {
      log.origin = line;
      continue;
    }
    HENG_TRY(tlog::VerifierKey key, tlog::parse_vkey(line));
    log.keys.push_back(std::move(key));
  }
  if (log.keys.empty())
    return Error{ErrorKind::bad_input, "witness-log", "a log needs an origin and a key", "",
                 "first line the origin, then one verifier key a line"};
  return log;
}

}  // namespace

std::string WitnessNode::seen_path(const std::string& origin) const {
  return dir_ + "/seen/" + origin_hash(origin);
}

Result<std::unique_ptr<WitnessNode>> WitnessNode::open(Disk& disk, const std::string& dir,
                                                       std::function<uint64_t()> now) {
  HENG_TRY_VOID(disk.lock(dir));
  HENG_TRY(const std::string key, read_whole(disk, dir + "/witness.skey", 4096));
  HENG_TRY(tlog::NoteSigner signer, tlog::parse_skey(trimmed(key)));
  if (signer.type != tlog::KeyType::cosignature)
    return Error{ErrorKind::bad_input, "witness-key", "the key is no cosignature key", dir + "/witness.skey",
                 "make one with `heng record witness init`"};
  std::unique_ptr<WitnessNode> node(new WitnessNode(disk, dir, std::move(signer), std::move(now)));
  for (const char* below : {"/seen", "/evidence", "/logs"}) HENG_TRY_VOID(disk.make_dirs(dir + below));
  HENG_TRY(const std::vector<std::string> names, disk.list(dir + "/logs"));
  for (const std::string& name : names) {
    if (name.ends_with(".tmp")) continue;
    HENG_TRY(const std::string text, read_whole(disk, dir + "/logs/" + name, 65536));
    HENG_TRY(tlog::WitnessedLog log, read_log(text));
    Known known{log, {}, ""};
    if (disk.exists(node->seen_path(log.origin))) {
      HENG_TRY(known.cosigned, read_whole(disk, node->seen_path(log.origin), tlog::kMaxNoteBytes));
      HENG_TRY(const tlog::SignedCheckpoint seen, tlog::parse_checkpoint(known.cosigned));
      known.latest = {seen.checkpoint.size, seen.checkpoint.root};
    }
    node->logs_.emplace(log.origin, std::move(known));
  }
  return node;
}

HttpAnswer WitnessNode::handle(const HttpRequest& request) {
  const std::string text = "text/plain; charset=utf-8";
  if (stopped_) return {500, text, "this witness has stopped after a failed write\n"};
  if (request.target == "/add-checkpoint") {
    if (request.method != "POST") return {405, text, "use POST\n"};
    return add_checkpoint(request.body);
  }
  if (request.method != "GET") return {405, text, "use GET\n"};
  if (request.target == "/vkey") return {200, text, key().vkey() + "\n"};
  for (const auto& [origin, known] : logs_)
    if (request.target == "/" + origin_hash(origin) + "/checkpoint" && !known.cosigned.empty())
      return {200, text, known.cosigned};
  return {404, text, "not found\n"};
}

HttpAnswer WitnessNode::add_checkpoint(const std::string& body) {
  const std::string text = "text/plain; charset=utf-8";
  const auto request = tlog::parse_add_checkpoint(body);
  if (!request.ok()) return {400, text, request.error().what + "\n"};
  const tlog::Checkpoint& checkpoint = request->checkpoint.checkpoint;
  const auto known = logs_.find(checkpoint.origin);
  const tlog::WitnessDecision decision =
      tlog::decide_add_checkpoint(*request, known == logs_.end() ? nullptr : &known->second.log,
                                  known == logs_.end() ? tlog::TreeHead{} : known->second.latest);
  if (decision.evidence_of_fork) {
    const std::string note = request->checkpoint.note.bytes();
    (void)write_durably(*disk_, dir_ + "/evidence/" + tlog::to_hex(tlog::sha256(note).view()), note);
  }
  if (decision.status == 409) return {409, "text/x.tlog.size", std::to_string(decision.known_size) + "\n"};
  if (decision.status != 200) return {decision.status, text, decision.reason + "\n"};

  // One request at a time: what was compared above is what is replaced here. Stored before the answer leaves.
  const tlog::Signature signature = tlog::cosign(signer_, request->checkpoint.note.text, now_());
  tlog::Note note{request->checkpoint.note.text, {}};
  for (const tlog::Signature& given : request->checkpoint.note.signatures)
    for (const tlog::VerifierKey& log_key : known->second.log.keys)
      if (tlog::signature_is_from(given, log_key)) note.signatures.push_back(given);
  note.signatures.push_back(signature);
  const Result<void> stored = write_durably(*disk_, seen_path(checkpoint.origin), note.bytes());
  if (!stored.ok()) {
    stopped_ = true;
    return {500, text, "the state could not be stored\n"};
  }
  known->second.latest = {checkpoint.size, checkpoint.root};
  known->second.cosigned = note.bytes();
  return {200, text, signature.line()};
}

namespace {

struct Asked {
  WitnessAnswer answer;
  std::optional<tlog::Signature> signature;
};

// Asks until the witness says yes, or no for good: after a 409 from the size it names.
Asked ask_witness(const tlog::PolicyWitness& witness, const tlog::SignedCheckpoint& checkpoint, uint64_t old_size,
                  const std::function<Result<std::vector<tlog::Hash>>(uint64_t)>& consistency) {
  Asked out{{witness.name, false, 0, "", false}, std::nullopt};
  WitnessAnswer& answer = out.answer;
  for (int attempt = 0; attempt < 3; ++attempt) {
    auto proof = consistency(old_size);
    if (!proof.ok()) {
      answer.problem = proof.error().what;
      return out;
    }
    const tlog::AddCheckpointRequest request{old_size, std::move(*proof), checkpoint};
    const Result<HttpAnswer> reply = http_request("POST", join(witness.url, "add-checkpoint"), request.body());
    if (!reply.ok()) {
      answer.problem = reply.error().what;
      return out;
    }
    if (reply->status == 409) {
      const auto size = tlog::parse_size(trimmed(reply->body));
      answer.known_size = size.value_or(0);
      if (!size || *size > checkpoint.checkpoint.size) {
        answer.alarming = true;
        answer.problem = "it has seen " + std::to_string(answer.known_size) + " entries, more than this log has";
        return out;
      }
      old_size = *size;
      continue;
    }
    if (reply->status != 200) {
      answer.alarming = reply->status == 422;
      answer.problem = "status " + std::to_string(reply->status) + ": " + trimmed(reply->body.substr(0, 200));
      return out;
    }
    const auto lines = tlog::parse_signature_lines(reply->body);
    if (lines.ok())
      for (const tlog::Signature& signature : *lines)
        if (!out.signature && tlog::verify_signature(signature, witness.key, checkpoint.note.text))
          out.signature = signature;
    answer.cosigned = out.signature.has_value();
    if (!answer.cosigned) answer.problem = "its answer holds no valid cosignature";
    return out;
  }
  answer.problem = "it kept asking for other sizes";
  return out;
}

}  // namespace

Result<Collected> collect_cosignatures(
    const tlog::SignedCheckpoint& checkpoint, const tlog::Policy& policy,
    const std::function<Result<std::vector<tlog::Hash>>(uint64_t)>& consistency,
    const std::map<std::string, uint64_t>& last_sizes) {
  Collected out{checkpoint, {}, false};
  // All at once: the slowest alone decides how long it takes.
  std::vector<std::future<Asked>> asked;
  for (const tlog::PolicyWitness& witness : policy.witnesses) {
    if (witness.url.empty()) continue;
    const auto last = last_sizes.find(witness.name);
    const uint64_t old_size = last == last_sizes.end() ? 0 : std::min(last->second, checkpoint.checkpoint.size);
    asked.push_back(std::async(std::launch::async, [&, old_size] {
      return ask_witness(witness, checkpoint, old_size, consistency);
    }));
  }
  for (std::future<Asked>& one : asked) {
    Asked said = one.get();
    if (said.signature) out.checkpoint.note.signatures.push_back(std::move(*said.signature));
    out.answers.push_back(std::move(said.answer));
  }
  HENG_TRY(const tlog::PolicyVerdict verdict, tlog::apply_policy(policy, out.checkpoint));
  out.quorum = policy.quorum.has_value() && verdict.quorum;
  return out;
}

std::vector<tlog::SignedCheckpoint> seen_by_witnesses(const std::string& origin, const tlog::Policy& policy) {
  std::vector<tlog::SignedCheckpoint> out;
  for (const tlog::PolicyWitness& witness : policy.witnesses) {
    if (witness.url.empty()) continue;
    const auto reply = http_request("GET", join(witness.url, origin_hash(origin) + "/checkpoint"), "",
                                    std::chrono::milliseconds(2000), tlog::kMaxNoteBytes);
    if (!reply.ok() || reply->status != 200) continue;
    auto seen = tlog::parse_checkpoint(reply->body);
    // Only what the log itself signed can accuse it; a witness cannot stop a log with an invention of its
    // own.
    if (seen.ok() && seen->checkpoint.origin == origin && tlog::apply_policy(policy, *seen).ok())
      out.push_back(std::move(*seen));
  }
  return out;
}

}  // namespace heng::record
