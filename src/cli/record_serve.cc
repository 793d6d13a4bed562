// heng record serve and submit: a record over HTTP, for reading and for appending.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "act/json.h"
#include "act/read.h"
#include "base/json.h"
#include "cli/record_common.h"
#include "record/http.h"
#include "record/intake.h"
#include "record/receipt.h"

namespace heng {
namespace {

using nlohmann::ordered_json;
using record::HttpAnswer;
using record::HttpRequest;

const std::string kText = "text/plain; charset=utf-8";

std::string dumped(const ordered_json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

// RFC 9457.
HttpAnswer problem(int status, const Error& error) {
  ordered_json out{{"type", "about:blank"}, {"title", error.code}, {"status", status}, {"detail", error.what}};
  if (!error.help.empty()) out["help"] = error.help;
  return {status, "application/problem+json", dumped(out)};
}

struct ServeArguments {
  RecordPlace place;
  std::string listen = "127.0.0.1:7381", policy, as;
  bool entries = false, append = false, unsigned_ok = false;
  int every_ms = 1000;
};

// The tiles of a record that somebody else writes.
class Reading {
 public:
  explicit Reading(const ServeArguments& arguments) : arguments_(arguments), disk_(record::real_disk()) {}

  Result<std::string> resource(const std::string& path) {
    if (!log_) {
      HENG_TRY(log_, record::Log::open(*disk_, {arguments_.place.dir, arguments_.place.state, false}));
    }
    if (!path.ends_with("checkpoint")) {
      auto bytes = log_->resource(path);
      if (bytes.ok()) return bytes;
    }
    HENG_TRY_VOID(log_->refresh());
    return log_->resource(path);
  }

 private:
  const ServeArguments& arguments_;
  std::unique_ptr<record::Disk> disk_;
  std::unique_ptr<record::Log> log_;
};

HttpAnswer answer_get(const ServeArguments& arguments, const HttpRequest& request,
                      const std::function<Result<std::string>(const std::string&)>& resource) {
  const std::string path = request.target.substr(1);
  if (request.method != "GET") return {405, kText, "use GET\n"};
  const bool open = path == "checkpoint" || path == "twin/checkpoint" || (path.starts_with("tile/") && !path.starts_with("tile/entries/"));
  if (!open && !arguments.entries) return {403, kText, "entries are not public\n"};
  const auto bytes = resource(path);
  if (!bytes.ok() && bytes.error().kind != ErrorKind::not_found) return {500, kText, "the record cannot be read\n"};
  if (!bytes.ok()) return {404, kText, "not found\n"};
  return {200, path.ends_with("checkpoint") ? kText : "application/octet-stream", *bytes};
}

// Reads a submission's lines, has them committed with everybody else's, and answers with receipts.
class Desk {
 public:
  Desk(const ServeArguments& arguments, OpenRecord& opened, const std::optional<tlog::Policy>& policy)
      : arguments_(arguments),
        opened_(opened),
        policy_(policy),
        intake_(*opened.record, wall_clock, arguments.as.empty() ? opened.record->agencies().front() : arguments.as) {}

  record::Intake& intake() { return intake_; }

  void post(HttpRequest&& request, const record::HttpServer::Reply& reply) {
    const size_t query = request.target.find('?');
    const bool batch = query != std::string::npos && request.target.substr(query).find("sign=batch") != std::string::npos;
    const auto signing = batch ? record::Record::Signing::batch : record::Record::Signing::each;
    const std::string agency(request.header("heng-agency"));
    if (const auto allowed = authorize(request, agency, signing); !allowed.ok()) {
      reply(problem(401, allowed.error()));
      return;
    }
    record::Lines lines = record::Lines::in(std::move(request.body), agency);
    if (lines.places.empty()) {
      reply(answer({}, ordered_json::array(), 400));
      return;
    }
    const bool taken = intake_.submit(std::move(lines), signing, [this, reply](Result<record::Record::Appended> done) {
      if (!done.ok()) {
        reply(problem(500, done.error()));
        return;
      }
      ordered_json refused = ordered_json::array();
      bool all_unread = true;
      for (const auto& no : done->refused) {
        ordered_json said = no.unread ? ordered_json{{"line", no.line}} : ordered_json{{"id", no.id}};
        said.update({{"code", no.error.code}, {"what", no.error.what}, {"help", no.error.help}});
        refused.push_back(std::move(said));
        all_unread = all_unread && no.unread;
      }
      reply(answer(done->receipts, refused, all_unread ? 400 : 409));
    });
    if (!taken)
      reply(problem(503, {ErrorKind::unreachable, "intake-full", "too much waits to be recorded", "", "try again soon"}));
  }

 private:
  Result<void> authorize(const HttpRequest& request, const std::string& agency, record::Record::Signing signing) {
    if (agency.empty() && arguments_.unsigned_ok) return {};
    const Error no{ErrorKind::denied, "submission-unsigned",
                   "the submission bears no valid signature of an agency known here", "",
                   "sign it with the agency's key: heng record submit --key"};
    const auto signature = tlog::base64_decode(request.header("heng-signature"));
    if (agency.empty() || !signature) return no;
    const std::string message = record::submission_message(request.body, signing == record::Record::Signing::batch);
    const auto verifies = [&] {
      const auto& keys = keys_[agency];
      return std::any_of(keys.begin(), keys.end(),
                         [&](const tlog::PublicKey& key) { return tlog::ed25519_verify(key, message, *signature); });
    };
    if (keys_.contains(agency) && verifies()) return {};
    // The record may know more keys by now.
    std::vector<tlog::PublicKey> keys = opened_.record->keys_of(agency);
    if (policy_)
      for (const auto& known : policy_->agencies)
        if (known.name == agency) keys.push_back(known.key);
    if (keys.empty()) return no;
    keys_[agency] = std::move(keys);
    return verifies() ? Result<void>() : no;
  }

  HttpAnswer answer(const std::vector<record::Receipt>& receipts, const ordered_json& refused, int none) {
    std::string out = "{\"schema\":\"heng/receipts/v1\",\"receipts\":[";
    out.reserve(512 + receipts.size() * 192);
    for (const record::Receipt& receipt : receipts) {
      out += out.back() == '[' ? "{\"id\":" : ",{\"id\":";
      append_json_string(out, receipt.id);
      out += ",\"index\":";
      out += std::to_string(receipt.index);
      out += ",\"leaf\":\"";
      tlog::append_base64(out, receipt.leaf.view());
      out += receipt.repeated ? "\",\"repeated\":true}" : "\"}";
    }
    out += "],\"refused\":" + refused.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    if (!receipts.empty()) {
      const record::Record& record = *opened_.record;
      std::vector<record::ReceiptLine> lines;
      lines.reserve(receipts.size());
      for (const record::Receipt& receipt : receipts) lines.push_back({receipt.index, receipt.leaf});
      out += ",\"note\":";
      append_json_string(out, record::receipt_note(record.log().origin(), lines, record.log_signer()).bytes());
    }
    out += "}\n";
    return {receipts.empty() ? none : 200, "application/json", std::move(out)};
  }

  const ServeArguments& arguments_;
  OpenRecord& opened_;
  const std::optional<tlog::Policy>& policy_;
  std::map<std::string, std::vector<tlog::PublicKey>> keys_;  // of agencies that submit
  record::Intake intake_;
};

// Checkpoints at a fixed pace, and what readers left, until it is destroyed.
class Pace {
 public:
  Pace(const ServeArguments& arguments, OpenRecord& opened, record::Intake& intake, const std::optional<tlog::Policy>& policy)
      : arguments_(arguments), opened_(opened), intake_(intake), policy_(policy), thread_([this] { run(); }) {}
  ~Pace() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

 private:
  void run() {
    const std::string as = opened_.record->agencies().front();
    const auto pace = std::chrono::milliseconds(arguments_.every_ms > 0 ? arguments_.every_ms : 1000);
    std::unique_lock lock(mutex_);
    bool signing = arguments_.every_ms > 0;
    auto turn = std::chrono::steady_clock::now();
    for (uint64_t published = UINT64_MAX; !ending_; wake_.wait_until(lock, turn, [&] { return ending_; })) {
      lock.unlock();
      // At its beat, however long the turn takes; one that takes longer is followed at once.
      turn = std::max(turn + pace, std::chrono::steady_clock::now());
      intake_.exclusively([&](record::Record& record) {
        const auto taken = record.take_inbox(wall_clock(), as);
        if (!taken.ok()) (void)report_error(taken.error());
        if (!signing || record.log().size() == published) return;
        const auto bound = bind_twin(record, *opened_.disk, arguments_.place, as);
        if (!bound.ok()) (void)report_error(bound.error());
      });
      if (signing && opened_.record->log().size() != published) {
        const auto done = publish_checkpoint(*opened_.record, *opened_.disk, arguments_.place.dir, policy_ ? &*policy_ : nullptr);
        if (done.ok()) {
          // Without a quorum it is tried again at the next turn.
          published = done->quorum || !policy_ || !policy_->quorum ? done->head.checkpoint.size : UINT64_MAX;
        } else {
          (void)report_error(done.error());
          if (done.error().kind == ErrorKind::verification) {
            signing = false;
            fmt::print(stderr, "heng: recording goes on; nothing is signed any more\n");
          }
        }
      }
      lock.lock();
    }
  }

  const ServeArguments& arguments_;
  OpenRecord& opened_;
  record::Intake& intake_;
  const std::optional<tlog::Policy>& policy_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;
  std::thread thread_;
};

int serve_appending(const ServeArguments& arguments) {
  auto opened = open_record(arguments.place, true);
  if (!opened.ok()) return report_error(opened.error());
  auto policy = find_policy(arguments.policy, arguments.place.dir);
  if (!policy.ok()) return report_error(policy.error());
  Desk desk(arguments, *opened, *policy);
  std::optional<Pace> pace(std::in_place, arguments, *opened, desk.intake(), *policy);
  const auto resource = [&](const std::string& path) { return opened->record->log().resource(path); };
  const auto handler = [&](HttpRequest&& request, const record::HttpServer::Reply& reply) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (path != "/acts" && path != "/api/v1/acts") {
      reply(answer_get(arguments, request, resource));
    } else if (request.method != "POST") {
      reply({405, kText, "use POST\n"});
    } else {
      desk.post(std::move(request), reply);
    }
  };
  record::HttpLimits limits;
  limits.body_bytes = size_t{16} << 20;
  limits.connections = 1024;
  const int code = serve_http(arguments.listen, handler, "record at", limits, [&] {
    desk.intake().finish();
    pace.reset();
  });
  return desk.intake().stopped() ? 70 : code;
}

int run_serve(const ServeArguments& arguments) {
  if (arguments.append) return serve_appending(arguments);
  Reading reading(arguments);
  return serve_http(
      arguments.listen,
      [&](HttpRequest&& request, const record::HttpServer::Reply& reply) {
        reply(answer_get(arguments, request, [&](const std::string& path) { return reading.resource(path); }));
      },
      "record at");
}

struct SubmitArguments {
  std::string url, key, sign = "each", format = "auto", map, zone, receipts;
  std::vector<std::string> files;
  size_t batch = 500;
};

// Hands acts over in submissions of so many, and prints a receipt for each.
class Submitter {
 public:
  Submitter(const SubmitArguments& arguments, std::optional<tlog::NoteSigner> signer)
      : arguments_(arguments), signer_(std::move(signer)), client_(arguments.url) {}

  void take(const Act& act) {
    if (error_) return;
    append_act_json(lines_, act);
    lines_ += '\n';
    constexpr size_t kMostBytes = size_t{8} << 20;
    if (++count_ == arguments_.batch || lines_.size() > kMostBytes) flush();
  }

  void flush() {
    if (count_ == 0 || error_) return;
    record::HttpHeaders headers{{"Content-Type", "application/x-ndjson"}};
    if (signer_) {
      headers.emplace_back("Heng-Agency", signer_->name);
      headers.emplace_back("Heng-Signature", tlog::base64_encode(signer_->key.sign(record::submission_message(lines_, arguments_.sign == "batch"))));
    }
    const auto answer = client_.request("POST", "api/v1/acts?sign=" + arguments_.sign, lines_, headers);
    lines_.clear();
    count_ = 0;
    if (!answer.ok()) {
      error_ = answer.error();
      return;
    }
    const auto said = nlohmann::json::parse(answer->body, nullptr, false);
    if (said.is_discarded() || !said.is_object() || !said.contains("receipts")) {
      const std::string detail = said.is_object() ? said.value("detail", "") : std::string();
      error_ = Error{answer->status == 401 ? ErrorKind::denied : ErrorKind::unreachable, "submission-refused",
                     fmt::format("the server answered {}: {}", answer->status, detail), arguments_.url,
                     said.is_object() ? said.value("help", "") : std::string()};
      return;
    }
    for (const auto& receipt : said["receipts"]) {
      fmt::print("{}\n", receipt.dump());
      ++(receipt.contains("repeated") ? repeated : appended);
    }
    std::fflush(stdout);
    for (const auto& no : said["refused"]) {
      fmt::print(stderr, "heng: act `{}` refused: {} [{}]\n", no.value("id", fmt::format("of line {}", no.value("line", 0))),
                 no.value("what", ""), no.value("code", ""));
      ++refused;
    }
    if (!arguments_.receipts.empty() && said.contains("note")) {
      const auto written = write_output(
          notes_written_ == 0 ? arguments_.receipts : arguments_.receipts + "." + std::to_string(notes_written_),
          said["note"].get<std::string>());
      if (!written.ok()) error_ = written.error();
      ++notes_written_;
    }
  }

  uint64_t appended = 0, repeated = 0, refused = 0;
  const std::optional<Error>& error() const { return error_; }

 private:
  const SubmitArguments& arguments_;
  std::optional<tlog::NoteSigner> signer_;
  record::HttpClient client_;
  std::string lines_;
  size_t count_ = 0;
  uint64_t notes_written_ = 0;
  std::optional<Error> error_;
};

int run_submit(SubmitArguments arguments) {
  std::optional<tlog::NoteSigner> signer;
  if (!arguments.key.empty()) {
    auto text = read_input(arguments.key);
    if (!text.ok()) return report_error(text.error());
    while (text->ends_with('\n')) text->pop_back();
    auto key = tlog::parse_skey(*text);
    if (!key.ok()) return report_error(key.error());
    signer.emplace(std::move(*key));
  }
  Submitter submitter(arguments, std::move(signer));
  const auto refused = read_act_files(
      arguments.files, arguments.format, arguments.map, arguments.zone, [&](Act& act) { submitter.take(act); }, [&] { submitter.flush(); });
  if (!refused.ok()) return report_error(refused.error());
  const uint64_t bad_lines = *refused;
  if (submitter.error()) return report_error(*submitter.error());
  fmt::print(stderr, "heng: {} recorded, {} already there, {} refused\n", submitter.appended, submitter.repeated,
             submitter.refused + bad_lines);
  if (submitter.refused + bad_lines > 0) return submitter.refused > 0 && bad_lines == 0 ? 7 : 3;
  return 0;
}

}  // namespace

int serve_http(const std::string& listen, record::HttpServer::LaterHandler handler, const char* what,
               record::HttpLimits limits, const std::function<void()>& before_end) {
  const size_t colon = listen.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : tlog::parse_size(std::string_view(listen).substr(colon + 1));
  if (!port || *port > 65535)
    return report_error(
        {ErrorKind::usage, "listen", "`" + listen + "` is no address and port", "", "write 127.0.0.1:7380"});
  auto server =
      record::HttpServer::listen(listen.substr(0, colon), static_cast<uint16_t>(*port), std::move(handler), limits);
  if (!server.ok()) return report_error(server.error());
  fmt::print("{} http://{}:{}/\n", what, listen.substr(0, colon), (*server)->port());
  std::fflush(stdout);
  (*server)->run(true);
  if (before_end) before_end();
  return 0;
}

void add_record_serve_commands(CLI::App& group, int& exit_code) {
  {
    auto arguments = std::make_shared<ServeArguments>();
    CLI::App* command = group.add_subcommand(
        "serve", "serves checkpoint and tiles over HTTP (c2sp.org/tlog-tiles); with --append takes acts in");
    add_place_options(*command, arguments->place);
    command->add_option("--listen", arguments->listen, "address and port; port 0 lets the system choose");
    command->add_flag("--entries", arguments->entries,
                      "also entries and encrypted bodies: only for mirrors, never for the public");
    command->add_flag("--append", arguments->append,
                      "writes the record: POST /api/v1/acts, all clients' acts committed together; also what readers left");
    command->add_option("--as", arguments->as, "with --append: the agency that signs for agencies without a key here");
    command->add_option("--policy", arguments->policy, "with --append: the trust policy (default DIR/policy)");
    command->add_option("--checkpoint-every", arguments->every_ms, "with --append: milliseconds between checkpoints; 0 for none")
        ->check(CLI::Range(0, 86'400'000));
    command->add_flag("--unsigned", arguments->unsigned_ok,
                      "with --append: takes submissions without an agency's signature (where only those who may can connect)");
    command->footer(
        "Examples:\n"
        "  heng record serve records/nanshan --listen 127.0.0.1:7381\n"
        "  heng record serve records/nanshan --append --checkpoint-every 500");
    command->callback([arguments, &exit_code] { exit_code = run_serve(*arguments); });
  }
  {
    auto arguments = std::make_shared<SubmitArguments>();
    CLI::App* command = group.add_subcommand("submit", "hands acts to a record that `heng record serve --append` serves");
    command->add_option("URL", arguments->url, "where it serves, as http://127.0.0.1:7381/")->required();
    command->add_option("FILE", arguments->files, "acts as NDJSON, CSV, XES or OCEL; standard input if none");
    command->add_option("--key", arguments->key, "the agency's key file, which signs each submission")->type_name("FILE");
    command->add_option("--sign", arguments->sign, "the record signs each act, or a batch once")
        ->check(CLI::IsMember({"each", "batch"}));
    command->add_option("--batch", arguments->batch, "acts in one submission")->check(CLI::Range(1, 10000));
    command->add_option("--receipts", arguments->receipts, "keep the log's signed receipts here (FILE, FILE.1, …)")->type_name("FILE");
    command->add_option("--format", arguments->format, "auto, ndjson, csv, xes, ocel2-json, …");
    command->add_option("--map", arguments->map, "mapping of foreign columns");
    command->add_option("--zone", arguments->zone, "time zone of times without offset");
    command->footer(
        "Example:\n  heng record submit http://127.0.0.1:7381/ acts.ndjson --key police.skey --receipts receipts\n"
        "Exit codes: 0 recorded, 3 lines refused, 6 the signature is not accepted, 7 acts refused, 8 unreachable.");
    command->callback([arguments, &exit_code] { exit_code = run_submit(*arguments); });
  }
}

}  // namespace heng
