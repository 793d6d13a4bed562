// What the record commands share.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "act/read.h"
#include "base/result.h"
#include "cli/record_place.h"
#include "record/http.h"
#include "record/record.h"
#include "record/witness_node.h"
#include "tlog/policy.h"

namespace CLI {
class App;
}

namespace heng {

// A record held open together with the disk under it.
struct OpenRecord {
  std::unique_ptr<record::Disk> disk;
  std::unique_ptr<record::Record> record;
};
// A writer waits a few seconds for another one, unless it is told not to.
Result<OpenRecord> open_record(const RecordPlace& place, bool writable, bool wait = true);

Instant wall_clock();
Result<std::string> read_input(const std::string& path);  // `-` is standard input; at most 256 MiB
Result<void> write_output(const std::string& path, std::string_view bytes);  // empty or `-`: standard output
// The policy given, or the record's own DIR/policy; nullopt if there is none.
Result<std::optional<tlog::Policy>> find_policy(const std::string& given, const std::string& dir);
// The last checkpoint that a quorum witnessed (DIR/witnessed), if it covers `index`, else the last published
// one.
Result<tlog::SignedCheckpoint> head_for(const record::Record& record, const std::string& dir, uint64_t index);
// The last checkpoint that a quorum of the record's own policy witnessed.
std::optional<tlog::SignedCheckpoint> witnessed_checkpoint(const std::string& dir);
// How many entries a quorum has witnessed; 0 without policy.
uint64_t witnessed_size(const std::string& dir);
struct Published {
  tlog::SignedCheckpoint head;
  std::vector<record::WitnessAnswer> answers;
  bool quorum = false;
};
// Of a record with a twin log: binds the twin by an entry, if there is something new, and signs the twin's state.
Result<void> bind_twin(record::Record& record, record::Disk& disk, const RecordPlace& place, const std::string& as);
// Signs the present state, has it witnessed, publishes it; DIR/witnessed too if a quorum cosigned. May run beside the
// thread that appends. Refuses (`log-behind`, `log-forked`, `witness-alarm`) what a witness saw otherwise.
Result<Published> publish_checkpoint(record::Record& record, record::Disk& disk, const std::string& dir,
                                     const tlog::Policy* policy);
// Reads the files in turn, standard input if none is named; `flush` follows each. What is refused is told on standard
// error and counted. `format`, `map` and `zone` as the commands' options.
Result<uint64_t> read_act_files(const std::vector<std::string>& files, const std::string& format, const std::string& map,
                                const std::string& zone, const OnAct& take, const std::function<void()>& flush);
int report_error(const Error& error);  // prints, and gives the exit code

void add_record_key_commands(CLI::App& group, int& exit_code);  // seal unseal shred disclose manifest rotate
void add_record_witness_commands(CLI::App& group, int& exit_code);  // witness mirror restore
void add_record_serve_commands(CLI::App& group, int& exit_code);    // serve submit
// Serves until a signal comes. `listen` is "address:port"; with port 0 the system chooses, and the line on standard
// output says which. `before_end` runs when no request comes any more, before the server goes: what still has to answer
// must have done so when it returns.
int serve_http(const std::string& listen, record::HttpServer::LaterHandler handler, const char* what,
               record::HttpLimits limits = {}, const std::function<void()>& before_end = {});
void add_record_examples(CLI::App& record);  // when all of them are there

}  // namespace heng
