// The citizen's check: what a file proves, what it does not, in plain words. Offline and pure: bytes and a
// policy in.
//
// Four kinds of file are understood: a proof of one act (c2sp.org/tlog-proof@v1, its `extra` holding the
// leaf), a redacted act (heng.redacted/1), a dossier, the acts of one case (heng.dossier/1), and a receipt
// (heng.receipt/1). docs/format/ describes them. Proofs in an SM3 twin are named, not checked.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/leaf.h"
#include "tlog/policy.h"
#include "tlog/proof_file.h"

namespace heng::record {

// Why a check fails. Each has its own words and its own code, because each asks for another remedy.
enum class Failure {
  none,
  malformed,      // not a file of any kind known here
  changed,        // a byte was changed: content, hash, proof or signature do not fit together
  order,          // all acts are genuine, but they stand in another order than they were recorded in
  fork,           // the log showed different histories to different people
  expired,        // enough witnesses only if keys are counted that were out of their time
  incomplete,     // acts of the case are missing
  not_witnessed,  // too few independent institutions have confirmed the log's state
  unknown_log,    // signed by a log that the policy does not know
  unknown_key,    // signed by an agency key that neither policy nor dossier vouches for
};
std::string_view failure_code(Failure failure);  // "changed", "wrong-order", …

struct Row {
  enum class Mark { proven, failed, unproven };
  Mark mark = Mark::proven;
  Failure failure = Failure::none;  // if failed
  std::string zh;
  std::string en;
};

struct Verdict {
  std::vector<Row> rows;
  bool undecided = false;   // a comparison that needs a consistency proof
  Failure failure() const;  // the first row that failed, or none
  int exit_code() const;    // 0, 3 malformed, 4 failed, 10 undecided
};

struct VerifyInput {
  std::string_view file;
  std::optional<std::string_view> leaf;  // of a proof whose `extra` does not hold it
};

Verdict verify_file(const VerifyInput& input, const tlog::Policy& policy);

// Two files about the same log: do they show the same history? `consistency` is an add-checkpoint request
// body
// (`old N`, hashes, the newer checkpoint), needed when the tree sizes differ and nothing else decides.
Verdict compare_files(std::string_view one, std::string_view other,
                      std::optional<std::string_view> consistency, const tlog::Policy& policy);

enum class Language { zh, en, both };
std::string render_verdict(const Verdict& verdict, Language language);

// One act inside a dossier.
struct DossierAct {
  std::string leaf;  // the bytes in the log
  uint64_t index = 0;
  std::vector<tlog::Hash> path;
  std::optional<Json> disclosure;
};

struct Dossier {
  std::string checkpoint;          // a signed note
  std::vector<DossierAct> acts;    // in case order
  std::vector<DossierAct> keys;    // key acts that vouch for later keys
  std::vector<std::string> heads;  // other signed checkpoints of the same log that somebody saw
};
std::string dossier_to_text(const Dossier& dossier);
Result<Dossier> parse_dossier(std::string_view bytes);

// {"t":"heng.redacted/1","proof":"c2sp.org/tlog-proof@v1\n…","disclosure":{…}}; the leaf is in the proof's
// `extra`.
std::string redacted_to_text(const tlog::ProofFile& proof, const Json& disclosure);

}  // namespace heng::record
