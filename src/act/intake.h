// What all readers share while they read one file: options, mapping, zone, the report, and the way acts go out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "act/json.h"
#include "act/mapping.h"
#include "act/read.h"
#include "act/source.h"
#include "calendar/zone.h"

namespace heng {

// Counts events per case in 16 bytes each. Two cases whose 64-bit hashes meet share a counter: ids stay unique (they
// hold the case's name), only the count of duplicates would be off.
class CaseCounter {
 public:
  // The counter of the case, 0 when new. Valid until the next call.
  uint64_t& of(std::string_view case_id, bool* fresh = nullptr);
  uint64_t size() const { return size_; }

 private:
  struct Slot {
    uint64_t hash = 0;  // 0: empty
    uint64_t count = 0;
  };
  void grow();
  std::vector<Slot> slots_;
  uint64_t size_ = 0;
};

class Intake {
 public:
  Intake(const ReadOptions& options, std::string name, const OnAct& on_act);

  // Loads the mapping and the zone.
  Result<void> prepare();

  const ReadOptions& options;
  Mapping mapping;
  std::optional<calendar::Zone> zone;
  ImportReport report;
  CaseCounter cases;
  std::string default_agency;  // empty: none given

  const std::string& name() const { return report.file; }
  ActLimits limits() const;

  // Ids, roles and types: not empty, not too long, no control characters. Text must be valid UTF-8 already.
  Result<void> check_ids(const Act& act) const;
  void deliver(Act& act) {
    ++report.kept;
    on_act_(act);
  }
  void refuse(std::string where, Error error);
  void note(std::string where, std::string_view code, std::string what, std::string help = "");
  void odd(std::string_view name, uint64_t count = 1);
  std::string at_line(uint64_t line) const;

  // A time with or without offset. Without one the zone decides; error `time-no-zone` if there is none. Counts leap
  // seconds and times that the zone's clock tells twice or never.
  Result<OffsetTime> time(std::string_view text);
  Result<OffsetTime> time(const ForeignTime& foreign, std::string_view text);

  // Puts in what our own writers keep in `heng:act`: the fields of an act for which XES and OCEL have no words, as JSON.
  // Returns the number of data keys that were there already and got another name.
  Result<uint64_t> merge_extra(std::string_view json, Act& act);
  // Types, agencies, ids, people and fields as the mapping names them; `data` is keyed by the foreign names.
  void apply_mapping(Act& act);
  // Renames and converts the fields the mapping names; what cannot be converted stays text and is counted.
  void rename_fields(std::vector<std::pair<std::string, Value>>& data);

  void progress(const Source& source);

 private:
  const OnAct& on_act_;
  uint64_t last_progress_ = 0;
  ActReader json_;
  std::string extra_line_;
  Act extra_act_;
};

// Renames the second and later of equal keys to "key#2", …; the number of renamed ones.
uint64_t make_keys_unique(std::vector<std::pair<std::string, Value>>& members);

Result<void> read_ndjson(Source& source, Intake& intake);
Result<void> read_csv(Source& source, Intake& intake);
Result<void> read_xml(Source& source, Intake& intake);        // XES or OCEL 2.0 XML, by what stands in <log>
Result<void> read_ocel_json(Source& source, Intake& intake);  // 2.0 and 1.0
Result<void> read_ocel_sqlite(const std::string& path, Intake& intake);

}  // namespace heng
