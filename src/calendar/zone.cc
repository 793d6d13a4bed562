#include "calendar/zone.h"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <fstream>
#include <iterator>
#include <limits>

#include "calendar/zone_rule.h"

namespace heng::calendar {
namespace {

// A bucket is 2^43 µs, some 101 days: about as long as offsets last where there is summer time, so the range
// wanted is the bucket's first or the next.
constexpr int kBucketBits = 43;
constexpr int64_t kEver = std::numeric_limits<int64_t>::max();
constexpr int64_t kWidestOffset = 27 * kHour;  // more than the difference between any two local clocks

constexpr int64_t kFirstUs = -25'567 * kDay;  // 1900-01-01
constexpr int64_t kLastUs = 47'847 * kDay;    // 2101-01-01

// The library reads the tables but not the rule behind them, so summer time would end in 2037. Without a
// readable rule the last offset goes on.
std::optional<ZoneRule> rule_behind_table(const std::string& name) {
  std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return ZoneRule::parse(zone_rule_line(bytes));
}

}  // namespace

Result<Zone> Zone::load(std::string_view iana_name) {
  auto table = std::make_shared<Table>();
  table->name = std::string(iana_name);
  try {
    const date::time_zone* zone = date::locate_zone(iana_name);
    int64_t from = kFirstUs;
    while (from < kLastUs) {
      const auto info = zone->get_info(date::sys_seconds{std::chrono::seconds{from / kSecond}});
      const int64_t offset = info.offset.count() * kSecond;
      if (table->ranges.empty()) from = std::numeric_limits<int64_t>::min();
      if (table->ranges.empty() || table->ranges.back().offset_us != offset)
        table->ranges.push_back(Range{from, offset});
      const int64_t until = info.end.time_since_epoch().count();
      from = until >= kLastUs / kSecond ? kLastUs : until * kSecond;
    }
  } catch (const std::exception& failure) {
    const std::string why = failure.what();
    if (why.find("not found in timezone database") != std::string::npos)
      return Error{ErrorKind::not_found, "zone-unknown", "no time zone is called `" + table->name + "`", "",
                   "write the IANA name of the zone, such as `Asia/Shanghai`"};
    return Error{ErrorKind::environment, "zone-data", "the system's time zone data cannot be read: " + why,
                 "", "install the package `tzdata`"};
  }
  if (const auto rule = rule_behind_table(table->name)) {
    const int64_t table_end = table->ranges.back().from_us;
    for (int32_t year = 1970; year <= 2100; ++year)
      for (const OffsetChange& change : rule->changes(year))
        if (change.from.us > table_end && change.offset_us != table->ranges.back().offset_us)
          table->ranges.push_back(Range{change.from.us, change.offset_us});
  }
  table->ranges.push_back(Range{kEver, table->ranges.back().offset_us});

  const auto count = static_cast<size_t>((kLastUs - kFirstUs) >> kBucketBits) + 1;
  size_t range = 0;
  for (size_t bucket = 0; bucket < count; ++bucket) {
    const int64_t begin = kFirstUs + (static_cast<int64_t>(bucket) << kBucketBits);
    while (table->ranges[range + 1].from_us <= begin) ++range;
    table->buckets.push_back(static_cast<uint16_t>(range));
  }
  return Zone(std::move(table));
}

size_t Zone::range_of(int64_t us) const {
  const Table& table = *table_;
  if (us < kFirstUs) return 0;
  const size_t bucket =
      std::min(static_cast<size_t>((us - kFirstUs) >> kBucketBits), table.buckets.size() - 1);
  size_t range = table.buckets[bucket];
  while (table.ranges[range + 1].from_us <= us && range + 2 < table.ranges.size()) ++range;
  return range;
}

int32_t Zone::offset_minutes(Instant instant) const {
  const int64_t offset = offset_us(instant);
  int64_t minutes = offset / kMinute;
  if (offset % kMinute < 0) --minutes;
  return static_cast<int32_t>(minutes);
}

Date Zone::date_of(Instant instant) const {
  const int64_t local = local_of(instant);
  int64_t days = local / kDay;
  if (local % kDay < 0) --days;
  return Date{static_cast<int32_t>(days)};
}

// Goes through the ranges that could hold the local time, from the earliest: the first in whose span it falls
// is the answer; if one ends before it and the next begins after it, it was left out.
Zone::LocalHit Zone::find_local(int64_t local_us) const {
  const std::vector<Range>& ranges = table_->ranges;
  for (size_t i = range_of(local_us - kWidestOffset); i + 1 < ranges.size(); ++i) {
    const int64_t us = local_us - ranges[i].offset_us;
    const int64_t until = ranges[i + 1].from_us;
    if (us < until) return LocalHit{Instant{us}, false, Instant{us}};
    if (i + 2 < ranges.size() && local_us - ranges[i + 1].offset_us < until)
      return LocalHit{Instant{us}, true, Instant{until}};
  }
  const int64_t us = local_us - ranges.back().offset_us;
  return LocalHit{Instant{us}, false, Instant{us}};
}

Instant Zone::start_of(Date date) const {
  const LocalHit hit = find_local(date.days * kDay);
  return hit.gap ? hit.gap_at : hit.instant;
}

Instant Zone::instant_of_local(int64_t local_us) const { return find_local(local_us).instant; }

}  // namespace heng::calendar
