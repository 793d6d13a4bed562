// The words of a report in Chinese and English, and how it writes times and durations.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "report/report.h"
#include "watch/finding.h"

namespace heng::report {

class Screen;

// A word of the program: its id in JSON, and what people read.
struct Word {
  const char* id;
  const char* zh;
  const char* en;
};

const Word& word_of(watch::Kind kind);
const Word& word_of(watch::Severity severity);  // none reads as medium
const Word& word_of(watch::ClockState state);
// The steps of an explanation; a step not known is shown as it is written.
Text step_word(std::string_view step);

// What a reader of `language` sees: one text, or both joined by `joint` if they differ. An empty side gives
// way.
std::string shown(const Text& text, Language language, std::string_view joint = " / ");
std::string shown(const Word& word, Language language, std::string_view joint = " / ");

// "2026-03-04 15:00" in the time's own offset; seconds only if they are not zero; the offset is written
// ("+08:00") only if it is not `home`.
std::string show_time(OffsetTime time, int32_t home_offset_minutes);
// The same for the end of a period: midnight is 24:00 of the day before (a day's end belongs to the day).
std::string show_end(OffsetTime time, int32_t home_offset_minutes);
std::string show_offset(int32_t minutes);  // "+08:00"

// "1天10小时5分" / "1 d 10 h 5 min"; the largest three units that are not zero. Negative as positive.
Text show_duration(int64_t us);
std::string iso_duration(int64_t us);  // "P1DT10H5M"; zero is "PT0S"; at least 0 is expected

// "person s1, pleading C-2"; empty for a key of the case alone.
std::string show_key(const std::vector<std::pair<std::string, std::string>>& key);
// The same in a reader's language: "当事人 s1".
std::string show_key(const Screen& screen, const std::vector<std::pair<std::string, std::string>>& key,
                     const std::vector<watch::Text>& labels);

// "1 204": groups of three by a thin gap, the same in both languages.
std::string show_count(uint64_t count);

}  // namespace heng::report
