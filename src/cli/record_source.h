// Acts out of a record instead of a file: opened beside whoever writes it, each reading announced to the record, and
// every finding with the way from its acts to a checkpoint.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cli/record_common.h"
#include "report/report.h"

namespace heng {

class RecordReader {
 public:
  static Result<std::unique_ptr<RecordReader>> open(const RecordSource& source);
  // Has what was announced and found recorded at once, if nobody else writes; else the writer does it.
  ~RecordReader();
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;

  record::Record& record() { return *opened_.record; }
  const record::Record& record() const { return *opened_.record; }

  // From entry `from` to the end: announces which entries it opens, then hands over every act that may be read, with
  // `recorded` set, and every recorded finding. A callback that is null opens none of its kind. What is sealed, erased or
  // without a key is counted.
  struct Taken {
    uint64_t end = 0;  // the first entry not read
    uint64_t acts = 0;
    uint64_t sealed = 0, shredded = 0, without_key = 0;
    bool rights_changed = false;  // a case was sealed or unsealed, or an act erased, in what was read
  };
  using OnAct = std::function<void(uint64_t index, Act& act)>;
  Result<Taken> read(uint64_t from, const OnAct& on_act, const OnAct& on_finding);
  // Takes in what was recorded or published since; true if there are new entries.
  Result<bool> refresh();

  report::Evidence evidence(const watch::Finding& finding) const;
  // One FOLDER/<entry>.tlog-proof for each act that the findings rest on and a checkpoint covers. Gives how many acts
  // are too new for a proof.
  Result<uint64_t> write_proofs(const std::string& folder, std::span<const watch::Finding> findings) const;
  void hand_in();

 private:
  explicit RecordReader(RecordSource source) : source_(std::move(source)) {}
  Result<void> load_heads();
  // The checkpoint to prove entries up to `last` against: witnessed if one covers it, else published; null if none.
  const tlog::SignedCheckpoint* head(uint64_t last) const;

  RecordSource source_;
  OpenRecord opened_;
  std::optional<tlog::SignedCheckpoint> witnessed_, published_;
  bool left_notes_ = false;
};

// Has what readers left recorded at once, if nobody else writes; else the writer does it.
void hand_in(const RecordPlace& place);

// How much of a record could not be read, for people; empty if nothing.
std::string closed_note(const RecordReader::Taken& taken);

// What the record says was found: changes of findings are recorded once, also after a restart.
class FindingBook {
 public:
  explicit FindingBook(RecordReader& reader) : reader_(&reader) {}
  void learn(const Act& finding);  // of the kind heng.finding, in record order
  // Findings that were left and are not in the record yet.
  Result<void> learn_inbox();
  // The findings that stand, as of `now`: leaves what the record does not say yet, and withdraws what it says of rules
  // that were `judged` and does not stand. A finding that can no longer be read (its case is sealed) is not known here and stays as it is. Gives
  // how many changes.
  Result<uint64_t> settle(std::span<const watch::Finding> standing, OffsetTime now,
                          const std::function<bool(const std::string& rule)>& judged);
  // One change. `standing` is false for a withdrawal.
  Result<bool> change(const watch::Finding& finding, bool standing, const std::string& cause, OffsetTime now);

 private:
  struct Known {
    uint64_t changes = 0;
    bool standing = false;
    std::string content;  // SHA-256, hex, of the finding as JSON
    std::string rule, kind, case_id, at;
    std::vector<std::string> acts;
  };
  RecordReader* reader_;
  std::map<std::string, Known> known_;
};

}  // namespace heng
