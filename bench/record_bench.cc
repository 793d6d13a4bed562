// The record's speed as ratios to what this machine can do at all, measured in the same run: hash, signature,
// fdatasync.
//   record_bench [DIR]      DIR lies on the disk to be measured (default the temporary directory)
#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "record/log.h"
#include "record/verdict.h"
#include "tlog/proof.h"
#include "tlog/tree.h"

namespace {

using namespace heng;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Times `work` (which does `count` things) three times and keeps the best: things a second.
template <typename Work>
double best_rate(double count, Work work) {
  double best = 0;
  for (int i = 0; i < 3; ++i) {
    const auto begin = Clock::now();
    work();
    best = std::max(best, count / seconds_since(begin));
  }
  return best;
}

void row(const char* what, double rate, const char* limit_name, double limit) {
  std::printf("%-52s %12.0f /s   %5.2f of %s (%.0f /s)\n", what, rate, rate / limit, limit_name, limit);
}

// The disk's own pace: a pre-written file, a write of `bytes` and an fdatasync, again and again.
double sync_rate(const std::string& dir, size_t bytes, int rounds) {
  const std::string path = dir + "/limit";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
  const std::string block(bytes, 'x');
  for (int i = 0; i < rounds; ++i)
    if (::pwrite(file, block.data(), bytes, static_cast<off_t>(bytes) * i) < 0) std::abort();
  ::fsync(file);
  const double rate = best_rate(rounds, [&] {
    for (int i = 0; i < rounds; ++i)
      if (::pwrite(file, block.data(), bytes, static_cast<off_t>(bytes) * i) < 0 || ::fdatasync(file) != 0)
        std::abort();
  });
  ::close(file);
  std::filesystem::remove(path);
  return rate;
}

double append_rate(const std::string& dir, size_t batch, size_t total) {
  const std::string record = dir + "/log";
  std::filesystem::remove_all(record);
  const auto disk = record::real_disk();
  if (!record::Log::create(*disk, record, "bench.example/log").ok()) std::abort();
  auto log = std::move(record::Log::open(*disk, {record, "", true}).value());
  const std::string leaf(600, 'x');
  const std::vector<record::Entry> entries(batch, record::Entry{leaf, {}});
  const auto begin = Clock::now();
  for (size_t done = 0; done < total; done += batch)
    if (!log->append(entries).ok()) std::abort();
  const double rate = static_cast<double>(total) / seconds_since(begin);
  log.reset();
  std::filesystem::remove_all(record);
  return rate;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string dir =
      (argc > 1 ? std::filesystem::path(argv[1]) : std::filesystem::temp_directory_path()) /
      "heng-record-bench";
  std::filesystem::create_directories(dir);
  constexpr size_t kMany = 1u << 18;
  std::printf("one core, lanes %s; 600-byte entries\n", tlog::hash_lanes_in_use() ? "on" : "off");

  std::vector<tlog::Hash> hashes(kMany), parents(kMany / 2);
  const double node_limit =
      best_rate(kMany / 2, [&] { tlog::node_hashes(hashes.data(), kMany / 2, parents.data()); });
  tlog::use_hash_backend(tlog::HashBackend::portable);
  const double node_portable =
      best_rate(kMany / 2, [&] { tlog::node_hashes(hashes.data(), kMany / 2, parents.data()); });
  tlog::use_hash_backend(tlog::HashBackend::automatic);
  row("node hash, portable code", node_portable, "node hash in lanes", node_limit);

  const std::string leaf(600, 'x');
  const std::vector<std::string_view> leaves(kMany, leaf);
  const double leaf_limit = best_rate(kMany, [&] { tlog::leaf_hashes(leaves, hashes.data()); });
  const double hash_limit = 1 / (1 / leaf_limit + 1 / node_limit);
  row("tree append in memory",
      best_rate(kMany,
                [&] {
                  tlog::Tree tree;
                  tree.append_entries(leaves);
                }),
      "one leaf and one node hash", hash_limit);

  tlog::Tree tree;
  tree.append_entries(leaves);
  std::vector<tlog::Hash> proof;
  const double proofs = best_rate(100'000, [&] {
    for (uint64_t i = 0; i < 100'000; ++i) proof = tlog::inclusion_proof(tree, i * 2, kMany).value();
  });
  row("inclusion proof from memory", proofs, "18 copied hashes at node speed", node_limit);
  const tlog::Hash root = tree.root();
  row("inclusion proof checked",
      best_rate(50'000,
                [&] {
                  for (uint64_t i = 0; i < 50'000; ++i)
                    if (!tlog::verify_inclusion(hashes[199'998], 199'998, kMany, proof, root).ok())
                      std::abort();
                }),
      "18 node hashes in lanes", node_limit / 18);

  const tlog::SigningKey key = tlog::SigningKey::from_seed({1});
  std::string signature;
  const double sign = best_rate(5000, [&] {
    for (int i = 0; i < 5000; ++i) signature = key.sign(leaf);
  });
  const double verify = best_rate(5000, [&] {
    for (int i = 0; i < 5000; ++i)
      if (!tlog::ed25519_verify(key.public_key(), leaf, signature)) std::abort();
  });
  record::Leaf act;
  act.kind = "detention_executed";
  act.agency = "police";
  act.agency_seq = 1;
  act.at = act.recorded = "2025-03-03T09:00:00+08:00";
  std::vector<record::Leaf> acts(1000, act);
  row("leaves signed one by one",
      best_rate(1000,
                [&] {
                  for (auto& one : acts) record::sign_leaf(one, key);
                }),
      "Ed25519 sign", sign);
  row("leaves signed as one batch of 1,000", best_rate(1000, [&] { record::sign_batch(acts, key); }),
      "Ed25519 sign", sign);
  record::sign_leaf(act, key);
  row("signed leaves verified",
      best_rate(1000,
                [&] {
                  for (int i = 0; i < 1000; ++i)
                    if (!record::verify_leaf(act, key.public_key())) std::abort();
                }),
      "Ed25519 verify", verify);

  for (const size_t batch : {size_t{1}, size_t{10}, size_t{100}, size_t{1000}}) {
    const double limit = sync_rate(dir, (32 + 608 * batch + 63) / 64 * 64, batch >= 100 ? 60 : 300) *
                         static_cast<double>(batch);
    char name[64];
    std::snprintf(name, sizeof name, "durable append, batches of %zu", batch);
    row(name, append_rate(dir, batch, batch == 1 ? 1000 : batch * 100), "write and fdatasync", limit);
  }
  std::filesystem::remove_all(dir);
}
