// Where a record's parts lie, and who reads it and why: what commands take as options.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace heng {

namespace record {
struct RecordOptions;
}

struct RecordPlace {
  std::string dir, state, vault, keys;
  record::RecordOptions options(bool writable) const;
};
void add_place_options(CLI::App& command, RecordPlace& place);

struct RecordSource {
  RecordPlace place;   // no dir: acts come from files
  std::string reader;  // who reads, for the record; empty: the agency whose key is here
  std::string basis;   // why
};
void add_record_source_options(CLI::App& command, RecordSource& source);

}  // namespace heng
