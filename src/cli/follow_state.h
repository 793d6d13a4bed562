// What `heng check --follow --state DIR` keeps over a restart (docs/format/change.md):
//   DIR/acts.ndjson  the acts, one a line, synced before they are judged
//   DIR/told         "COUNT NOW_US": written after the changes were flushed; replaced as a whole
//   DIR/standing     what of the changes stands: a line a change, a line "told COUNT NOW_US" after each batch
//   DIR/packs        the packs and the calendar by which it was told: with others, what differs is told anew
//   DIR/snapshot     the engine's state after so many of the acts; made again from them if it does not fit
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/pages.h"
#include "base/result.h"
#include "tlog/hash.h"
#include "watch/engine.h"

namespace heng {

class StateFolder {
 public:
  StateFolder() = default;
  StateFolder(const StateFolder&) = delete;
  StateFolder& operator=(const StateFolder&) = delete;
  ~StateFolder();

  // Takes the folder for this process alone, and cuts off an act that was torn by a crash: it was never judged. Fails with
  // `state-locked` and `state-folder`.
  Result<void> open(const std::string& folder);

  uint64_t told_count() const { return told_count_; }
  std::optional<Instant> told_now() const { return told_now_; }
  // By which packs and calendar it was told; empty: by none yet.
  const std::string& packs() const { return packs_; }
  Result<void> keep_packs(const std::string& packs);

  // The stored acts' lines from the given one on, until `take` gives false.
  Result<void> lines(uint64_t from, const std::function<bool(uint64_t index, const std::string& line)>& take) const;
  uint64_t stored() const { return stored_; }
  Result<void> append(const std::string& lines);

  // What was told and stands, without words.
  const std::map<std::string, watch::Finding>& standing() const { return standing_; }
  void note(const watch::Change& change);
  Result<void> told(uint64_t count, Instant now);
  // What of a finding may change under the same id.
  static std::string fingerprint(const watch::Finding& finding);

  std::string snapshot_path() const { return path_ + "/snapshot"; }
  MappedFile snapshot() const;
  // Whether it was made of the first of the acts stored here, and of no others.
  Result<bool> is_ours(const watch::Snapshot& snapshot) const;
  // Of the acts stored so far.
  Result<void> keep_snapshot(const watch::Engine& engine);

 private:
  Error trouble(const std::string& what) const;
  using Put = std::function<void(std::string_view)>;
  using Writing = std::function<void(const Put&)>;
  bool replace(const std::string& name, const Writing& write) const;
  bool replace(const std::string& name, const std::string& text) const;
  void read_standing(const std::string& file);
  // A hash of the first so many lines, each in its place.
  Result<tlog::Hash> chain(uint64_t count) const;

  std::string path_;
  int lock_ = -1;
  int standing_file_ = -1;
  int acts_ = -1;
  uint64_t standing_size_ = 0;
  std::map<std::string, watch::Finding> standing_;
  std::string noted_;  // changes told since
  std::string packs_;
  uint64_t stored_ = 0;
  tlog::Hash chain_;  // of all of them
  uint64_t told_count_ = 0;
  std::optional<Instant> told_now_;
};

}  // namespace heng
