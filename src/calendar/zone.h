// A time zone: instants to civil dates and back, from the system's IANA time zone data.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace heng::calendar {

// Immutable and cheap to copy (one shared pointer); safe to read from many threads. All offset changes of
// 1900–2100 are laid out flat when it is loaded, so that a conversion never searches; before and after, the
// first and the last offset go on.
class Zone {
 public:
  // `iana_name` such as "Asia/Shanghai". Errors: `zone-unknown` (not_found), `zone-data` (environment: the
  // system has no readable zone data).
  static Result<Zone> load(std::string_view iana_name);

  const std::string& name() const { return table_->name; }

  // Local = UTC + offset. Offsets with seconds (local mean time, before about 1930) are cut to the minute
  // here only; dates are computed from the exact offset.
  int32_t offset_minutes(Instant instant) const;
  OffsetTime at(Instant instant) const { return OffsetTime{instant, offset_minutes(instant)}; }
  // Microseconds since the civil epoch 1970-01-01T00:00 on the local clock.
  int64_t local_of(Instant instant) const { return instant.us + offset_us(instant); }
  Date date_of(Instant instant) const;
  // The first instant of the date: 00:00, or where the clock jumps over midnight, the jump. A date that was
  // left out altogether (Samoa, 2011-12-30) begins when the next one does.
  Instant start_of(Date date) const;
  // `local_us` as local_of gives it. A time that is told twice is the earlier; one that is left out moves
  // forward by the length of the gap (02:30 becomes 03:30).
  Instant instant_of_local(int64_t local_us) const;

 private:
  struct Range {
    int64_t from_us;  // UTC, until the next range begins
    int64_t offset_us;
  };
  struct Table {
    std::string name;
    std::vector<Range> ranges;      // ends with a sentinel that begins at the end of time
    std::vector<uint16_t> buckets;  // the range in force when the bucket begins
  };
  struct LocalHit {
    Instant instant;
    bool gap;
    Instant gap_at;  // the jump, if gap
  };
  explicit Zone(std::shared_ptr<const Table> table) : table_(std::move(table)) {}

  size_t range_of(int64_t us) const;
  int64_t offset_us(Instant instant) const { return table_->ranges[range_of(instant.us)].offset_us; }
  LocalHit find_local(int64_t local_us) const;

  std::shared_ptr<const Table> table_;
};

}  // namespace heng::calendar
