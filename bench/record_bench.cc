// The record's speed as ratios to what this machine can do at all, measured in the same run: hash, signature,
// fdatasync.
// Then the whole over HTTP on loopback, every part a process of its own: a record that serves, five witnesses, clients.
//   record_bench [DIR [HENG [http]]]   DIR lies on the disk to be measured (default the temporary directory), HENG is the
//                                      program that serves (default build/release/heng; without it nothing is measured over
//                                      HTTP); with `http` only that is measured
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "act/json.h"
#include "record/http.h"
#include "record/log.h"
#include "record/receipt.h"
#include "record/record.h"
#include "record/verdict.h"
#include "tlog/proof.h"
#include "tlog/tree.h"

namespace {

using namespace heng;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Does `work` (`count` things) three times and keeps the best: things a second of one core's time, whatever else runs.
template <typename Work>
double best_rate(double count, Work work) {
  double best = 0;
  for (int i = 0; i < 3; ++i) {
    const double begin = cpu_seconds();
    work();
    best = std::max(best, count / (cpu_seconds() - begin));
  }
  return best;
}
// The same by the clock on the wall, for what waits for the disk.
template <typename Work>
double best_wall_rate(double count, Work work) {
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
  const double rate = best_wall_rate(rounds, [&] {
    for (int i = 0; i < rounds; ++i)
      if (::pwrite(file, block.data(), bytes, static_cast<off_t>(bytes) * i) < 0 || ::fdatasync(file) != 0)
        std::abort();
  });
  ::close(file);
  std::filesystem::remove(path);
  return rate;
}

const std::string kLeaf(600, 'x');
// The frame in which so many of them are written.
size_t frame_bytes(size_t entries) { return (32 + 608 * entries + 63) / 64 * 64; }

double append_rate(const std::string& dir, size_t batch, size_t total) {
  const std::string record = dir + "/log";
  std::filesystem::remove_all(record);
  const auto disk = record::real_disk();
  if (!record::Log::create(*disk, record, "bench.example/log").ok()) std::abort();
  auto log = std::move(record::Log::open(*disk, {record, "", true}).value());
  const std::vector<record::Entry> entries(batch, record::Entry{kLeaf, {}});
  const auto begin = Clock::now();
  for (size_t done = 0; done < total; done += batch)
    if (!log->append(entries).ok()) std::abort();
  const double rate = static_cast<double>(total) / seconds_since(begin);
  log.reset();
  std::filesystem::remove_all(record);
  return rate;
}

// Acts as a police station writes them, about 400 bytes each.
std::string act_lines(const std::string& prefix, size_t first, size_t count) {
  std::string out;
  for (size_t i = first; i < first + count; ++i) {
    const std::string number = prefix + std::to_string(i);
    out += R"({"id":"a-)" + number + R"(","type":"interrogation","at":"2025-03-03T09:00:00+08:00","case":"GD-)" +
           std::to_string(i % 1000) + R"(","agency":"police","by":[{"id":"p1","role":"investigator"},{"id":"p2","role":"investigator"}],)" +
           R"("on":[{"id":"s)" + number + R"(","role":"person"}],"data":{"place":"station","ended":"2025-03-03T11:00:00+08:00"}})" + "\n";
  }
  return out;
}

// Proofs and audit of a log of a quarter of a million entries on the disk.
void of_a_log(const std::string& dir, double hash_bytes) {
  const std::string where = dir + "/log";
  std::filesystem::remove_all(where);
  const auto disk = record::real_disk();
  constexpr uint64_t kEntries = 1u << 18;
  const tlog::NoteSigner signer{"bench.example/log", tlog::KeyType::ed25519, tlog::SigningKey::from_seed({1})};
  if (!record::Log::create(*disk, where, "bench.example/log").ok()) std::abort();
  {
    auto log = std::move(record::Log::open(*disk, {where, "", true}).value());
    const std::vector<record::Entry> entries(1000, record::Entry{kLeaf, {}});
    while (log->size() < kEntries)
      if (!log->append(std::span(entries).first(static_cast<size_t>(std::min<uint64_t>(1000, kEntries - log->size())))).ok())
        std::abort();
    if (!log->publish(log->sign(signer).value()).ok()) std::abort();
  }
  std::unique_ptr<record::Log> log;
  const double opened = best_rate(1, [&] { log = std::move(record::Log::open(*disk, {where, "", false}).value()); });
  std::printf("%-52s %12.2f ms\n", "opening a log of 262,144 published entries", 1e3 / opened);
  constexpr uint64_t kHot = 100'000;
  const double node = best_rate(kHot, [&] {
    for (uint64_t i = 0; i < kHot; ++i)
      if (!log->inclusion(i % 2048, kEntries).ok()) std::abort();
  });
  row("inclusion proof, tiles in memory", node, "the target of 1 M", 1e6);
  constexpr uint64_t kCold = 1024;  // as many level-0 tiles, each met once
  double cold = 0;
  for (int i = 0; i < 3; ++i) {
    log = std::move(record::Log::open(*disk, {where, "", false}).value());
    const double begin = cpu_seconds();
    for (uint64_t tile = 0; tile < kCold; ++tile)
      if (!log->inclusion((tile * 397 % kCold) * 256 + 5, kEntries).ok()) std::abort();
    cold = std::max(cold, static_cast<double>(kCold) / (cpu_seconds() - begin));
  }
  row("inclusion proof, tile read from a file", cold, "the target of 20 k", 2e4);
  const double audit = best_rate(1, [&] {
    if (!log->audit().ok()) std::abort();
  }) * static_cast<double>(log->audit().value().bytes);
  std::printf("%-52s %12.2f GB/s %5.2f of leaf hash in lanes (%.2f GB/s)\n", "audit of a log", audit / 1e9, audit / hash_bytes,
              hash_bytes / 1e9);
  std::filesystem::remove_all(where);
}

// Acts with bodies, signed as batches: appended in one process, and audited.
void of_a_record(const std::string& dir, double hash_bytes) {
  const std::string where = dir + "/acts";
  std::filesystem::remove_all(where);
  const record::RecordOptions options{where, "", "", "", true, record::kSegmentBytes};
  const Instant now{1'750'000'000'000'000};
  if (!record::Record::create(*record::real_disk(), options, "bench.example/acts", "police", now, record::system_random()).ok()) std::abort();
  const auto fresh_disk = record::real_disk();
  auto record = std::move(record::Record::open(*fresh_disk, options, record::system_random()).value());
  for (const auto signing : {record::Record::Signing::each, record::Record::Signing::batch}) {
    const bool batch = signing == record::Record::Signing::batch;
    std::vector<std::vector<Act>> work;
    const std::string text = act_lines(batch ? "b" : "e", 0, 20'000);
    std::vector<Act> acts;
    for (size_t at = 0; at < text.size();) {
      const size_t end = text.find('\n', at);
      acts.push_back(act_from_json(std::string_view(text).substr(at, end - at)).value());
      at = end + 1;
      if (acts.size() == 500) work.push_back(std::exchange(acts, {}));
    }
    const double begin = cpu_seconds();
    for (const auto& some : work)
      if (!record->append(some, now, "police", signing).ok()) std::abort();
    std::printf("%-52s %12.0f /s\n", batch ? "acts appended in one process, signed in batches" : "acts appended in one process, a signature each",
                20'000 / (cpu_seconds() - begin));
  }
  uint64_t bytes = 0;
  const double runs = best_rate(1, [&] {
    const auto audit = record->audit();
    if (!audit.ok()) std::abort();
    bytes = audit->bytes;
  });
  const double rate = runs * static_cast<double>(bytes);
  std::printf("%-52s %12.2f GB/s %5.2f of leaf hash in lanes (%.2f GB/s)\n", "audit of acts, signatures and bodies too", rate / 1e9,
              rate / hash_bytes, hash_bytes / 1e9);
  std::filesystem::remove_all(where);
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<size_t>(share * static_cast<double>(values.size())))];
}

std::string heng_program;

// A `heng record` command in a process of its own; its standard output comes back through a pipe.
class Process {
 public:
  explicit Process(std::vector<std::string> words) {
    int ends[2];
    if (::pipe(ends) != 0) std::abort();
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      words.insert(words.begin(), {heng_program, "record"});
      std::vector<char*> arguments;
      for (std::string& word : words) arguments.push_back(word.data());
      arguments.push_back(nullptr);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    out_ = ::fdopen(ends[0], "r");
  }
  ~Process() { end(); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  std::string line() {
    char text[4096];
    if (std::fgets(text, sizeof text, out_) == nullptr) return {};
    std::string out(text);
    while (out.ends_with('\n')) out.pop_back();
    return out;
  }
  int wait() {
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = 0;
    return WEXITSTATUS(status);
  }
  // Processor time it has taken so far, of all its threads.
  double cpu() const {
    std::ifstream stat("/proc/" + std::to_string(child_) + "/stat");
    std::string text, word;
    std::getline(stat, text);
    std::istringstream fields(text.substr(text.rfind(')') + 2));
    for (int i = 0; i < 11; ++i) fields >> word;
    double user = 0, system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  }
  void end() {
    if (child_ != 0) {
      ::kill(child_, SIGTERM);
      (void)wait();
    }
    if (out_ != nullptr) std::fclose(out_);
    out_ = nullptr;
  }

 private:
  pid_t child_ = 0;
  FILE* out_ = nullptr;
};

std::string address_in(const std::string& line) { return line.substr(line.find("http://")); }

struct Load {
  double acts = 0;                // a second
  double cpu = 0;                 // seconds the clients took of a core
  std::vector<double> latencies;  // of submissions, ms
};

// `clients` at once, each with submissions of `batch` acts one after another.
Load load(const std::string& url, const std::string& key, const std::string& sign, size_t clients, size_t batch,
          size_t submissions, const std::string& prefix) {
  std::vector<std::vector<double>> latencies(clients);
  std::vector<std::vector<std::string>> bodies(clients), signatures(clients);
  const tlog::NoteSigner signer = tlog::parse_skey(key).value();
  for (size_t client = 0; client < clients; ++client)
    for (size_t i = 0; i < submissions; ++i) {
      bodies[client].push_back(act_lines(prefix + std::to_string(client) + "-", i * batch, batch));
      signatures[client].push_back(
          tlog::base64_encode(signer.key.sign(record::submission_message(bodies[client].back(), sign == "batch"))));
    }
  const auto begin = Clock::now();
  const double cpu_before = cpu_seconds();
  std::vector<std::thread> threads;
  for (size_t client = 0; client < clients; ++client)
    threads.emplace_back([&, client] {
      record::HttpClient connection(url);
      for (size_t i = 0; i < submissions; ++i) {
        const auto sent = Clock::now();
        const auto answer = connection.request("POST", "api/v1/acts?sign=" + sign, bodies[client][i],
                                               {{"Heng-Agency", signer.name}, {"Heng-Signature", signatures[client][i]}});
        if (!answer.ok() || answer->status != 200) {
          std::fprintf(stderr, "no receipt: %s\n", answer.ok() ? answer->body.c_str() : answer.error().text().c_str());
          std::abort();
        }
        latencies[client].push_back(seconds_since(sent) * 1e3);
      }
    });
  for (std::thread& thread : threads) thread.join();
  Load out;
  out.acts = static_cast<double>(clients * submissions * batch) / seconds_since(begin);
  out.cpu = cpu_seconds() - cpu_before;
  for (const auto& some : latencies) out.latencies.insert(out.latencies.end(), some.begin(), some.end());
  return out;
}

void latency_row(const char* what, const std::vector<double>& values, const char* limit_name, double limit_ms) {
  const double p99 = percentile(values, 0.99);
  std::printf("%-52s p50 %7.2f ms, p99 %7.2f ms   %6.1f × %s (%.3f ms)\n", what, percentile(values, 0.5), p99, p99 / limit_ms,
              limit_name, limit_ms);
}

void over_http(const std::string& dir, double sign, double sync) {
  const std::string record = dir + "/rec";
  std::filesystem::remove_all(record);
  std::string policy;
  {
    Process init({"init", record, "--origin", "bench.example/http", "--agency", "police"});
    policy = init.line() + "\n";
    const std::string agency = init.line();
    if (init.wait() != 0) std::abort();
    const std::string log_key = policy.substr(4, policy.size() - 5);
    std::vector<std::string> names;
    for (int i = 0; i < 5; ++i) {
      const std::string name = "w" + std::to_string(i), folder = dir + "/" + name;
      std::filesystem::remove_all(folder);
      Process made({"witness", "init", folder, "--name", name + ".example"});
      const std::string key = made.line();
      if (made.wait() != 0) std::abort();
      Process added({"witness", "add-log", folder, "--origin", "bench.example/http", "--key", log_key});
      if (added.wait() != 0) std::abort();
      names.push_back("witness " + name + " " + key);
    }
    for (const std::string& name : names) policy += name + "\n";
    policy += agency + "\n";
  }
  std::vector<std::unique_ptr<Process>> witnesses;
  std::string with_urls;
  size_t at = 0;
  for (size_t end = 0; (end = policy.find('\n', at)) != std::string::npos; at = end + 1) {
    std::string line = policy.substr(at, end - at);
    if (line.starts_with("witness ")) {
      witnesses.push_back(std::make_unique<Process>(std::vector<std::string>{
          "witness", "serve", dir + "/w" + std::to_string(witnesses.size()), "--listen", "127.0.0.1:0"}));
      line += " " + address_in(witnesses.back()->line());
    }
    with_urls += line + "\n";
  }
  with_urls += "group most 3 w0 w1 w2 w3 w4\nquorum most\n";
  std::ofstream(record + "/policy") << with_urls;
  std::string key;
  std::getline(std::ifstream(record + "/keys/police.skey"), key);
  {
    Process server({"serve", record, "--append", "--listen", "127.0.0.1:0", "--checkpoint-every", "0"});
    const std::string url = address_in(server.line());
    (void)load(url, key, "each", 2, 100, 20, "warm");
    const auto rate = [&](const char* what, const char* how, size_t batch, size_t submissions, const char* prefix) {
      const double before = server.cpu();
      const Load done = load(url, key, how, 8, batch, submissions, prefix);
      const double scale = 1e6 / static_cast<double>(8 * batch * submissions);
      row(what, done.acts, "Ed25519 sign", sign);
      std::printf("%-52s %12.1f us of a core an act for the server, %.1f us for the clients\n", "", (server.cpu() - before) * scale,
                  done.cpu * scale);
    };
    rate("over HTTP, a signature each, 8 clients, 100 a time", "each", 100, 150, "e");
    rate("over HTTP, signed in batches, 8 clients, 500 a time", "batch", 500, 60, "b");
    latency_row("receipt, 4 clients, 1 act a time", load(url, key, "each", 4, 1, 500, "l").latencies, "fdatasync", 1e3 / sync);
    latency_row("receipt, 8 clients, 10 acts a time", load(url, key, "each", 8, 10, 200, "m").latencies, "fdatasync", 1e3 / sync);
  }
  // After all that without a checkpoint the first has thousands of tiles to write. Then, from handing an act in to a checkpoint that a quorum has cosigned and that holds it, at a pace of 100 ms.
  Process server({"serve", record, "--append", "--listen", "127.0.0.1:0", "--checkpoint-every", "100"});
  const std::string url = address_in(server.line());
  const tlog::Policy trusted = tlog::parse_policy(with_urls).value();
  const tlog::NoteSigner signer = tlog::parse_skey(key).value();
  record::HttpClient connection(url);
  std::vector<double> waits;
  for (size_t i = 0; i < 101; ++i) {
    const std::string body = act_lines("proof-", i, 1);
    const auto begin = Clock::now();
    const auto receipt = connection.request(
        "POST", "api/v1/acts?sign=each", body,
        {{"Heng-Agency", signer.name}, {"Heng-Signature", tlog::base64_encode(signer.key.sign(record::submission_message(body, false)))}});
    if (!receipt.ok() || receipt->status != 200) std::abort();
    const size_t place = receipt->body.find("\"index\":");
    const uint64_t index = std::strtoull(receipt->body.c_str() + place + 8, nullptr, 10);
    while (true) {
      const auto note = connection.request("GET", "checkpoint", "");
      if (note.ok() && note->status == 200) {
        const auto head = tlog::parse_checkpoint(note->body);
        if (head.ok() && head->checkpoint.size > index)
          if (const auto verdict = tlog::apply_policy(trusted, *head); verdict.ok() && verdict->quorum) break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    if (i == 0)
      std::printf("%-52s %12.0f ms, of %llu entries\n", "the first checkpoint, witnessed", seconds_since(begin) * 1e3,
                  static_cast<unsigned long long>(index + 1));
    else
      waits.push_back(seconds_since(begin) * 1e3);
    std::this_thread::sleep_for(std::chrono::milliseconds(7 * (i % 13)));
  }
  latency_row("witnessed by 3 of 5, checkpoints every 100 ms", waits, "fdatasync", 1e3 / sync);
}

// Hashes and trees in memory; gives the bytes a second of leaf hashes.
double of_hashes() {
  constexpr size_t kMany = 1u << 18;
  std::vector<tlog::Hash> hashes(kMany), parents(kMany / 2);
  const double node_limit =
      best_rate(kMany / 2, [&] { tlog::node_hashes(hashes.data(), kMany / 2, parents.data()); });
  tlog::use_hash_backend(tlog::HashBackend::portable);
  const double node_portable =
      best_rate(kMany / 2, [&] { tlog::node_hashes(hashes.data(), kMany / 2, parents.data()); });
  tlog::use_hash_backend(tlog::HashBackend::automatic);
  row("node hash, portable code", node_portable, "node hash in lanes", node_limit);

  const std::vector<std::string_view> leaves(kMany, kLeaf);
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
  row("inclusion proof from memory", proofs, "node hash in lanes", node_limit);
  const tlog::Hash root = tree.root();
  row("inclusion proof checked",
      best_rate(50'000,
                [&] {
                  for (uint64_t i = 0; i < 50'000; ++i)
                    if (!tlog::verify_inclusion(hashes[199'998], 199'998, kMany, proof, root).ok())
                      std::abort();
                }),
      "18 node hashes in lanes", node_limit / 18);
  return leaf_limit * 600;
}

const tlog::SigningKey& bench_key() {
  static const tlog::SigningKey key = tlog::SigningKey::from_seed({1});
  return key;
}

double sign_rate() {
  std::string signature;
  return best_rate(5000, [&] {
    for (int i = 0; i < 5000; ++i) signature = bench_key().sign(kLeaf);
  });
}

void of_signatures(double sign) {
  const tlog::SigningKey& key = bench_key();
  const std::string signature = key.sign(kLeaf);
  const double verify = best_rate(5000, [&] {
    for (int i = 0; i < 5000; ++i)
      if (!tlog::ed25519_verify(key.public_key(), kLeaf, signature)) std::abort();
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
}

void of_appending(const std::string& dir) {
  for (const size_t batch : {size_t{1}, size_t{10}, size_t{100}, size_t{1000}}) {
    const double limit = sync_rate(dir, frame_bytes(batch), batch >= 100 ? 60 : 300) * static_cast<double>(batch);
    char name[64];
    std::snprintf(name, sizeof name, "durable append, batches of %zu", batch);
    row(name, append_rate(dir, batch, batch == 1 ? 1000 : batch * 100), "write and fdatasync", limit);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string dir =
      (argc > 1 ? std::filesystem::path(argv[1]) : std::filesystem::temp_directory_path()) /
      "heng-record-bench";
  std::filesystem::create_directories(dir);
  heng_program = argc > 2 ? argv[2] : HENG_SOURCE_DIR "/build/release/heng";
  const bool only_http = argc > 3 && std::string(argv[3]) == "http";
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::printf("one core, lanes %s; 600-byte entries; rates without disk or network are of a core's own time\n", tlog::hash_lanes_in_use() ? "on" : "off");
  const double sign = sign_rate(), sync = sync_rate(dir, frame_bytes(1), 300);
  if (!only_http) {
    const double hash_bytes = of_hashes();
    of_signatures(sign);
    of_appending(dir);
    of_a_log(dir, hash_bytes);
    of_a_record(dir, hash_bytes);
  }
  if (std::filesystem::exists(heng_program))
    over_http(dir, sign, sync);
  else
    std::printf("nothing over HTTP: `%s` is not there\n", heng_program.c_str());
  std::filesystem::remove_all(dir);
}
