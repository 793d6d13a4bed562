#include "cli/follow_state.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace heng {
namespace {

bool write_whole(int fd, std::string_view text) {
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<size_t>(n);
  }
  return true;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '\t' || c == '\n') out += '\\';
    out += c == '\t' ? 't' : c == '\n' ? 'n' : c;
  }
  return out;
}

std::string plain(const std::string& text) {
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
bool number(const std::string& text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

tlog::Hash link(const tlog::Hash& before, std::string_view line) { return tlog::node_hash(before, tlog::leaf_hash(line)); }

}  // namespace

StateFolder::~StateFolder() {
  for (const int fd : {acts_, standing_file_, lock_})
    if (fd >= 0) ::close(fd);
}

Error StateFolder::trouble(const std::string& what) const {
  return Error{ErrorKind::environment, "state-folder", fmt::format("`{}` {}: {}", path_, what, std::strerror(errno)), "",
               "check the folder, its permissions and the space left"};
}

bool StateFolder::replace(const std::string& name, const Writing& write) const {
  const std::string fresh = path_ + "/" + name + ".new";
  const int fd = ::open(fresh.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
  bool good = fd >= 0;
  write([&](std::string_view bytes) { good = good && write_whole(fd, bytes); });
  good = good && ::fdatasync(fd) == 0;
  if (fd >= 0) ::close(fd);
  return good && ::rename(fresh.c_str(), (path_ + "/" + name).c_str()) == 0;
}

bool StateFolder::replace(const std::string& name, const std::string& text) const {
  return replace(name, [&text](const auto& put) { put(text); });
}

Result<void> StateFolder::open(const std::string& folder) {
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
  uint64_t whole = 0;
  HENG_TRY_VOID(lines(0, [&](uint64_t, const std::string& line) {
    whole += line.size() + 1;
    ++stored_;
    chain_ = link(chain_, line);
    return true;
  }));
  if (::ftruncate(acts_, static_cast<off_t>(whole)) != 0) return trouble("cannot be cut to its whole lines");
  return {};
}

Result<void> StateFolder::keep_packs(const std::string& packs) {
  if (packs == packs_) return {};
  if (!replace("packs", packs)) return trouble("cannot be written");
  packs_ = packs;
  return {};
}

Result<void> StateFolder::lines(uint64_t from, const std::function<bool(uint64_t, const std::string&)>& take) const {
  std::ifstream in(path_ + "/acts.ndjson", std::ios::binary);
  std::string line;
  uint64_t index = 0;
  while (std::getline(in, line)) {
    if (in.eof()) break;  // no line end: torn
    if (index >= from && !take(index, line)) return {};
    ++index;
  }
  if (in.bad() || !in.eof()) return trouble("cannot be read");
  return {};
}

Result<void> StateFolder::append(const std::string& lines) {
  if (!write_whole(acts_, lines)) return trouble("cannot be written");
  if (::fdatasync(acts_) != 0) return trouble("cannot be synced");
  size_t begin = 0;
  for (size_t end = lines.find('\n'); end != std::string::npos; end = lines.find('\n', begin)) {
    chain_ = link(chain_, std::string_view(lines).substr(begin, end - begin));
    ++stored_;
    begin = end + 1;
  }
  return {};
}

MappedFile StateFolder::snapshot() const { return MappedFile(snapshot_path()); }

Result<tlog::Hash> StateFolder::chain(uint64_t count) const {
  if (count == stored_) return chain_;
  tlog::Hash out;
  HENG_TRY_VOID(lines(0, [&](uint64_t index, const std::string& line) {
    if (index == count) return false;
    out = link(out, line);
    return true;
  }));
  return out;
}

Result<bool> StateFolder::is_ours(const watch::Snapshot& snapshot) const {
  if (snapshot.record_index > stored_) return false;
  HENG_TRY(const tlog::Hash hash, chain(snapshot.record_index));
  return snapshot.root == tlog::to_hex(hash.view());
}

Result<void> StateFolder::keep_snapshot(const watch::Engine& engine) {
  const bool good = replace("snapshot", [&](const auto& put) { engine.snapshot_to(stored_, tlog::to_hex(chain_.view()), put); });
  return good ? Result<void>() : trouble("cannot be written");
}

void StateFolder::note(const watch::Change& change) {
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

std::string StateFolder::fingerprint(const watch::Finding& finding) {
  std::string text = fmt::format("{} {} {} ", static_cast<int>(finding.kind), finding.at.instant.us,
                                 finding.due ? finding.due->instant.us : 0);
  text += finding.message.en;
  for (const std::string& act : finding.acts) text += " " + act;
  return fmt::format("{:016x}", std::hash<std::string>{}(text));
}

Result<void> StateFolder::told(uint64_t count, Instant now) {
  const std::string text = fmt::format("{} {}\n", count, now.us);
  if (!noted_.empty()) {
    noted_ += "told " + text;
    if (!write_whole(standing_file_, noted_) || ::fdatasync(standing_file_) != 0) return trouble("cannot be written");
    noted_.clear();
  }
  if (!replace("told", text)) return trouble("cannot be written");
  return {};
}

// Up to the last batch that `told` vouches for: what comes after it is told again.
void StateFolder::read_standing(const std::string& file) {
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

}  // namespace heng
