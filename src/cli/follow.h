// heng check --follow: acts without end from standard input, changes of findings as they become true.
#pragma once

#include "cli/history_options.h"
#include "watch/engine.h"

namespace heng {

struct FollowOptions {
  HistoryOptions history;
  std::string state;     // a folder that survives restarts; empty: none
  bool missing = true;
  bool event_time = false;  // time moves by the acts' own instants instead of the wall clock
  bool record_findings = false;  // of a record: changes are recorded in it
};

// Reads NDJSON acts from standard input; writes a line a change (schema heng/change/v1) to standard output and flushes
// it. Ends with 0 at the end of input, 130 when interrupted; 3 if lines were refused.
int follow(const FollowOptions& options);

// The same for a record (options.history.record), beside whoever writes it. What is sealed or erased meanwhile is
// forgotten. With a state folder it goes on from a snapshot, if that fits the record; under other packs it
// tells what they make different.
int follow_record(const FollowOptions& options);

// One change as a line on standard output.
void tell_change(const watch::Change& change, const report::EvidenceOf& evidence);
// SIGINT and SIGTERM set what follow_interrupted() gives.
void watch_for_interrupt();
bool follow_interrupted();

}  // namespace heng
