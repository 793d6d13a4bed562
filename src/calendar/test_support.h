// Shared by the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "calendar/period.h"

namespace heng::calendar::test {

inline Date day(std::string_view text) {
  const Result<Date> date = parse_date(text);
  EXPECT_TRUE(date.ok()) << text;
  return date.ok() ? *date : Date{};
}

inline Zone zone(std::string_view name = "Asia/Shanghai") {
  Result<Zone> loaded = Zone::load(name);
  if (!loaded.ok()) {
    ADD_FAILURE() << loaded.error().text();
    std::abort();
  }
  return std::move(loaded).value();
}

// "2026-03-03", "2026-03-03T14:25" or "2026-03-03 14:25" on the zone's clock.
inline Instant local(const Zone& where, std::string text) {
  if (text.size() == 10) return where.start_of(day(text));
  const Result<int64_t> us = parse_local_time(text);
  EXPECT_TRUE(us.ok()) << text;
  return where.instant_of_local(us.ok() ? *us : 0);
}

inline std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// Files of the shared facts, read where they lie; nullopt if they are not there.
inline std::optional<std::string> shared_file(const std::string& relative) {
  const char* set = std::getenv("HENG_SHARED");
  const std::filesystem::path source(HENG_SOURCE_DIR);
  for (const std::filesystem::path& root :
       {std::filesystem::path(set != nullptr ? set : ""), source / "../shared", source / "../../shared"})
    if (!root.empty())
      if (auto text = read_file(root / relative)) return text;
  return std::nullopt;
}

inline Holidays chinese_holidays() {
  const auto text = read_file(std::filesystem::path(HENG_SOURCE_DIR) / "packs/cn/base/cn.holidays");
  if (!text) {
    ADD_FAILURE() << "packs/cn/base/cn.holidays is missing";
    std::abort();
  }
  Result<Holidays> holidays = Holidays::parse(*text, "cn.holidays");
  if (!holidays.ok()) {
    ADD_FAILURE() << holidays.error().text();
    std::abort();
  }
  return std::move(holidays).value();
}

inline const Convention kDays{Base::day, false, Starts::day_after, false, true};
inline const Convention kMonths{Base::month, false, Starts::day_after, false, true};
inline const Convention kWorkingDays{Base::day, true, Starts::day_after, false, false};
inline const Convention kHours{Base::hour, false, Starts::next_full_hour, false, false};
inline const Convention kExactHours{Base::hour, false, Starts::at_act, false, false};
inline const Convention kSentence{Base::month, false, Starts::day_after, true, false};

}  // namespace heng::calendar::test
