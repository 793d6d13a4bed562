#include "cli/follow.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "act/json.h"
#include "cli/record_common.h"
#include "watch/engine.h"
#include "watch/figures.h"

namespace heng {
namespace {

volatile std::sig_atomic_t interrupted = 0;
void on_signal(int) { interrupted = 1; }

// What survives a restart: every act taken in, and up to which of them, and until when, the changes were told.
//   DIR/acts.ndjson  the acts, one a line, synced before they are judged
//   DIR/told         "COUNT NOW_US": written after the changes were flushed; replaced as a whole
class Journal {
 public:
  Result<void> open(const std::string& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    path_ = folder;
    lock_ = ::open((folder + "/lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (lock_ < 0) return trouble("cannot be opened");
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0)
      return Error{ErrorKind::conflict, "state-locked", "another heng follows with `" + folder + "`", "", "end it, or use another folder"};
    acts_ = ::open((folder + "/acts.ndjson").c_str(), O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
    if (acts_ < 0) return trouble("cannot be opened");
    std::ifstream told(folder + "/told");
    int64_t now = 0;
    if (told >> told_count_ >> now) told_now_ = Instant{now};
    // A line that was torn by a crash was never judged: it is cut off.
    std::ifstream in(folder + "/acts.ndjson", std::ios::binary);
    std::string line;
    uint64_t whole = 0;
    while (std::getline(in, line)) {
      if (in.eof()) break;  // no line end: torn
      whole += line.size() + 1;
      stored_.push_back(line);
    }
    if (::ftruncate(acts_, static_cast<off_t>(whole)) != 0) return trouble("cannot be cut to its whole lines");
    return {};
  }
  ~Journal() {
    if (acts_ >= 0) ::close(acts_);
    if (lock_ >= 0) ::close(lock_);
  }

  const std::vector<std::string>& stored() const { return stored_; }
  uint64_t told_count() const { return told_count_; }
  std::optional<Instant> told_now() const { return told_now_; }
  void forget_stored() { std::vector<std::string>().swap(stored_); }

  Result<void> append(const std::string& lines) {
    size_t done = 0;
    while (done < lines.size()) {
      const ssize_t n = ::write(acts_, lines.data() + done, lines.size() - done);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return trouble("cannot be written");
      done += static_cast<size_t>(n);
    }
    if (::fdatasync(acts_) != 0) return trouble("cannot be synced");
    return {};
  }
  Result<void> told(uint64_t count, Instant now) {
    const std::string fresh = path_ + "/told.new";
    const int fd = ::open(fresh.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    const std::string text = fmt::format("{} {}\n", count, now.us);
    const bool good = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fdatasync(fd) == 0;
    if (fd >= 0) ::close(fd);
    if (!good || ::rename(fresh.c_str(), (path_ + "/told").c_str()) != 0) return trouble("cannot be written");
    return {};
  }

 private:
  Error trouble(const std::string& what) const {
    return Error{ErrorKind::environment, "state-folder", fmt::format("`{}` {}: {}", path_, what, std::strerror(errno)), "",
                 "check the folder, its permissions and the space left"};
  }
  std::string path_;
  int lock_ = -1;
  int acts_ = -1;
  std::vector<std::string> stored_;
  uint64_t told_count_ = 0;
  std::optional<Instant> told_now_;
};

void tell(const watch::Change& change) { tell_change(change, {}); }

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

int follow(const FollowOptions& options) {
  auto law = load_law(options.history.law);
  if (!law.ok()) {
    print_error(law.error());
    return exit_code_of(law.error());
  }
  watch::EngineOptions engine_options;
  engine_options.missing = options.missing;
  watch::Engine engine((*law)->plan, engine_options);
  watch::LiveFigures figures(engine.history());
  const auto take = [&](const Act& act, std::vector<watch::History::Note>* notes, const watch::Engine::Sink& sink) {
    const auto added = engine.act(act, notes, sink);
    figures.touch((*law)->plan.symbols.find(act.case_id));
    if (sink) figures.tick(engine.now(), act.id, sink);  // what was told already is added up once, below
    return added;
  };
  const auto move_time = [&](Instant to, const watch::Engine::Sink& sink) {
    engine.tick(to, sink);
    figures.tick(engine.now(), "time", sink);
  };
  watch_for_interrupt();

  std::optional<Journal> journal;
  uint64_t count = 0;
  if (!options.state.empty()) {
    journal.emplace();
    if (const auto opened = journal->open(options.state); !opened.ok()) {
      print_error(opened.error());
      return exit_code_of(opened.error());
    }
    // What was told follows again from the acts told about and the time told; it is not told twice.
    for (const std::string& line : journal->stored()) {
      if (count == journal->told_count() && journal->told_now()) move_time(*journal->told_now(), nullptr);
      const auto act = act_from_json(line);
      if (!act.ok()) {
        print_error(Error{ErrorKind::verification, "state-damaged", "an act of the state folder cannot be read: " + act.error().what,
                          fmt::format("{}/acts.ndjson:{}", options.state, count + 1), "restore the folder from a backup"});
        return 4;
      }
      if (count < journal->told_count())
        take(act.value(), nullptr, nullptr);
      else
        take(act.value(), nullptr, tell);
      ++count;
    }
    if (count <= journal->told_count() && journal->told_now()) move_time(*journal->told_now(), nullptr);
    journal->forget_stored();
    std::cout.flush();
    if (count > 0) fmt::print(stderr, "state: {} acts, {} findings standing\n", count, engine.standing() + figures.findings().size());
  }

  ActReader reader;
  std::string pending;
  uint64_t line_number = 0;
  uint64_t refused = 0;
  bool ended = false;
  Instant latest{INT64_MIN};
  const auto advance = [&] {
    if (!options.event_time)
      move_time(wall_clock(), tell);
    else if (latest.us != INT64_MIN)
      move_time(latest, tell);
  };
  std::vector<char> buffer(size_t{1} << 16);
  constexpr size_t kLongestLine = size_t{16} << 20;
  while (!ended && interrupted == 0) {
    // Wait for input, or until something is due.
    int timeout = 1000;
    if (!options.event_time) {
      const Instant due = std::min(engine.next_due(), figures.next_due());
      const int64_t left = due.us == INT64_MAX ? kSecond * 60 : due.us - wall_clock().us;
      timeout = static_cast<int>(std::clamp<int64_t>(left / 1000 + 1, 1, 60'000));
    }
    pollfd input{STDIN_FILENO, POLLIN, 0};
    const int ready = ::poll(&input, 1, timeout);
    if (ready < 0 && errno != EINTR) break;
    if (ready > 0) {
      const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) {
        ended = true;
        if (!pending.empty()) pending += '\n';
      } else {
        pending.append(buffer.data(), static_cast<size_t>(n));
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
      if (journal && !kept.empty())
        if (const auto written = journal->append(kept); !written.ok()) {
          print_error(written.error());
          return exit_code_of(written.error());
        }
      for (const Act& act : acts) {
        latest = std::max(latest, act.at.instant);
        advance();
        std::vector<watch::History::Note> notes;
        const auto added = take(act, &notes, tell);
        if (added == watch::History::Added::refused) {
          ++refused;
          for (const auto& note : notes) fmt::print(stderr, "refused: {}; help: {}\n", note.what, note.help);
        }
        ++count;
      }
    }
    if (!options.event_time || ready > 0) advance();
    std::cout.flush();
    if (!std::cout) return 70;
    if (journal)
      if (const auto written = journal->told(count, engine.now()); !written.ok()) {
        print_error(written.error());
        return exit_code_of(written.error());
      }
  }
  if (interrupted != 0) return 130;
  return refused > 0 ? 3 : 0;
}

}  // namespace heng
