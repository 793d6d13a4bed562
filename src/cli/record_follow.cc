// heng check --record DIR --follow: the engine over a record, beside whoever writes it.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <sstream>
#include <thread>

#include "cli/follow.h"
#include "cli/record_source.h"

namespace heng {
namespace {

// What survives a restart:
//   DIR/record-told      "ENTRIES NOW_US": up to which entry and instant the changes were told
//   DIR/record-snapshot  the engine's state (docs/format/snapshot.md); holds what the acts say, so it lies where the
//                        vault may lie, and goes when something was sealed or erased
class FollowState {
 public:
  Result<void> open(const std::string& dir) {
    dir_ = dir;
    disk_ = record::real_disk();
    HENG_TRY_VOID(disk_->make_dirs(dir));
    if (const auto locked = disk_->lock(dir); !locked.ok())
      return Error{ErrorKind::conflict, "state-locked", "another heng follows with `" + dir + "`", "",
                   "end it, or use another folder"};
    if (disk_->exists(told_path())) {
      HENG_TRY(const std::string text, record::read_whole(*disk_, told_path(), 4096));
      std::istringstream in(text);
      int64_t now = 0;
      if (in >> told_ >> now) told_now_ = Instant{now};
    }
    return {};
  }
  uint64_t told() const { return told_; }
  std::optional<Instant> told_now() const { return told_now_; }
  Result<void> tell(uint64_t entries, Instant now) {
    return record::write_durably(*disk_, told_path(), fmt::format("{} {}\n", entries, now.us));
  }
  std::optional<std::string> snapshot() const {
    if (!disk_->exists(snapshot_path())) return std::nullopt;
    auto bytes = record::read_whole(*disk_, snapshot_path(), SIZE_MAX);
    return bytes.ok() ? std::optional(std::move(*bytes)) : std::nullopt;
  }
  Result<void> keep(const std::string& snapshot) { return record::write_durably(*disk_, snapshot_path(), snapshot); }
  Result<void> drop() {
    if (!disk_->exists(snapshot_path())) return {};
    HENG_TRY_VOID(disk_->remove(snapshot_path()));
    return disk_->sync_dir(dir_);
  }

  std::string snapshot_path() const { return dir_ + "/record-snapshot"; }

 private:
  std::string told_path() const { return dir_ + "/record-told"; }
  std::string dir_;
  std::unique_ptr<record::Disk> disk_;
  uint64_t told_ = 0;
  std::optional<Instant> told_now_;
};

class Follower {
 public:
  explicit Follower(const FollowOptions& options) : options_(options) {}

  Result<void> start() {
    HENG_TRY(reader_, RecordReader::open(options_.history.record));
    if (!options_.state.empty()) {
      state_.emplace();
      HENG_TRY_VOID(state_->open(options_.state));
    }
    if (options_.record_findings) {
      book_.emplace(*reader_);
      // Which findings are recorded; the acts themselves are read below.
      HENG_TRY_VOID(read(0, nullptr, [&](uint64_t, Act& act) { book_->learn(act); }));
      HENG_TRY_VOID(book_->learn_inbox());
    }
    HENG_TRY(const uint64_t from, begin());
    HENG_TRY_VOID(catch_up(from));
    std::cout.flush();
    fmt::print(stderr, "record: {} entries, {} findings standing\n", next_, engine_->standing());
    if (book_) {
      // What was found and not recorded before a crash, or under other packs.
      const OffsetTime now{engine_->now().us == INT64_MIN ? wall_clock() : engine_->now(), 0};
      const std::vector<watch::Finding> standing = engine_->findings();
      HENG_TRY(const uint64_t left, book_->settle(standing, now, [&](const std::string& rule) {
        return rule_is_judged(law_->plan, {}, rule);
      }));
      if (left > 0) reader_->hand_in();
    }
    return keep_snapshot();
  }

  Result<void> run() {
    constexpr auto kTurn = std::chrono::milliseconds(100);
    auto kept = std::chrono::steady_clock::now();
    uint64_t kept_at = next_;
    while (!follow_interrupted()) {
      HENG_TRY(const bool more, reader_->refresh());
      const Instant before = engine_->now();
      if (more) HENG_TRY_VOID(feed(next_, 0));
      advance();
      if (error_) return *error_;
      std::cout.flush();
      if (!std::cout) return Error{ErrorKind::environment, "output-failed", "the output could not be written", "", ""};
      if (changes_ > 0 || more) {
        if (state_) HENG_TRY_VOID(state_->tell(next_, engine_->now()));
        findings_wait_ = findings_wait_ || (changes_ > 0 && book_);
        changes_ = 0;
      } else if (state_ && engine_->now().us - before.us > 60 * kSecond) {
        HENG_TRY_VOID(state_->tell(next_, engine_->now()));
      }
      const auto now = std::chrono::steady_clock::now();
      if (findings_wait_ && now >= hand_in_from_) hand_in();
      if (state_ && next_ > kept_at && (now - kept > std::chrono::minutes(5) || next_ - kept_at > 100'000)) {
        HENG_TRY_VOID(keep_snapshot());
        kept = now;
        kept_at = next_;
      }
      std::this_thread::sleep_for(kTurn);
    }
    if (findings_wait_) hand_in();
    if (state_) HENG_TRY_VOID(state_->tell(next_, engine_->now()));
    return keep_snapshot();
  }

 private:
  // Where nobody serves the record it is opened for this, which takes the longer the more it holds: at most a tenth of the
  // time goes there. What waits is durable in the inbox.
  void hand_in() {
    const auto begun = std::chrono::steady_clock::now();
    reader_->hand_in();
    const auto ended = std::chrono::steady_clock::now();
    hand_in_from_ = ended + 9 * (ended - begun);
    findings_wait_ = false;
  }

  Result<void> fresh_engine() {
    engine_.reset();
    HENG_TRY(law_, load_law(options_.history.law));
    watch::EngineOptions engine_options;
    engine_options.missing = options_.missing;
    engine_ = std::make_unique<watch::Engine>(law_->plan, engine_options);
    latest_ = Instant{INT64_MIN};
    return {};
  }

  // An engine out of the snapshot if it fits, else an empty one. Gives the first entry it does not know.
  Result<uint64_t> begin() {
    HENG_TRY_VOID(fresh_engine());
    const auto bytes = state_ ? state_->snapshot() : std::nullopt;
    if (!bytes) return uint64_t{0};
    std::string why;
    if (const auto snapshot = watch::Snapshot::read(*bytes); !snapshot.ok()) {
      why = snapshot.error().what;
    } else if (snapshot->record_index > reader_->record().log().size()) {
      why = "it knows more entries than the record has";
    } else if (const auto root = reader_->record().log().tree().root(snapshot->record_index);
               !root.ok() || record::to_base64(*root) != snapshot->root) {
      why = "it was made for another history of this record";
    } else if (!engine_->same_law(*snapshot) &&
               (snapshot->record_index != state_->told() || state_->told_now() != std::optional(snapshot->now))) {
      why = "the packs changed, and it is older than what was told";
    } else if (const auto restored = engine_->restore(*snapshot, sink()); !restored.ok()) {
      why = restored.error().what;
    } else {
      if (restored->other_law)
        fmt::print(stderr, "note: the packs changed: {} of {} declarations judged anew over the acts of the record\n",
                   restored->judged_anew, restored->declarations);
      // The latest act decides how far event time has come.
      latest_ = engine_->history().last_at().instant;
      return snapshot->record_index;
    }
    fmt::print(stderr, "note: {}: the snapshot is left aside and made again from the record: {}\n", state_->snapshot_path(), why);
    HENG_TRY_VOID(state_->drop());
    HENG_TRY_VOID(fresh_engine());
    return uint64_t{0};
  }

  // What was told follows again from the entries told about and the instant told; it is not told twice.
  Result<void> catch_up(uint64_t from) {
    const uint64_t told = state_ && state_->told_now() ? std::min(state_->told(), reader_->record().log().size()) : 0;
    HENG_TRY_VOID(feed(from, told));
    advance();
    if (error_) return *error_;
    return {};
  }

  Result<void> read(uint64_t from, const RecordReader::OnAct& on_act, const RecordReader::OnAct& on_finding) {
    HENG_TRY(const RecordReader::Taken taken, reader_->read(from, on_act, on_finding));
    next_ = taken.end;
    rights_changed_ = rights_changed_ || (from > 0 && taken.rights_changed);
    closed_ = taken;
    return {};
  }

  // Entries from `from` on into the engine; in silence below `told`.
  Result<void> feed(uint64_t from, uint64_t told) {
    rights_changed_ = false;
    bool telling = told == 0;
    const auto begin_telling = [&] {
      if (!telling && state_->told_now()) engine_->tick(*state_->told_now(), nullptr);
      telling = true;
    };
    HENG_TRY_VOID(read(
        from,
        [&](uint64_t index, Act& act) {
          if (index >= told) begin_telling();
          latest_ = std::max(latest_, act.at.instant);
          if (telling) advance();
          std::vector<watch::History::Note> notes;
          if (engine_->act(act, &notes, telling ? sink() : watch::Engine::Sink()) == watch::History::Added::refused)
            for (const auto& note : notes) fmt::print(stderr, "refused: entry {}: {}; help: {}\n", index, note.what, note.help);
        },
        nullptr));
    begin_telling();
    if (const std::string note = closed_note(closed_); !note.empty()) fmt::print(stderr, "note: {}\n", note);
    if (rights_changed_) HENG_TRY_VOID(forget());
    return {};
  }

  // Something was sealed, unsealed or erased: neither the engine nor the snapshot may go on knowing what they knew.
  Result<void> forget() {
    if (state_) HENG_TRY_VOID(state_->drop());
    const Instant now = engine_->now();
    HENG_TRY_VOID(fresh_engine());
    HENG_TRY_VOID(read(
        0,
        [&](uint64_t, Act& act) {
          latest_ = std::max(latest_, act.at.instant);
          engine_->act(act, nullptr, nullptr);
        },
        nullptr));
    engine_->tick(now, nullptr);
    fmt::print(stderr, "note: something was sealed, unsealed or erased: the acts that may be read were judged anew, {} findings stand\n",
               engine_->standing());
    return {};
  }

  void advance() {
    if (!options_.event_time)
      engine_->tick(wall_clock(), sink());
    else if (latest_.us != INT64_MIN)
      engine_->tick(latest_, sink());
  }

  watch::Engine::Sink sink() {
    return [this](watch::Change&& change) {
      tell_change(change, [this](const watch::Finding& finding) { return reader_->evidence(finding); });
      ++changes_;
      if (!book_ || error_) return;
      const bool standing = change.what != watch::Change::What::withdrawn;
      const auto left = book_->change(change.finding, standing, change.cause, {engine_->now(), 0});
      if (!left.ok()) error_ = left.error();
    };
  }

  Result<void> keep_snapshot() {
    if (!state_) return {};
    HENG_TRY(const tlog::Hash root, reader_->record().log().tree().root(next_));
    return state_->keep(engine_->snapshot(next_, record::to_base64(root)));
  }

  const FollowOptions& options_;
  std::unique_ptr<RecordReader> reader_;
  std::unique_ptr<LoadedLaw> law_;
  std::unique_ptr<watch::Engine> engine_;
  std::optional<FollowState> state_;
  std::optional<FindingBook> book_;
  std::optional<Error> error_;
  RecordReader::Taken closed_;
  Instant latest_{INT64_MIN};
  uint64_t next_ = 0;     // the first entry the engine does not know
  uint64_t changes_ = 0;  // told since the last note of it
  bool rights_changed_ = false;
  bool findings_wait_ = false;  // in the inbox
  std::chrono::steady_clock::time_point hand_in_from_{};
};

}  // namespace

int follow_record(const FollowOptions& options) {
  watch_for_interrupt();
  Follower follower(options);
  Result<void> done = follower.start();
  if (done.ok()) done = follower.run();
  if (!done.ok()) return report_error(done.error());
  return 130;
}

}  // namespace heng
