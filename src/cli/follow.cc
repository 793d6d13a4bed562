#include "cli/follow.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "act/json.h"
#include "cli/follow_state.h"
#include "cli/record_common.h"
#include "watch/engine.h"
#include "watch/figures.h"

namespace heng {
namespace {

volatile std::sig_atomic_t interrupted = 0;
void on_signal(int) { interrupted = 1; }

}  // namespace

void watch_for_interrupt() {
  struct sigaction action{};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool follow_interrupted() { return interrupted != 0; }

// {"schema":…,"change":…,"cause":…,"finding":{…}}
void tell_change(const watch::Change& change, const report::EvidenceOf& evidence) {
  std::ostringstream finding;
  const bool withdrawn = change.what == watch::Change::What::withdrawn;
  report::write_ndjson(finding, std::span<const watch::Finding>(&change.finding, 1), withdrawn ? report::EvidenceOf() : evidence);
  std::string body = finding.str();
  while (!body.empty() && body.back() == '\n') body.pop_back();
  std::string cause;
  for (const char c : change.cause) {
    if (c == '"' || c == '\\') cause += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) cause += c;
  }
  std::cout << "{\"schema\":\"heng/change/v1\",\"change\":\"" << watch::name_of(change.what) << "\",\"cause\":\"" << cause
            << "\",\"finding\":" << body << "}\n";
}

namespace {

// The engine and the figures over one state folder, from its beginning or from where it was left.
class Follower {
 public:
  explicit Follower(const FollowOptions& options) : options_(options), pages_(options.state) {}

  Result<void> start() {
    HENG_TRY_VOID(fresh());
    if (options_.state.empty()) return {};
    state_.emplace();
    HENG_TRY_VOID(state_->open(options_.state));
    for (const watch::PackSummary& pack : law_->plan.packs) packs_ += pack.name + " " + pack.hash + "\n";
    packs_ += "calendar " + law_->plan.holidays.hash() + "\n";
    HENG_TRY_VOID(go_on());
    std::cout.flush();
    if (!std::cout) return output_failed();
    if (count_ > 0 && engine_->now().us != INT64_MIN) HENG_TRY_VOID(state_->told(count_, engine_->now()));
    HENG_TRY_VOID(state_->keep_packs(packs_));
    if (count_ == 0) return {};
    fmt::print(stderr, "state: {} acts, {} findings standing\n", count_, engine_->standing() + figures_->findings().size());
    return keep_snapshot();
  }

  Instant next_due() { return std::min(engine_->next_due(), figures_->next_due()); }
  void move_time(Instant to) { engine_->tick(to, sink()); }

  // Kept by the caller's leave before they are judged.
  Result<void> keep(const std::string& lines) {
    if (state_ && !lines.empty()) HENG_TRY_VOID(state_->append(lines));
    return {};
  }
  watch::History::Added take(const Act& act, std::vector<watch::History::Note>* notes) { return take(act, notes, sink()); }
  // Figures are added up, which takes all their cases; what was told is flushed; a snapshot is taken now and then.
  Result<void> batch_done() {
    add_up();
    std::cout.flush();
    if (!std::cout) return output_failed();
    if (!state_) return {};
    HENG_TRY_VOID(state_->told(count_, engine_->now()));
    const auto now = std::chrono::steady_clock::now();
    // It is written whole: of many acts more seldom, so that most of the time goes into following.
    const bool due = now - kept_at_ > std::chrono::minutes(5) || count_ - kept_count_ > 100'000;
    if (count_ > kept_count_ && due && now - kept_at_ > 20 * keeping_took_) return keep_snapshot();
    return {};
  }
  Result<void> end() { return state_ && count_ > 0 ? keep_snapshot() : Result<void>(); }

 private:
  static Error output_failed() {
    return Error{ErrorKind::environment, "output-failed", "the output could not be written", "", "free the disk, or mend the pipe"};
  }
  watch::Engine::Sink sink() {
    return [this](watch::Change&& change) {
      tell_change(change, {});
      if (state_) state_->note(change);
    };
  }
  Result<void> fresh() {
    figures_.reset();
    engine_.reset();
    HENG_TRY(law_, load_law(options_.history.law));
    watch::EngineOptions options;
    options.missing = options_.missing;
    if (!options_.state.empty()) options.pages = &pages_;
    engine_.emplace(law_->plan, options);
    figures_.emplace(engine_->history());
    return {};
  }
  watch::History::Added take(const Act& act, std::vector<watch::History::Note>* notes, const watch::Engine::Sink& sink) {
    const auto added = engine_->act(act, notes, sink);
    figures_->touch(law_->plan.symbols.find(act.case_id));
    touched_by_ = act.id;
    ++count_;
    return added;
  }
  Result<void> keep_snapshot() {
    const auto began = std::chrono::steady_clock::now();
    HENG_TRY_VOID(state_->keep_snapshot(*engine_));
    kept_count_ = count_;
    kept_at_ = std::chrono::steady_clock::now();
    keeping_took_ = kept_at_ - began;
    return {};
  }

  // What was told follows again from the acts told about and the time told; it is not told twice. By other packs or
  // another calendar, what differs is told, with `packs` as its cause.
  Result<void> go_on() {
    HENG_TRY(const Begun begun, begin());
    bool caught_up = begun == Begun::refilled || !state_->told_now();
    if (begun == Begun::refilled) tell_differences(true);
    const auto catch_up = [&] {
      if (caught_up) return;
      caught_up = true;
      engine_->tick(*state_->told_now(), nullptr);
      figures_->tick(engine_->now(), "time", nullptr);
      if (!state_->packs().empty() && state_->packs() != packs_) tell_differences(false);
    };
    std::optional<Error> damaged;
    HENG_TRY_VOID(state_->lines(count_, [&](uint64_t index, const std::string& line) {
      if (index >= state_->told_count()) catch_up();
      const auto act = act_from_json(line);
      if (!act.ok()) {
        damaged = Error{ErrorKind::verification, "state-damaged", "an act of the state folder cannot be read: " + act.error().what,
                        fmt::format("{}/acts.ndjson:{}", options_.state, index + 1), "restore the folder from a backup"};
        return false;
      }
      take(act.value(), nullptr, caught_up ? sink() : watch::Engine::Sink());
      return true;
    }));
    if (damaged) return *damaged;
    catch_up();
    add_up();
    return {};
  }
  void add_up() {
    if (engine_->now().us != INT64_MIN) figures_->tick(engine_->now(), touched_by_.empty() ? "time" : touched_by_, sink());
    touched_by_.clear();
  }

  // Whether the engine went on from the snapshot, and what by the packs of now differs was told.
  enum class Begun : uint8_t { afresh, restored, refilled };
  Result<Begun> begin() {
    const MappedFile file = state_->snapshot();
    if (!file.there()) return Begun::afresh;
    const auto why_not = [&](const Error& error) -> Result<Begun> {
      fmt::print(stderr, "note: {}: the snapshot is left aside and made again from the acts: {}\n", state_->snapshot_path(), error.what);
      HENG_TRY_VOID(fresh());
      return Begun::afresh;
    };
    const auto snapshot = watch::Snapshot::read(file);
    if (!snapshot.ok()) return why_not(snapshot.error());
    HENG_TRY(const bool ours, state_->is_ours(*snapshot));
    const auto aside = [](std::string what) { return Error{ErrorKind::verification, "", std::move(what), "", ""}; };
    if (!ours) return why_not(aside("it was made of other acts than those of the folder"));
    // Only what was told of just these acts, as of just that time, is a whole to compare with.
    const bool refill = !engine_->same_law(*snapshot);
    if (refill && (snapshot->record_index != state_->told_count() || snapshot->now != state_->told_now()))
      return why_not(aside("the packs changed, and it is older than what was told"));
    if (snapshot->record_index > state_->told_count() || !state_->told_now() || snapshot->now > *state_->told_now() ||
        (!refill && state_->packs() != packs_))
      return why_not(aside("it is newer than what was told"));
    const auto restored = engine_->restore(*snapshot, refill ? sink() : watch::Engine::Sink());
    if (!restored.ok()) return why_not(restored.error());
    count_ = snapshot->record_index;
    for (const watch::Sym one : engine_->history().cases()) figures_->touch(one);
    if (!refill) return Begun::restored;
    figures_->tick(engine_->now(), "packs", nullptr);
    fmt::print(stderr, "note: the packs changed: {} of {} declarations judged anew over the acts kept\n", restored->judged_anew,
               restored->declarations);
    return Begun::refilled;
  }

  // What stands by the packs of now against what was told; of the figures alone, or of everything.
  void tell_differences(bool figures_only) {
    const auto tell = sink();
    std::vector<watch::Finding> now = figures_->findings();
    if (!figures_only)
      for (watch::Finding& finding : engine_->findings()) now.push_back(std::move(finding));
    std::set<std::string> ids;
    for (const watch::Finding& finding : now) ids.insert(finding.id);
    const std::map<std::string, watch::Finding> before = state_->standing();
    for (const auto& [id, finding] : before) {
      if (ids.contains(id) || (figures_only && finding.kind != watch::Kind::flag)) continue;
      watch::Finding gone = finding;
      gone.message = {};
      gone.at.offset_minutes = 0;
      tell({watch::Change::What::withdrawn, std::move(gone), "packs"});
    }
    for (watch::Finding& finding : now) {
      const auto old = before.find(finding.id);
      if (old == before.end())
        tell({watch::Change::What::raised, std::move(finding), "packs"});
      else if (old->second.message.en != StateFolder::fingerprint(finding))
        tell({watch::Change::What::changed, std::move(finding), "packs"});
    }
  }

  const FollowOptions& options_;
  PageFolder pages_;  // acts lie beside the state, so that memory may be given back
  std::unique_ptr<LoadedLaw> law_;
  std::optional<watch::Engine> engine_;
  std::optional<watch::LiveFigures> figures_;
  std::optional<StateFolder> state_;
  std::string packs_;
  std::string touched_by_;   // the last act of this batch
  uint64_t count_ = 0;       // acts taken in
  uint64_t kept_count_ = 0;  // of them, those the last snapshot holds
  std::chrono::steady_clock::time_point kept_at_;
  std::chrono::steady_clock::duration keeping_took_{};
};

}  // namespace

int follow(const FollowOptions& options) {
  Follower follower(options);
  watch_for_interrupt();
  if (const auto started = follower.start(); !started.ok()) {
    print_error(started.error());
    return exit_code_of(started.error());
  }

  ActReader reader;
  std::string pending;
  uint64_t line_number = 0;
  uint64_t refused = 0;
  bool ended = false;
  Instant latest{INT64_MIN};
  const auto advance = [&] {
    if (!options.event_time)
      follower.move_time(wall_clock());
    else if (latest.us != INT64_MIN)
      follower.move_time(latest);
  };
  // What has come in is taken together: a batch costs a few syncs, however many acts are in it.
  constexpr size_t kBatch = size_t{1} << 20;
  std::vector<char> buffer(kBatch);
  ::fcntl(STDIN_FILENO, F_SETPIPE_SZ, static_cast<int>(kBatch));  // a wish; anything but a pipe refuses
  constexpr size_t kLongestLine = size_t{16} << 20;
  while (!ended && interrupted == 0) {
    // Wait for input, or until something is due.
    int timeout = 1000;
    if (!options.event_time) {
      const Instant due = follower.next_due();
      const int64_t left = due.us == INT64_MAX ? kSecond * 60 : due.us - wall_clock().us;
      timeout = static_cast<int>(std::clamp<int64_t>(left / 1000 + 1, 1, 60'000));
    }
    pollfd input{STDIN_FILENO, POLLIN, 0};
    const int ready = ::poll(&input, 1, timeout);
    if (ready < 0 && errno != EINTR) break;
    if (ready > 0) {
      ssize_t n = 0;
      size_t got = 0;
      do {
        n = ::read(STDIN_FILENO, buffer.data(), kBatch - got);
        if (n > 0) pending.append(buffer.data(), static_cast<size_t>(n));
        got += static_cast<size_t>(std::max<ssize_t>(n, 0));
      } while (n > 0 && got < kBatch && ::poll(&input, 1, 0) > 0);
      if (n < 0 && errno == EINTR && got == 0) continue;
      if (n == 0 || (n < 0 && errno != EINTR)) {
        ended = true;
        if (!pending.empty()) pending += '\n';
      }
      // Whole lines: parse, keep, then judge.
      std::vector<Act> acts;
      std::string kept;
      size_t begin = 0;
      for (size_t end = pending.find('\n'); end != std::string::npos; end = pending.find('\n', begin)) {
        std::string_view line(pending.data() + begin, end - begin);
        begin = end + 1;
        ++line_number;
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
        Act act;
        const auto read = reader.read(line, act);
        if (!read.ok()) {
          ++refused;
          fmt::print(stderr, "refused: line {}: {}\n", line_number, read.error().text());
          continue;
        }
        if (!act.recorded && !options.event_time) act.recorded = OffsetTime{wall_clock(), act.at.offset_minutes};
        kept += act_to_json(act) + "\n";
        acts.push_back(std::move(act));
      }
      pending.erase(0, begin);
      if (pending.size() > kLongestLine) {
        ++refused;
        fmt::print(stderr, "refused: line {}: longer than {} MB; help: one act a line\n", line_number + 1, kLongestLine >> 20);
        pending.clear();
        ended = true;
      }
      if (const auto written = follower.keep(kept); !written.ok()) {
        print_error(written.error());
        return exit_code_of(written.error());
      }
      for (const Act& act : acts) {
        latest = std::max(latest, act.at.instant);
        advance();
        std::vector<watch::History::Note> notes;
        const auto added = follower.take(act, &notes);
        if (added == watch::History::Added::refused) {
          ++refused;
          for (const auto& note : notes) fmt::print(stderr, "refused: {}; help: {}\n", note.what, note.help);
        }
      }
    }
    if (!options.event_time || ready > 0) advance();
    if (const auto done = follower.batch_done(); !done.ok()) {
      print_error(done.error());
      return exit_code_of(done.error());
    }
  }
  if (const auto done = follower.end(); !done.ok()) {
    print_error(done.error());
    return exit_code_of(done.error());
  }
  if (interrupted != 0) return 130;
  return refused > 0 ? 3 : 0;
}

}  // namespace heng
