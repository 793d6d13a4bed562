#include "record/log.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>

#include "record/crc32c.h"
#include "record/sim_disk_test.h"
#include "tlog/proof.h"

namespace heng::record {
namespace {

constexpr uint64_t kSmallSegment = 16384;

tlog::NoteSigner log_key() {
  return {"record.example/log", tlog::KeyType::ed25519, tlog::SigningKey::from_seed({1})};
}

std::string leaf_text(uint64_t i) { return "leaf " + std::to_string(i) + std::string(i * 7 % 90, 'x'); }
std::string body_text(uint64_t i) {
  return i % 3 == 0 ? "" : "body " + std::to_string(i) + std::string(i * 31 % 700, 'y');
}

Result<uint64_t> append_some(Log& log, uint64_t from, uint64_t count) {
  std::vector<std::string> texts;
  for (uint64_t i = from; i < from + count; ++i) {
    texts.push_back(leaf_text(i));
    texts.push_back(body_text(i));
  }
  std::vector<Entry> entries;
  for (size_t i = 0; i < texts.size(); i += 2) entries.push_back({texts[i], texts[i + 1]});
  return log.append(entries);
}

Result<std::unique_ptr<Log>> open_log(Disk& disk) { return Log::open(disk, {"log", "state", true}); }

TEST(Log, KeepsEntriesProofsAndTilesOverRestarts) {
  SimDisk disk;
  ASSERT_TRUE(Log::create(disk, "log", "record.example/log", kSmallSegment).ok());
  EXPECT_FALSE(Log::create(disk, "log", "record.example/log", kSmallSegment).ok());
  uint64_t total = 0;
  for (int round = 0; round < 5; ++round) {
    auto opened = open_log(disk);
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    Log& log = **opened;
    ASSERT_EQ(log.size(), total);
    ASSERT_EQ(append_some(log, total, 130).value(), total);
    total += 130;
    const auto checkpoint = log.sign(log_key());
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().text();
    const auto published = log.publish(*checkpoint);
    ASSERT_TRUE(published.ok()) << published.error().text();
    for (uint64_t i = 0; i < total; ++i) {
      EXPECT_EQ(log.leaf(i).value(), leaf_text(i));
      EXPECT_EQ(log.body(i).value(), body_text(i));
    }
    const auto audit = log.audit();
    ASSERT_TRUE(audit.ok()) << audit.error().text();
    EXPECT_EQ(audit->entries, total);
  }
  // What a stranger reads through the tile interface leads to the published root.
  auto log = std::move(open_log(disk).value());
  const auto checkpoint = tlog::parse_checkpoint(log->resource("checkpoint").value());
  ASSERT_TRUE(checkpoint.ok());
  const tlog::TileNodes nodes(total, [&](const tlog::TileId& id) { return log->resource(id.path()); });
  EXPECT_EQ(tlog::tree_root(nodes, total).value(), checkpoint->checkpoint.root);
  EXPECT_FALSE(log->resource("tile/0/009").ok());
  EXPECT_FALSE(log->resource("../log.json").ok());
}

// Runs a life of appends and publications on `disk`; says what was acknowledged.
struct Life {
  uint64_t acknowledged = 0;
  std::optional<tlog::Checkpoint> published;  // acknowledged to be
  bool failed = false;
};

Life live(Disk& disk, uint64_t seed, uint64_t start) {
  Life life{start, std::nullopt, false};
  std::mt19937_64 random(seed);
  auto opened = open_log(disk);
  if (!opened.ok()) {
    life.failed = true;
    return life;
  }
  Log& log = **opened;
  for (int step = 0; step < 12; ++step) {
    if (random() % 3 != 0) {
      const uint64_t count = 1 + random() % 40;
      if (!append_some(log, log.size(), count).ok()) {
        life.failed = true;
        // A log that has failed must not go on.
        EXPECT_FALSE(append_some(log, log.size(), 1).ok());
        EXPECT_FALSE(log.sign(log_key()).ok());
        return life;
      }
      life.acknowledged = log.size();
    } else {
      const auto checkpoint = log.sign(log_key());
      if (!checkpoint.ok() || !log.publish(*checkpoint).ok()) {
        life.failed = true;
        return life;
      }
      life.published = checkpoint->checkpoint;
    }
  }
  return life;
}

// After a crash: nothing acknowledged is lost, nothing published runs ahead, the audit is clean, and life
// goes on.
void expect_sound(SimDisk& disk, const Life& life, const std::string& label) {
  auto opened = open_log(disk);
  ASSERT_TRUE(opened.ok()) << label << opened.error().text();
  Log& log = **opened;
  ASSERT_GE(log.size(), life.acknowledged) << label;
  for (uint64_t i = 0; i < log.size(); ++i) {
    ASSERT_EQ(log.leaf(i).value(), leaf_text(i)) << label << i;
    ASSERT_EQ(log.body(i).value(), body_text(i)) << label << i;
  }
  const auto shown = log.published();
  ASSERT_TRUE(shown.ok()) << label;
  if (life.published) {
    ASSERT_TRUE(shown->has_value()) << label;
    ASSERT_GE((*shown)->checkpoint.size, life.published->size) << label;
  }
  if (shown->has_value()) {
    ASSERT_LE((*shown)->checkpoint.size, log.size()) << label;
  }
  const auto audit = log.audit();
  ASSERT_TRUE(audit.ok()) << label << audit.error().text();
  ASSERT_TRUE(append_some(log, log.size(), 3).ok()) << label;
  const auto checkpoint = log.sign(log_key());
  ASSERT_TRUE(checkpoint.ok() && log.publish(*checkpoint).ok()) << label;
  ASSERT_TRUE(log.audit().ok()) << label;
}

// HENG_CRASH_POINTS random lives and crash points (200 by default; 100000 is the whole).
TEST(Log, SurvivesACrashAtAnyCall) {
  const char* wanted = std::getenv("HENG_CRASH_POINTS");
  const uint64_t points = wanted ? std::strtoull(wanted, nullptr, 10) : 200;
  size_t torn = 0;
  for (uint64_t point = 0; point < points; ++point) {
    SimDisk disk;
    ASSERT_TRUE(Log::create(disk, "log", "record.example/log", kSmallSegment).ok());
    std::mt19937_64 random(point);
    disk.crash_at = disk.calls + random() % 150;
    const Life life = live(disk, point, 0);
    auto after = disk.after_crash(random());
    // A second crash during or after the recovery.
    after->crash_at = after->calls + random() % 40;
    Life second = live(*after, point + 1, life.acknowledged);
    if (!second.published) second.published = life.published;
    auto later = after->after_crash(random());
    torn += life.failed;
    expect_sound(*later, second, "point " + std::to_string(point) + ": ");
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(torn, points / 4);
}

TEST(Log, RefusesAfterAnyFailedCallAndRecovers) {
  SimDisk probe;
  ASSERT_TRUE(Log::create(probe, "log", "record.example/log", kSmallSegment).ok());
  const uint64_t begin = probe.calls;
  (void)live(probe, 3, 0);
  const uint64_t calls = probe.calls - begin;
  ASSERT_GT(calls, 50u);
  for (uint64_t point = 0; point < calls; ++point) {
    SimDisk disk;
    ASSERT_TRUE(Log::create(disk, "log", "record.example/log", kSmallSegment).ok());
    disk.fail_at = begin + point;
    const Life life = live(disk, 3, 0);
    auto after = disk.after_crash(point);
    expect_sound(*after, life, "call " + std::to_string(point) + ": ");
    if (HasFatalFailure()) return;
  }
}

TEST(Log, RefusesARestoredOldCopy) {
  SimDisk disk;
  ASSERT_TRUE(Log::create(disk, "log", "record.example/log", kSmallSegment).ok());
  {
    auto log = std::move(open_log(disk).value());
    ASSERT_TRUE(append_some(*log, 0, 10).ok());
    ASSERT_TRUE(log->publish(log->sign(log_key()).value()).ok());
  }
  const std::string old_segment = *disk.content("log/wal/00000000.wal");
  {
    auto log = std::move(open_log(disk).value());
    ASSERT_TRUE(append_some(*log, 10, 10).ok());
    ASSERT_TRUE(log->publish(log->sign(log_key()).value()).ok());
  }
  *disk.content("log/wal/00000000.wal") = old_segment;
  const auto behind = open_log(disk);
  ASSERT_FALSE(behind.ok());
  EXPECT_EQ(behind.error().code, "log-rolled-back");
}

TEST(Log, SomebodyElsesCheckpointDecidesWhetherToSign) {
  SimDisk disk;
  ASSERT_TRUE(Log::create(disk, "log", "record.example/log", kSmallSegment).ok());
  auto log = std::move(open_log(disk).value());
  ASSERT_TRUE(append_some(*log, 0, 10).ok());
  EXPECT_TRUE(log->continues({"record.example/log", 4, log->tree().root(4).value(), {}}).ok());
  EXPECT_EQ(log->continues({"record.example/log", 11, log->tree().root(4).value(), {}}).error().code, "log-behind");
  EXPECT_EQ(log->continues({"record.example/log", 5, log->tree().root(4).value(), {}}).error().code, "log-forked");
}

// What was published long ago is read from tiles and through the segments' indexes, and gives what memory gave.
TEST(Log, OldEntriesStayOnTheDiskAndProveTheSame) {
  SimDisk disk;
  ASSERT_TRUE(Log::create(disk, "log", "record.example/log", kSmallSegment).ok());
  tlog::Tree naive;
  {
    auto log = std::move(open_log(disk).value());
    for (uint64_t i = 0; i < 700; i += 35) {
      ASSERT_TRUE(append_some(*log, i, 35).ok());
      if (i % 2 == 0) {
        ASSERT_TRUE(log->publish(log->sign(log_key()).value()).ok());
      }
    }
    ASSERT_TRUE(append_some(*log, 700, 50).ok());
  }
  for (uint64_t i = 0; i < 750; ++i) naive.append(tlog::leaf_hash(leaf_text(i)));
  std::string damaged_index, damaged_tile;
  for (const std::string& file : disk.files())
    if (file.ends_with(".idx")) damaged_index = file;
  ASSERT_FALSE(damaged_index.empty());
  for (const int round : {0, 1, 2}) {
    if (round == 1) (*disk.content(damaged_index))[30] ^= 1;  // made again from the segment
    auto opened = open_log(disk);
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    Log& log = **opened;
    EXPECT_EQ(log.tree().begin(), 512u);
    ASSERT_EQ(log.size(), 750u);
    EXPECT_EQ(log.tree().root(), naive.root());
    if (round == 2) {
      (*disk.content("log/tile/0/000"))[5] ^= 1;
      EXPECT_EQ(tlog::inclusion_proof(log.tree(), 3, 750).error().code, "log-tile");
      EXPECT_FALSE(log.audit().ok());
      break;
    }
    for (uint64_t i = 0; i < 750; ++i) {
      ASSERT_EQ(log.leaf(i).value(), leaf_text(i));
      ASSERT_EQ(tlog::inclusion_proof(log.tree(), i, 750).value(), tlog::inclusion_proof(naive, i, 750).value());
      ASSERT_EQ(log.inclusion(i, 750).value(), tlog::inclusion_proof(naive, i, 750).value());
      ASSERT_EQ(log.inclusion(i / 2, i + 1).value(), tlog::inclusion_proof(naive, i / 2, i + 1).value());
      ASSERT_EQ(log.tree().root(i).value(), naive.root(i));
      ASSERT_EQ(tlog::consistency_proof(log.tree(), i, 750).value(),
                tlog::consistency_proof(naive, i, 750).value());
    }
    EXPECT_EQ(log.audit().ok(), round == 0);
  }
  // A damaged upper tile is seen when the log is opened, and the entries decide.
  (*disk.content("log/tile/1/000.p/2"))[5] ^= 1;
  auto opened = open_log(disk);
  ASSERT_TRUE(opened.ok()) << opened.error().text();
  EXPECT_EQ((*opened)->tree().begin(), 0u);
  EXPECT_EQ((*opened)->tree().root(), naive.root());
}

// A reader beside a living writer sees only whole commits, in order, and never takes the writer's half for damage.
TEST(Log, AReaderBesideAWriter) {
  const std::string dir = std::filesystem::temp_directory_path() / ("heng-beside-" + std::to_string(getpid()));
  std::filesystem::remove_all(dir);
  {
    auto disk = real_disk();
    ASSERT_TRUE(Log::create(*disk, dir, "record.example/log", 1u << 18).ok());
  }
  constexpr uint64_t kEnd = 3000;
  std::thread writer([&] {
    auto disk = real_disk();
    auto log = std::move(Log::open(*disk, {dir, "", true}).value());
    while (log->size() < kEnd) {
      HENG_ASSERT(append_some(*log, log->size(), 1 + log->size() % 20).ok());
      if (log->size() % 3 == 0) HENG_ASSERT(log->publish(log->sign(log_key()).value()).ok());
    }
  });
  auto disk = real_disk();
  std::unique_ptr<Log> log;
  uint64_t seen = 0;
  for (int turn = 0; seen < kEnd; ++turn) {
    if (!log || turn % 7 == 0) {
      auto opened = Log::open(*disk, {dir, "", false});
      EXPECT_TRUE(opened.ok()) << opened.error().text();
      if (!opened.ok()) break;
      log = std::move(*opened);
    } else {
      const auto more = log->refresh();
      EXPECT_TRUE(more.ok()) << more.error().text();
      if (!more.ok()) break;
    }
    EXPECT_GE(log->size(), seen);
    for (; seen < log->size(); ++seen) EXPECT_EQ(log->leaf(seen).value(), leaf_text(seen));
  }
  writer.join();
  EXPECT_GE(seen, kEnd);
  std::filesystem::remove_all(dir);
}

// Every byte class on the disk: whatever is changed behind the log's back, opening or auditing must notice.
TEST(Log, NoticesAnyChangedByte) {
  SimDisk disk;
  ASSERT_TRUE(Log::create(disk, "log", "record.example/log", kSmallSegment).ok());
  {
    auto log = std::move(open_log(disk).value());
    ASSERT_TRUE(append_some(*log, 0, 20).ok());
    ASSERT_TRUE(append_some(*log, 20, 20).ok());
    ASSERT_TRUE(log->publish(log->sign(log_key()).value()).ok());
  }
  size_t tried = 0;
  for (const std::string& file : disk.files()) {
    if (file == "log/log.json") continue;  // the origin: checked against every checkpoint
    const std::string original = *disk.content(file);
    const size_t used = std::min<size_t>(original.find_last_not_of('\0') + 1, original.size());
    for (size_t at = 0; at < used; at += file.ends_with(".wal") ? 5 : 1) {
      if (file.ends_with("signed") || file.ends_with("checkpoint")) {
        if (at >= original.find("\n\n")) break;  // signatures are the verifier's matter, not the disk's
      }
      (*disk.content(file))[at] = static_cast<char>(original[at] ^ 4);
      const auto opened = Log::open(disk, {"log", "state", false});
      if (opened.ok()) {
        // A damaged last frame looks like a torn write: then the signed checkpoint must say that something is
        // gone.
        EXPECT_FALSE((*opened)->audit().ok()) << file << " " << at;
      }
      *disk.content(file) = original;
      ++tried;
    }
  }
  EXPECT_GT(tried, 1000u);
  EXPECT_TRUE(std::move(open_log(disk).value())->audit().ok());
}

TEST(Crc32c, KnownAnswerAndChaining) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c("56789", crc32c("1234")), 0xe3069283u);
}

// A real process on a real disk, killed at a random moment, again and again.
TEST(Log, SurvivesKill9) {
  const char* wanted = std::getenv("HENG_KILL_ROUNDS");
  const int rounds = wanted ? std::atoi(wanted) : 10;
  const std::string dir = std::filesystem::temp_directory_path() / ("heng-kill-" + std::to_string(getpid()));
  std::filesystem::remove_all(dir);
  {
    auto disk = real_disk();
    ASSERT_TRUE(Log::create(*disk, dir, "record.example/log", 1u << 18).ok());
  }
  std::mt19937_64 random(11);
  uint64_t acknowledged = 0;
  for (int round = 0; round < rounds; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(pipe_ends[0]);
      auto disk = real_disk();
      auto log = Log::open(*disk, {dir, "", true});
      if (!log.ok()) _exit(3);
      while (true) {
        if (!append_some(**log, (*log)->size(), 7).ok()) _exit(4);
        const uint64_t size = (*log)->size();
        if (write(pipe_ends[1], &size, sizeof size) != sizeof size) _exit(0);
        const auto checkpoint = (*log)->sign(log_key());
        if (!checkpoint.ok() || !(*log)->publish(*checkpoint).ok()) _exit(5);
      }
    }
    close(pipe_ends[1]);
    // After some acknowledgements, however long the machine takes for them, and then anywhere in the next steps.
    uint64_t size = 0;
    for (uint64_t waited = random() % 12; waited > 0; --waited) {
      ASSERT_EQ(read(pipe_ends[0], &size, sizeof size), static_cast<ssize_t>(sizeof size));
      acknowledged = std::max(acknowledged, size);
    }
    usleep(static_cast<useconds_t>(random() % 5000));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself: " << WEXITSTATUS(status);
    while (read(pipe_ends[0], &size, sizeof size) == sizeof size) acknowledged = std::max(acknowledged, size);
    close(pipe_ends[0]);
    auto disk = real_disk();
    auto log = Log::open(*disk, {dir, "", true});
    ASSERT_TRUE(log.ok()) << log.error().text();
    ASSERT_GE((*log)->size(), acknowledged);
    for (uint64_t i = 0; i < (*log)->size(); ++i) ASSERT_EQ((*log)->leaf(i).value(), leaf_text(i));
    const auto audit = (*log)->audit();
    ASSERT_TRUE(audit.ok()) << audit.error().text();
  }
  EXPECT_GT(acknowledged, 0u);
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace heng::record
