// Where a sentence ends, and what earlier custody takes from it (CPLI 202(2); Criminal Law 41, 44, 47; CPL
// 76; SUP 50; PSA 110).
#pragma once

#include <cstdint>
#include <span>

#include "calendar/period.h"

namespace heng::calendar {

// `days` held before, of which `held` days stand for `credited` days of the sentence: custody 1:1 for a fixed
// term or criminal detention and 1:2 for control; designated-place surveillance 2:1 and 1:1.
struct Credit {
  int64_t days = 0;
  int32_t held = 1;
  int32_t credited = 1;
};

// An odd day of 2:1 is half a day of sentence. The law is silent; `down` is the reading most lenient to the
// prison (what a breach rests on), `up` the one most favourable to the prisoner (what a warning may rest on).
enum class Halves : uint8_t { down, up };

// Each credit rounded by itself. Rates that are not positive and negative days give nothing.
int64_t credited_days(std::span<const Credit> credits, Halves halves);

// The last day of a sentence that begins on `start`: the day before the corresponding day, less the credit.
// Before `start` if all of it is served already.
Date sentence_end(Date start, const Amount& term, int64_t credited);

// When detention counted in days ends: the same time of day, `days` less the credit later; never before it
// begins.
Instant detention_end(const Zone& zone, Instant begin, int64_t days, int64_t credited);

}  // namespace heng::calendar
