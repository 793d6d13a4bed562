// What the record commands share.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "record/record.h"
#include "tlog/policy.h"

namespace CLI {
class App;
}

namespace heng {

struct RecordPlace {
  std::string dir, state, vault, keys;
  record::RecordOptions options(bool writable) const;
};
void add_place_options(CLI::App& command, RecordPlace& place);

// A record held open together with the disk under it.
struct OpenRecord {
  std::unique_ptr<record::Disk> disk;
  std::unique_ptr<record::Record> record;
};
Result<OpenRecord> open_record(const RecordPlace& place, bool writable);

Instant wall_clock();
Result<std::string> read_input(const std::string& path);  // `-` is standard input; at most 256 MiB
Result<void> write_output(const std::string& path, std::string_view bytes);  // empty or `-`: standard output
// The policy given, or the record's own DIR/policy; nullopt if there is none.
Result<std::optional<tlog::Policy>> find_policy(const std::string& given, const std::string& dir);
// The last checkpoint that a quorum witnessed (DIR/witnessed), if it covers `index`, else the last published
// one.
Result<tlog::SignedCheckpoint> head_for(const record::Record& record, const std::string& dir, uint64_t index);
// How many entries a quorum has witnessed; 0 without policy.
uint64_t witnessed_size(const std::string& dir);
int report_error(const Error& error);  // prints, and gives the exit code

void add_record_key_commands(CLI::App& group, int& exit_code);  // seal unseal shred disclose manifest rotate
void add_record_witness_commands(CLI::App& group, int& exit_code);  // witness mirror restore serve

}  // namespace heng
