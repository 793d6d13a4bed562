// A disk in memory that behaves as badly as a disk may: what was not synced survives a crash in part or not
// at all, in sectors of 512 bytes; names that were not synced survive up to some point in their order; any
// call can fail. Several threads may use it.
#pragma once

#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "record/disk.h"

namespace heng::record {

class SimDisk : public Disk {
 public:
  static constexpr uint64_t kNever = UINT64_MAX;
  uint64_t calls = 0;
  uint64_t fail_at = kNever;   // this call fails, once
  uint64_t crash_at = kNever;  // from this call on nothing works; the call itself takes part in the crash
  bool dead = false;

  // What a machine finds after the power came back.
  std::unique_ptr<SimDisk> after_crash(uint64_t seed) const {
    const std::lock_guard lock(mutex_);
    std::mt19937_64 random(seed);
    auto out = std::make_unique<SimDisk>();
    out->dirs_ = dirs_;
    const size_t kept = pending_names_.empty() ? 0 : random() % (pending_names_.size() + 1);
    out->durable_names_ = durable_names_;
    for (size_t i = 0; i < kept; ++i) apply(pending_names_[i], out->durable_names_);
    out->names_ = out->durable_names_;
    out->nodes_ = nodes_;
    for (Node& node : out->nodes_) {
      for (const Write& write : node.pending)
        for (size_t begin = 0; begin < write.bytes.size();) {
          const size_t sector_end = 512 - (write.offset + begin) % 512;
          const size_t size = std::min(sector_end, write.bytes.size() - begin);
          if (random() % 2 == 0)
            put(node.durable, write.offset + begin, std::string_view(write.bytes).substr(begin, size));
          begin += size;
        }
      node.pending.clear();
      node.content = node.durable;
    }
    return out;
  }

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    const std::lock_guard lock(mutex_);
    if (mode == OpenMode::read) {
      if (dead) return broken();
    } else {
      HENG_TRY_VOID(call());
    }
    const auto found = names_.find(path);
    if (mode == OpenMode::create) {
      if (found != names_.end()) return Error{ErrorKind::conflict, "disk-error", "exists", path, ""};
      nodes_.emplace_back();
      name({Name::Kind::link, path, "", nodes_.size() - 1});
      return std::unique_ptr<File>(std::make_unique<SimFile>(*this, nodes_.size() - 1));
    }
    if (found == names_.end()) return Error{ErrorKind::not_found, "disk-missing", "no such file", path, ""};
    return std::unique_ptr<File>(std::make_unique<SimFile>(*this, found->second));
  }
  Result<void> make_dirs(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    if (names_.contains(path) || dirs_.contains(path)) return {};
    HENG_TRY_VOID(call());
    for (size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
      dirs_[path.substr(0, slash)] = true;
    dirs_[path] = true;
    return {};
  }
  Result<void> rename(const std::string& from, const std::string& to) override {
    const std::lock_guard lock(mutex_);
    HENG_TRY_VOID(call());
    name({Name::Kind::rename, to, from, 0});
    return {};
  }
  Result<void> remove(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    HENG_TRY_VOID(call());
    name({Name::Kind::remove, path, "", 0});
    return {};
  }
  Result<void> sync_dir(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    const Result<void> called = call();
    if (!called.ok()) return Error{ErrorKind::environment, "fsync-failed", "injected", path, ""};
    // One order for all names: syncing any directory makes the whole prefix durable, as a journal does.
    for (const Name& pending : pending_names_) apply(pending, durable_names_);
    pending_names_.clear();
    return {};
  }
  bool exists(const std::string& path) const override {
    const std::lock_guard lock(mutex_);
    return names_.contains(path) || dirs_.contains(path);
  }
  Result<std::vector<std::string>> list(const std::string& path) const override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> out;
    for (const auto& [file, node] : names_)
      if (file.starts_with(path + "/") && file.find('/', path.size() + 1) == std::string::npos)
        out.push_back(file.substr(path.size() + 1));
    return out;
  }
  Result<void> lock(const std::string&) override { return {}; }

  // For tests that change bytes behind the log's back.
  std::string* content(const std::string& path) {
    const auto found = names_.find(path);
    if (found == names_.end()) return nullptr;
    nodes_[found->second].pending.clear();
    return &nodes_[found->second].content;
  }
  std::vector<std::string> files() const {
    std::vector<std::string> out;
    for (const auto& [file, node] : names_) out.push_back(file);
    return out;
  }

 private:
  struct Write {
    uint64_t offset;
    std::string bytes;
  };
  struct Node {
    std::string content;  // what a reader sees now
    std::string durable;  // what a crash leaves for certain
    std::vector<Write> pending;
  };
  struct Name {
    enum class Kind { link, rename, remove } kind;
    std::string path;
    std::string from;
    size_t node;
  };

  class SimFile : public File {
   public:
    SimFile(SimDisk& disk, size_t node) : disk_(disk), node_(node) {}
    Result<void> write(uint64_t offset, std::string_view bytes) override {
      const std::lock_guard lock(disk_.mutex_);
      if (disk_.dead) return broken();
      Node& node = disk_.nodes_[node_];
      node.pending.push_back({offset, std::string(bytes)});
      const Result<void> called = disk_.call();
      if (!called.ok()) return called;
      put(node.content, offset, bytes);
      return {};
    }
    Result<std::string> read(uint64_t offset, size_t size) const override {
      const std::lock_guard lock(disk_.mutex_);
      if (disk_.dead) return broken();
      const std::string& content = disk_.nodes_[node_].content;
      return offset >= content.size() ? std::string() : content.substr(offset, size);
    }
    Result<uint64_t> size() const override {
      const std::lock_guard lock(disk_.mutex_);
      return static_cast<uint64_t>(disk_.nodes_[node_].content.size());
    }
    Result<void> sync() override {
      const std::lock_guard lock(disk_.mutex_);
      const Result<void> called = disk_.call();
      Node& node = disk_.nodes_[node_];
      if (!called.ok()) {
        // As real systems do: the pages are dropped and the next sync will say all is well.
        if (!disk_.dead) node.pending.clear();
        return Error{ErrorKind::environment, "fsync-failed", "injected", "", ""};
      }
      node.durable = node.content;
      node.pending.clear();
      return {};
    }

   private:
    SimDisk& disk_;
    size_t node_;
  };

  static Error broken() { return Error{ErrorKind::environment, "disk-error", "injected", "", ""}; }
  Result<void> call() {
    if (dead) return broken();
    const uint64_t now = calls++;
    if (now >= crash_at) {
      dead = true;
      return broken();
    }
    if (now == fail_at) return broken();
    return {};
  }
  static void put(std::string& content, uint64_t offset, std::string_view bytes) {
    if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size(), '\0');
    std::memcpy(content.data() + offset, bytes.data(), bytes.size());
  }
  static void apply(const Name& name, std::map<std::string, size_t>& names) {
    if (name.kind == Name::Kind::link) names[name.path] = name.node;
    if (name.kind == Name::Kind::remove) names.erase(name.path);
    if (name.kind == Name::Kind::rename) {
      const auto found = names.find(name.from);
      if (found == names.end()) return;
      const size_t node = found->second;
      names.erase(found);
      names[name.path] = node;
    }
  }
  void name(Name change) {
    apply(change, names_);
    pending_names_.push_back(std::move(change));
  }

  mutable std::mutex mutex_;
  std::map<std::string, size_t> names_, durable_names_;
  std::vector<Name> pending_names_;
  std::map<std::string, bool> dirs_;
  std::vector<Node> nodes_;
};

}  // namespace heng::record
