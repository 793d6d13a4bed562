#include "act/intake.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "act/parts.h"
#include "base/text.h"

namespace heng {

uint64_t& CaseCounter::of(std::string_view case_id, bool* fresh) {
  if ((size_ + 1) * 4 > slots_.size() * 3) grow();
  const uint64_t hash = std::max<uint64_t>(std::hash<std::string_view>{}(case_id), 1);
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  while (slots_[at].hash != 0 && slots_[at].hash != hash) at = (at + 1) & mask;
  if (fresh != nullptr) *fresh = slots_[at].hash == 0;
  if (slots_[at].hash == 0) {
    slots_[at].hash = hash;
    ++size_;
  }
  return slots_[at].count;
}

void CaseCounter::grow() {
  std::vector<Slot> old(std::max<size_t>(slots_.size() * 2, 1024));
  old.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.hash == 0) continue;
    size_t at = slot.hash & mask;
    while (slots_[at].hash != 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

Intake::Intake(const ReadOptions& read_options, std::string name, const OnAct& on_act)
    : options(read_options), on_act_(on_act) {
  report.file = std::move(name);
}

Result<void> Intake::prepare() {
  if (!options.mapping_path.empty()) {
    HENG_TRY(mapping, Mapping::load(options.mapping_path));
  }
  const std::string& zone_name = options.zone.empty() ? mapping.zone : options.zone;
  if (!zone_name.empty()) {
    auto loaded = calendar::Zone::load(zone_name);
    if (!loaded.ok()) {
      Error error = loaded.error();
      error.where = options.zone.empty() ? options.mapping_path : "--zone";
      return error;
    }
    zone = std::move(loaded).value();
  }
  default_agency = options.agency.empty() ? mapping.agency.constant : options.agency;
  return {};
}

ActLimits Intake::limits() const {
  ActLimits limits;
  limits.max_fields = options.max_fields;
  return limits;
}

std::string Intake::at_line(uint64_t line) const { return fmt::format("{}:{}", report.file, line); }

Result<void> Intake::check_ids(const Act& act) const {
  const ActLimits limits;
  HENG_TRY_VOID(act_parts::check_id("id", act.id, limits));
  HENG_TRY_VOID(act_parts::check_id("type", act.type, limits));
  HENG_TRY_VOID(act_parts::check_id("agency", act.agency, limits));
  if (!act.case_id.empty()) HENG_TRY_VOID(act_parts::check_id("case", act.case_id, limits));
  for (const auto* parties : {&act.by, &act.on}) {
    for (const Party& party : *parties) {
      HENG_TRY_VOID(act_parts::check_id("id", party.id, limits));
      if (!party.role.empty()) HENG_TRY_VOID(act_parts::check_id("role", party.role, limits));
    }
  }
  return {};
}

void Intake::refuse(std::string where, Error error) {
  ++report.refused;
  report.add({std::move(where), std::move(error.code), std::move(error.what), std::move(error.help), true});
}

void Intake::note(std::string where, std::string_view code, std::string what, std::string help) {
  report.add({std::move(where), std::string(code), std::move(what), std::move(help), false});
}

void Intake::odd(std::string_view name, uint64_t count) {
  if (count == 0) return;
  const auto found = report.odd.find(name);
  if (found != report.odd.end())
    found->second += count;
  else
    report.odd.emplace(name, count);
}

Result<OffsetTime> Intake::time(std::string_view text) {
  bool leap = false;
  auto exact = parse_rfc3339(text, &leap);
  if (exact.ok()) {
    if (leap) odd("leap_seconds");
    return exact;
  }
  HENG_TRY(const ForeignTime foreign, parse_foreign_time(text, ""));
  return time(foreign, text);
}

Result<OffsetTime> Intake::time(const ForeignTime& foreign, std::string_view text) {
  if (foreign.leap_second) odd("leap_seconds");
  if (foreign.offset_minutes)
    return OffsetTime{Instant{foreign.local_us - *foreign.offset_minutes * kMinute}, *foreign.offset_minutes};
  if (!zone)
    return Error{ErrorKind::bad_input, "time-no-zone",
                 fmt::format("the time `{}` has no offset", printable(text.substr(0, 60))), "",
                 "say which clock it was read from: --zone Asia/Shanghai, or `zone` in the mapping file"};
  odd("local_times");
  const Instant instant = zone->instant_of_local(foreign.local_us);
  if (zone->local_of(instant) != foreign.local_us)
    odd("nonexistent_times");  // the clock jumped over it
  else if (zone->local_of(Instant{instant.us + kHour}) == foreign.local_us)
    odd("ambiguous_times");  // told twice: the earlier is taken
  return OffsetTime{instant, zone->offset_minutes(instant)};
}

void Intake::progress(const Source& source) {
  if (!options.on_progress || source.raw_bytes() < last_progress_ + (1 << 20)) return;
  last_progress_ = source.raw_bytes();
  options.on_progress(last_progress_, source.total_bytes());
}

uint64_t make_keys_unique(std::vector<std::pair<std::string, Value>>& members) {
  uint64_t renamed = 0;
  const size_t count = members.size();
  if (count <= 24) {
    for (size_t i = 1; i < count; ++i) {
      size_t same = 0;
      for (size_t j = 0; j < i; ++j) same += members[j].first == members[i].first ? 1 : 0;
      renamed += same > 0 ? 1 : 0;
    }
    if (renamed == 0) return 0;
  }
  std::map<std::string, uint64_t, std::less<>> used;
  renamed = 0;
  for (auto& [key, value] : members) {
    uint64_t& times = used[key];
    if (++times == 1) continue;
    std::string fresh;
    do fresh = fmt::format("{}#{}", key, times++);
    while (used.contains(fresh));
    used[fresh] = 1;
    key = std::move(fresh);
    ++renamed;
  }
  return renamed;
}

}  // namespace heng
