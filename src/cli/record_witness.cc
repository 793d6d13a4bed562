// heng record: witnesses, mirrors, restoring.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <thread>

#include "cli/record_common.h"
#include "record/http.h"
#include "record/mirror.h"
#include "record/witness_node.h"

namespace heng {
namespace {

uint64_t seconds_now() { return static_cast<uint64_t>(wall_clock().us / kSecond); }

struct WitnessArguments {
  std::string dir, name, origin, listen = "127.0.0.1:7380";
  std::vector<std::string> keys;
};

int run_witness_init(const WitnessArguments& arguments) {
  if (!tlog::valid_key_name(arguments.name))
    return report_error({ErrorKind::usage, "witness-name",
                         "`" + arguments.name + "` cannot be a witness's name", "",
                         "use a name like witness.example.org without spaces or plus signs"});
  auto disk = record::real_disk();
  for (const char* below : {"", "/logs", "/seen", "/evidence"}) {
    const auto made = disk->make_dirs(arguments.dir + below);
    if (!made.ok()) return report_error(made.error());
  }
  if (disk->exists(arguments.dir + "/witness.skey"))
    return report_error(
        {ErrorKind::conflict, "witness-exists", "there is a witness already", arguments.dir, ""});
  const tlog::NoteSigner signer{arguments.name, tlog::KeyType::cosignature,
                                tlog::SigningKey::from_seed(record::system_random().key())};
  const auto written = record::write_durably(*disk, arguments.dir + "/witness.skey", signer.skey() + "\n");
  if (!written.ok()) return report_error(written.error());
  fmt::print("{}\n", signer.verifier().vkey());
  return 0;
}

int run_witness_add_log(const WitnessArguments& arguments) {
  auto disk = record::real_disk();
  std::string text = arguments.origin + "\n";
  for (const std::string& key : arguments.keys) {
    const auto parsed = tlog::parse_vkey(key);
    if (!parsed.ok()) return report_error(parsed.error());
    text += key + "\n";
  }
  const auto made = disk->make_dirs(arguments.dir + "/logs");
  if (!made.ok()) return report_error(made.error());
  const auto written = record::write_durably(
      *disk, arguments.dir + "/logs/" + tlog::to_hex(tlog::sha256(arguments.origin).view()), text);
  return written.ok() ? 0 : report_error(written.error());
}

int run_witness_serve(const WitnessArguments& arguments) {
  auto disk = record::real_disk();
  auto node = record::WitnessNode::open(*disk, arguments.dir, seconds_now);
  if (!node.ok()) return report_error(node.error());
  const int code = serve_http(
      arguments.listen,
      [&](record::HttpRequest&& request, const record::HttpServer::Reply& reply) { reply((*node)->handle(request)); },
      "witness at");
  return (*node)->stopped() ? 70 : code;
}

struct MirrorArguments {
  std::string dir, from, policy, key;
  int follow = 0;
  uint32_t segment_mib = 64;
};

record::Source source_of(record::Disk& disk, const std::string& from) {
  return from.starts_with("http://") ? record::http_source(from) : record::directory_source(disk, from);
}

Result<tlog::NoteSigner> read_key(const record::Disk& disk, const std::string& path) {
  HENG_TRY(std::string text, record::read_whole(disk, path, 4096));
  while (text.ends_with('\n')) text.pop_back();
  return tlog::parse_skey(text);
}

Result<std::string> origin_of(const record::Source& source) {
  HENG_TRY(const std::string note, source("checkpoint"));
  HENG_TRY(const tlog::SignedCheckpoint head, tlog::parse_checkpoint(note));
  return head.checkpoint.origin;
}

int run_mirror(const MirrorArguments& arguments) {
  auto disk = record::real_disk();
  const auto policy = find_policy(arguments.policy, arguments.from);
  if (!policy.ok()) return report_error(policy.error());
  if (!policy->has_value())
    return report_error({ErrorKind::usage, "policy-missing",
                         "a mirror needs the policy that names the log's key", "", "give it with --policy"});
  std::optional<tlog::NoteSigner> signer;
  if (!arguments.key.empty()) {
    auto key = read_key(*disk, arguments.key);
    if (!key.ok()) return report_error(key.error());
    if (key->type != tlog::KeyType::cosignature)
      return report_error({ErrorKind::bad_input, "mirror-key", "a mirror's key must be a cosignature key",
                           arguments.key, "make one with `heng record witness init`"});
    signer.emplace(std::move(*key));
  }
  if (!disk->exists(arguments.dir + "/log.json")) {
    const auto origin = origin_of(source_of(*disk, arguments.from));
    if (!origin.ok()) return report_error(origin.error());
    const auto made =
        record::Log::create(*disk, arguments.dir, *origin, uint64_t{arguments.segment_mib} << 20);
    if (!made.ok()) return report_error(made.error());
  }
  auto mirror = record::Log::open(*disk, {arguments.dir, "", true});
  if (!mirror.ok()) return report_error(mirror.error());
  while (true) {
    const auto done = record::mirror_once(**mirror, source_of(*disk, arguments.from), **policy,
                                          signer ? &*signer : nullptr, seconds_now());
    if (!done.ok() && (arguments.follow == 0 || done.error().kind != ErrorKind::unreachable))
      return report_error(done.error());
    if (done.ok()) fmt::print("mirrored {} to {} entries\n", done->before, done->after);
    std::fflush(stdout);
    if (arguments.follow == 0) return 0;
    std::this_thread::sleep_for(std::chrono::seconds(arguments.follow));
  }
}

// A record's log again out of a mirror, proven to be the state that was signed and witnessed.
int run_restore(const MirrorArguments& arguments) {
  auto disk = record::real_disk();
  const auto policy = find_policy(arguments.policy, arguments.from);
  if (!policy.ok()) return report_error(policy.error());
  if (!policy->has_value())
    return report_error({ErrorKind::usage, "policy-missing",
                         "restoring needs the policy that names the log's key", "", "give it with --policy"});
  const record::Source source = source_of(*disk, arguments.from);
  const auto origin = origin_of(source);
  if (!origin.ok()) return report_error(origin.error());
  const auto made = record::Log::create(*disk, arguments.dir, *origin, uint64_t{arguments.segment_mib} << 20);
  if (!made.ok()) return report_error(made.error());
  auto log = record::Log::open(*disk, {arguments.dir, "", true});
  if (!log.ok()) return report_error(log.error());
  const auto done = record::mirror_once(**log, source, **policy, nullptr, 0);
  if (!done.ok()) return report_error(done.error());
  for (const tlog::SignedCheckpoint& seen : record::seen_by_witnesses(*origin, **policy)) {
    const auto honest = (*log)->continues(seen.checkpoint);
    if (!honest.ok()) return report_error(honest.error());
  }
  const auto verdict = tlog::apply_policy(**policy, done->checkpoint);
  if (!verdict.ok()) return report_error(verdict.error());
  fmt::print("restored {} entries; root {} is the one that was signed{}\n", done->after,
             record::to_base64(done->checkpoint.checkpoint.root),
             (*policy)->quorum && verdict->quorum ? " and witnessed by a quorum" : "");
  fmt::print(stderr,
             "heng: put the signing keys in `{}/keys` and the vault in `{}/vault` before you record on\n",
             arguments.dir, arguments.dir);
  return 0;
}

}  // namespace

void add_record_witness_commands(CLI::App& group, int& exit_code) {
  CLI::App* witness =
      group.add_subcommand("witness", "an independent institution that confirms a log's states");
  witness->require_subcommand(1);
  {
    auto arguments = std::make_shared<WitnessArguments>();
    CLI::App* command = witness->add_subcommand("init", "makes a witness's key; prints what a policy needs");
    command->add_option("DIR", arguments->dir, "the witness's directory")->required();
    command->add_option("--name", arguments->name, "its name for the world")->required();
    command->callback([arguments, &exit_code] { exit_code = run_witness_init(*arguments); });
  }
  {
    auto arguments = std::make_shared<WitnessArguments>();
    CLI::App* command = witness->add_subcommand("add-log", "names a log to be witnessed");
    command->add_option("DIR", arguments->dir, "the witness's directory")->required();
    command->add_option("--origin", arguments->origin, "the log's origin")->required();
    command->add_option("--key", arguments->keys, "the log's verifier key, once for each")->required();
    command->callback([arguments, &exit_code] { exit_code = run_witness_add_log(*arguments); });
  }
  {
    auto arguments = std::make_shared<WitnessArguments>();
    CLI::App* command = witness->add_subcommand("serve", "answers c2sp.org/tlog-witness over HTTP");
    command->add_option("DIR", arguments->dir, "the witness's directory")->required();
    command->add_option("--listen", arguments->listen, "address and port; port 0 lets the system choose");
    command->callback([arguments, &exit_code] { exit_code = run_witness_serve(*arguments); });
  }
  for (const bool restore : {false, true}) {
    auto arguments = std::make_shared<MirrorArguments>();
    CLI::App* command =
        restore ? group.add_subcommand("restore", "rebuilds a record's log from a mirror and proves it whole")
                : group.add_subcommand("mirror", "holds a copy of a log, rebuilt and checked entry by entry");
    command->add_option("DIR", arguments->dir, "the directory to fill")->required();
    command
        ->add_option("--from", arguments->from,
                     "a directory, or http://host:port/ of `heng record serve --entries`")
        ->required();
    command->add_option("--policy", arguments->policy, "the trust policy");
    command->add_option("--segment", arguments->segment_mib, "MiB of a log segment")
        ->check(CLI::Range(1, 2048));
    if (!restore) {
      command->add_option("--key", arguments->key, "the mirror's cosignature key");
      command->add_option("--follow", arguments->follow, "goes on, every so many seconds");
    }
    command->callback([arguments, restore, &exit_code] {
      exit_code = restore ? run_restore(*arguments) : run_mirror(*arguments);
    });
  }
}

}  // namespace heng
