// The columns of Heng's own CSV: an act's fields; lists, documents and data as JSON.
#pragma once

#include <cstddef>
#include <string_view>

namespace heng {

inline constexpr std::string_view kCsvColumns[] = {"id", "type", "at", "recorded", "case",     "agency",
                                                   "by", "on",   "data", "docs",   "corrects", "annuls"};
constexpr bool is_json_column(size_t column) { return column >= 6 && column <= 9; }

}  // namespace heng
