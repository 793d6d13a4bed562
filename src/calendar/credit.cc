#include "calendar/credit.h"

#include <algorithm>

namespace heng::calendar {
namespace {
constexpr int64_t kMostDays = 4'000'000;
}  // namespace

int64_t credited_days(std::span<const Credit> credits, Halves halves) {
  int64_t sum = 0;
  for (const Credit& credit : credits) {
    if (credit.days <= 0 || credit.held <= 0 || credit.credited <= 0) continue;
    const int64_t scaled = std::min(credit.days, kMostDays) * credit.credited;
    sum += (scaled + (halves == Halves::up ? credit.held - 1 : 0)) / credit.held;
    sum = std::min(sum, kMostDays);
  }
  return sum;
}

Date sentence_end(Date start, const Amount& term, int64_t credited) {
  return add_days(add_days(add_months(start, term.months), term.days),
                  -1 - std::clamp<int64_t>(credited, 0, kMostDays));
}

Instant detention_end(const Zone& zone, Instant begin, int64_t days, int64_t credited) {
  const int64_t left = std::clamp<int64_t>(days, 0, kMostDays) - std::clamp<int64_t>(credited, 0, kMostDays);
  if (left <= 0) return begin;
  const int64_t local = zone.local_of(begin);
  const Date date = zone.date_of(begin);
  return zone.instant_of_local(add_days(date, left).days * kDay + (local - date.days * kDay));
}

}  // namespace heng::calendar
