#include "cli/follow.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
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
//   DIR/standing     what of the changes stands: a line a change, a line "told COUNT NOW_US" after each batch
//   DIR/packs        the packs and the calendar by which it was told: with others, what differs is told anew
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
    if (told_now_) read_standing(folder + "/standing");
    standing_file_ = ::open((folder + "/standing").c_str(), O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
    if (standing_file_ < 0 || ::ftruncate(standing_file_, static_cast<off_t>(standing_size_)) != 0) return trouble("cannot be opened");
    std::ifstream packs(folder + "/packs", std::ios::binary);
    packs_.assign(std::istreambuf_iterator<char>(packs), {});
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
    if (standing_file_ >= 0) ::close(standing_file_);
    if (lock_ >= 0) ::close(lock_);
  }

  const std::vector<std::string>& stored() const { return stored_; }
  uint64_t told_count() const { return told_count_; }
  std::optional<Instant> told_now() const { return told_now_; }
  // By which packs and calendar it was told; empty: by none yet.
  const std::string& packs() const { return packs_; }
  Result<void> keep_packs(const std::string& packs) {
    if (packs == packs_) return {};
    if (!replace("packs", packs)) return trouble("cannot be written");
    packs_ = packs;
    return {};
  }
  // What was told and stands, without words.
  const std::map<std::string, watch::Finding>& standing() const { return standing_; }
  void note(const watch::Change& change) {
    const watch::Finding& f = change.finding;
    if (change.what == watch::Change::What::withdrawn) {
      standing_.erase(f.id);
      noted_ += "-\t" + f.id + "\n";
      return;
    }
    watch::Finding& kept = standing_[f.id];
    kept = watch::Finding{};
    kept.id = f.id;
    kept.rule = f.rule;
    kept.part = f.part;
    kept.kind = f.kind;
    kept.severity = f.severity;
    kept.case_id = f.case_id;
    kept.at = f.at;
    kept.message.en = fingerprint(f);
    noted_ += fmt::format("+\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", f.id, f.rule, f.part, static_cast<int>(f.kind),
                          static_cast<int>(f.severity), f.at.instant.us, f.at.offset_minutes, kept.message.en, escaped(f.case_id));
  }
  // What of a finding may change under the same id.
  static std::string fingerprint(const watch::Finding& finding) {
    std::string text = fmt::format("{} {} {} ", static_cast<int>(finding.kind), finding.at.instant.us,
                                   finding.due ? finding.due->instant.us : 0);
    text += finding.message.en;
    for (const std::string& act : finding.acts) text += " " + act;
    return fmt::format("{:016x}", std::hash<std::string>{}(text));
  }
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
    const std::string text = fmt::format("{} {}\n", count, now.us);
    if (!noted_.empty()) {
      noted_ += "told " + text;
      if (!write_whole(standing_file_, noted_) || ::fdatasync(standing_file_) != 0) return trouble("cannot be written");
      noted_.clear();
    }
    if (!replace("told", text)) return trouble("cannot be written");
    return {};
  }

 private:
  Error trouble(const std::string& what) const {
    return Error{ErrorKind::environment, "state-folder", fmt::format("`{}` {}: {}", path_, what, std::strerror(errno)), "",
                 "check the folder, its permissions and the space left"};
  }
  static bool write_whole(int fd, const std::string& text) {
    size_t done = 0;
    while (done < text.size()) {
      const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      done += static_cast<size_t>(n);
    }
    return true;
  }
  bool replace(const std::string& name, const std::string& text) const {
    const std::string fresh = path_ + "/" + name + ".new";
    const int fd = ::open(fresh.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    const bool good = fd >= 0 && write_whole(fd, text) && ::fdatasync(fd) == 0;
    if (fd >= 0) ::close(fd);
    return good && ::rename(fresh.c_str(), (path_ + "/" + name).c_str()) == 0;
  }
  static std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
      if (c == '\\' || c == '\t' || c == '\n') out += '\\';
      out += c == '\t' ? 't' : c == '\n' ? 'n' : c;
    }
    return out;
  }
  static std::string plain(const std::string& text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\' || i + 1 == text.size()) {
        out += text[i];
        continue;
      }
      ++i;
      out += text[i] == 't' ? '\t' : text[i] == 'n' ? '\n' : text[i];
    }
    return out;
  }
  template <typename T>
  static bool number(const std::string& text, T& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size();
  }
  // Up to the last batch that `told` vouches for: what comes after it is told again.
  void read_standing(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::string line;
    std::vector<std::vector<std::string>> batch;
    uint64_t read = 0;
    while (std::getline(in, line) && !in.eof()) {
      read += line.size() + 1;
      if (line.starts_with("told ")) {
        std::istringstream words(line.substr(5));
        uint64_t count = 0;
        int64_t now = 0;
        if (!(words >> count >> now) || count > told_count_ || now > told_now_->us) return;
        for (const auto& parts : batch) {
          if (parts[0] == "-") {
            standing_.erase(parts[1]);
            continue;
          }
          int kind = 0;
          int severity = 0;
          int64_t at_us = 0;
          int offset = 0;
          if (!number(parts[4], kind) || !number(parts[5], severity) || !number(parts[6], at_us) || !number(parts[7], offset))
            return;
          watch::Finding& kept = standing_[parts[1]];
          kept.id = parts[1];
          kept.rule = parts[2];
          kept.part = parts[3];
          kept.kind = static_cast<watch::Kind>(kind);
          kept.severity = static_cast<watch::Severity>(severity);
          kept.at = {Instant{at_us}, offset};
          kept.message.en = parts[8];
          kept.case_id = plain(parts[9]);
        }
        batch.clear();
        standing_size_ = read;
        continue;
      }
      std::vector<std::string> parts;
      std::istringstream fields(line);
      for (std::string part; std::getline(fields, part, '\t');) parts.push_back(part);
      if (parts.size() == 9 && line.ends_with('\t')) parts.emplace_back();  // of no case
      if (!(parts.size() == 2 && parts[0] == "-") && !(parts.size() == 10 && parts[0] == "+")) return;
      batch.push_back(std::move(parts));
    }
  }

  std::string path_;
  int lock_ = -1;
  int standing_file_ = -1;
  uint64_t standing_size_ = 0;
  std::map<std::string, watch::Finding> standing_;
  std::string noted_;  // changes told since
  std::string packs_;
  int acts_ = -1;
  std::vector<std::string> stored_;
  uint64_t told_count_ = 0;
  std::optional<Instant> told_now_;
};

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
  const auto tell = [&journal](watch::Change&& change) {
    tell_change(change, {});
    if (journal) journal->note(change);
  };
  uint64_t count = 0;
  if (!options.state.empty()) {
    journal.emplace();
    if (const auto opened = journal->open(options.state); !opened.ok()) {
      print_error(opened.error());
      return exit_code_of(opened.error());
    }
    // What was told follows again from the acts told about and the time told; it is not told twice. By other packs or
    // another calendar, what differs is told, with `packs` as its cause.
    std::string packs;
    for (const watch::PackSummary& pack : (*law)->plan.packs) packs += pack.name + " " + pack.hash + "\n";
    packs += "calendar " + (*law)->plan.holidays.hash() + "\n";
    const auto tell_differences = [&] {
      if (journal->packs().empty() || journal->packs() == packs) return;
      std::vector<watch::Finding> now = engine.findings();
      for (watch::Finding& finding : figures.findings()) now.push_back(std::move(finding));
      std::set<std::string> ids;
      for (const watch::Finding& finding : now) ids.insert(finding.id);
      const std::map<std::string, watch::Finding> before = journal->standing();
      for (const auto& [id, finding] : before) {
        if (ids.contains(id)) continue;
        watch::Finding gone = finding;
        gone.message = {};
        gone.at.offset_minutes = 0;
        tell({watch::Change::What::withdrawn, std::move(gone), "packs"});
      }
      for (watch::Finding& finding : now) {
        const auto old = before.find(finding.id);
        if (old == before.end())
          tell({watch::Change::What::raised, std::move(finding), "packs"});
        else if (old->second.message.en != Journal::fingerprint(finding))
          tell({watch::Change::What::changed, std::move(finding), "packs"});
      }
    };
    bool caught_up = false;
    const auto catch_up = [&] {
      if (caught_up || !journal->told_now()) return;
      caught_up = true;
      move_time(*journal->told_now(), nullptr);
      tell_differences();
    };
    for (const std::string& line : journal->stored()) {
      if (count == journal->told_count()) catch_up();
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
    catch_up();
    journal->forget_stored();
    std::cout.flush();
    if (!std::cout) return 70;
    if (count > 0 && engine.now().us != INT64_MIN)
      if (const auto written = journal->told(count, engine.now()); !written.ok()) {
        print_error(written.error());
        return exit_code_of(written.error());
      }
    if (const auto written = journal->keep_packs(packs); !written.ok()) {
      print_error(written.error());
      return exit_code_of(written.error());
    }
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
