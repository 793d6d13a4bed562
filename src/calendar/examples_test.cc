// The 98 worked examples of period counting, read where they lie. Every rule string is taken apart by its
// form, the end computed, and compared as text with what is expected; an example no form fits fails the test.
// gcc 12 warns inside <regex> when sanitizers are on (its bug 105562).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "calendar/backward.h"
#include "calendar/credit.h"
#include "calendar/test_support.h"

namespace heng::calendar::test {
namespace {

struct Example {
  int number = 0;
  std::string start;
  std::string rule;
  std::string expected;
};

class Reader {
 public:
  Reader() : zone_(zone()), holidays_(chinese_holidays()) {}

  // What the arithmetic gives, written as the examples write it; nullopt if no form fits.
  std::optional<std::string> evaluate(const Example& example) {
    for (auto form : {&Reader::hours, &Reader::plain, &Reader::back, &Reader::posted, &Reader::restored,
                      &Reader::paused, &Reader::restarted, &Reader::sentence, &Reader::detention})
      if (auto answer = (this->*form)(example)) return answer;
    return std::nullopt;
  }

 private:
  using Match = std::smatch;
  static bool fits(const std::string& text, const char* pattern, Match& match) {
    return std::regex_match(text, match, std::regex(pattern));
  }
  static std::vector<std::string> dates(const std::string& text) {
    const std::regex date("\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d)?");
    std::vector<std::string> out;
    for (std::sregex_iterator it(text.begin(), text.end(), date), end; it != end; ++it)
      out.push_back(it->str());
    return out;
  }
  static Convention days_or_months(char unit, char kind) {
    Convention out = unit == 'm' ? kMonths : kDays;
    out.rolls = kind != 'W';
    out.working = kind == 'W';
    return out;
  }

  std::string end_text(const Sum& sum) const {
    if (!sum.dated) return format_rfc3339(zone_.at(sum.end));
    return format_date(sum.last_day);
  }

  std::optional<std::string> hours(const Example& example) {
    Match m;
    if (!fits(example.rule, "(\\d+)h h([NX])", m)) return std::nullopt;
    const Convention& convention = m[2] == "N" ? kHours : kExactHours;
    return end_text(end_of(zone_, holidays_, convention, local(zone_, example.start),
                           {0, 0, std::stoll(m[1])}, {}, true));
  }

  // "3d dC", "2m mK", "1m+15d mK", "5d dW". C rolls, K (custody) does not, W counts working days.
  std::optional<std::string> plain(const Example& example) {
    Match m;
    if (!fits(example.rule, "(?:(\\d+)m\\+)?(\\d+)([dm]) ([dm])([CKW])", m)) return std::nullopt;
    Amount amount;
    if (m[1].matched) amount.months = std::stoll(m[1]);
    (m[3] == "d" ? amount.days : amount.months) += std::stoll(m[2]);
    const char kind = m[5].str()[0];
    const Instant anchor = local(zone_, dates(example.start).at(0));
    const Sum sum =
        end_of(zone_, holidays_, days_or_months(m[4].str()[0], kind), anchor, amount, {}, kind == 'C');
    // What may roll beyond 2026 is provisional; not every such example says so.
    EXPECT_EQ(sum.provisional, kind != 'K' && sum.last_day > day("2026-12-31")) << example.number;
    if (sum.provisional && example.expected.starts_with("PROVISIONAL"))
      return "PROVISIONAL (raw last day " + format_date(sum.last_day) + ", calendar missing)";
    return end_text(sum);
  }

  std::optional<std::string> back(const Example& example) {
    Match m;
    if (!fits(example.rule, "(\\d+)d b([DW])", m)) return std::nullopt;
    const Convention convention = m[2] == "W" ? kWorkingDays : kDays;
    const Amount amount{0, std::stoll(m[1]), 0};
    const Date last = last_day_before(holidays_, convention, day(example.start), amount);
    // The condition as a law states it must draw the line at the same day.
    const Instant event = local(zone_, example.start);
    const auto kept = [&](int32_t later) {
      return lies_before(zone_, holidays_, convention, zone_.start_of(Date{last.days + later}),
                         Distance::at_least, amount, event)
          .holds;
    };
    EXPECT_TRUE(kept(0)) << example.number;
    EXPECT_FALSE(kept(1)) << example.number;
    return format_date(last);
  }

  // Handed to the post before the last day is over: in time, whenever it arrives.
  std::optional<std::string> posted(const Example& example) {
    Match m;
    if (!fits(example.rule, "(\\d+)d dC \\+ posting", m)) return std::nullopt;
    const auto when = dates(example.start);
    const Sum sum =
        end_of(zone_, holidays_, kDays, local(zone_, when.at(0)), {0, std::stoll(m[1]), 0}, {}, true);
    if (!sum.in_time(local(zone_, when.at(1)))) return "late";
    return "in time (last day " + format_date(sum.last_day) + ")";
  }

  std::optional<std::string> restored(const Example& example) {
    Match m;
    if (!fits(example.rule, "(\\d+)d restoration .*", m)) return std::nullopt;
    const Instant anchor = local(zone_, dates(example.start).at(0));
    return end_text(end_of(zone_, holidays_, kDays, anchor, {0, std::stoll(m[1]), 0}, {}, true));
  }

  // "2m mK + 20 excluded days", "6m + 31 excluded days", "2m + 21 days": the days are recounted from the
  // spans.
  std::optional<std::string> paused(const Example& example) {
    Match m;
    if (!fits(example.rule, "(\\d+)m(?: mK)? \\+ (\\d+) (?:excluded )?days", m)) return std::nullopt;
    const auto when = dates(example.start);
    // "a..b" counts both ends; a notice stops the clock from the day after it.
    const bool day_after = example.start.find("notice") != std::string::npos;
    const PauseSpan pause{local(zone_, when.at(1)), local(zone_, when.at(2)), day_after};
    const bool roll = example.start.find("civil") != std::string::npos;
    const Sum sum = end_of(zone_, holidays_, kMonths, local(zone_, when.at(0)), {std::stoll(m[1]), 0, 0},
                           {&pause, 1}, roll);
    int64_t excluded = 0;
    for (const SumStep& step : sum.steps)
      if (step.kind == SumStep::Kind::pause) excluded += step.amount;
    EXPECT_EQ(excluded, std::stoll(m[2])) << example.number;
    return end_text(sum);
  }

  // The count begins anew with the last date, or (civil) stays with the first. Criminal clocks of people in
  // custody do not roll, civil ones do.
  std::optional<std::string> restarted(const Example& example) {
    Match m;
    const auto when = dates(example.start);
    const auto run = [&](const std::string& from, int64_t months, bool roll) {
      return format_date(
          end_of(zone_, holidays_, kMonths, local(zone_, from), {months, 0, 0}, {}, roll).last_day);
    };
    if (fits(example.rule, "(\\d+)m soft, (\\d+)m hard from (.*)", m))
      return "soft " + run(m[3], std::stoll(m[1]), false) + "; hard " + run(m[3], std::stoll(m[2]), false);
    if (fits(example.rule, "(?:restart (\\d+)m|(\\d+)m restart|(\\d+)m from identity)", m)) {
      const std::string months = m[1].matched ? m[1] : m[2].matched ? m[2] : m[3];
      return run(when.back(), std::stoll(months), false);
    }
    if (fits(example.rule, "(\\d+)m from (?:filing|next day of filing)", m))
      return run(when.front(), std::stoll(m[1]), true);
    return std::nullopt;
  }

  std::optional<std::string> sentence(const Example& example) {
    if (example.rule != "sentence" && example.rule != "sentence - credit") return std::nullopt;
    Amount term;
    const std::string& text = example.start;
    const std::regex part("(\\d+) (year|month)");
    for (std::sregex_iterator it(text.begin(), text.end(), part), end; it != end; ++it)
      term.months += std::stoll((*it)[1]) * ((*it)[2] == "year" ? 12 : 1);
    const bool control = text.find("control") != std::string::npos;
    std::vector<Credit> credits;
    const std::regex held("(\\d+) days ((?:designated-place surveillance)|(?:supervisory )?custody)");
    for (std::sregex_iterator it(text.begin(), text.end(), held), end; it != end; ++it) {
      const bool surveillance = (*it)[2].str().starts_with("designated");
      if (surveillance)
        credits.push_back({std::stoll((*it)[1]), control ? 1 : 2, 1});
      else
        credits.push_back({std::stoll((*it)[1]), 1, control ? 2 : 1});
    }
    EXPECT_EQ(credits.empty(), example.rule == "sentence") << example.number;
    const Date start = day(dates(text).at(0));
    const Date last = sentence_end(start, term, credited_days(credits, Halves::down));
    if (credits.empty()) {  // the same through the sum, as a law file's `period` says it
      EXPECT_EQ(last, end_of(zone_, holidays_, kSentence, zone_.start_of(start), term, {}, true).last_day);
    }
    return format_date(last);
  }

  std::optional<std::string> detention(const Example& example) {
    Match rule;
    Match facts;
    if (!fits(example.rule, "detention (\\d+) days", rule)) return std::nullopt;
    if (!fits(example.start, "admin detention (\\d+) days decided (.*); restraint (\\d+) day before", facts))
      return std::nullopt;
    const Credit credit{std::stoll(facts[3]), 1, 1};
    const Instant begin = local(zone_, facts[2]);
    const Instant end =
        detention_end(zone_, begin, std::stoll(facts[1]), credited_days({&credit, 1}, Halves::down));
    EXPECT_EQ(end.us - begin.us, std::stoll(rule[1]) * kDay) << example.number;
    return "released by " + format_date(zone_.date_of(end)) + " (same hour rule of the place of custody)";
  }

  Zone zone_;
  Holidays holidays_;
};

TEST(WorkedExamples, AllGiveTheDateOfTheText) {
  const auto text = shared_file("law/cn/periods_examples.json");
  if (!text) GTEST_SKIP() << "law/cn/periods_examples.json is not there; set HENG_SHARED";
  const auto json = nlohmann::json::parse(*text);
  Reader reader;
  size_t evaluated = 0;
  for (const auto& entry : json) {
    const Example example{entry.at("n"), entry.at("start"), entry.at("rule"), entry.at("expected")};
    const auto answer = reader.evaluate(example);
    if (!answer) {
      ADD_FAILURE() << "no form fits example " << example.number << ": " << example.rule;
      continue;
    }
    ++evaluated;
    EXPECT_EQ(*answer, example.expected)
        << "example " << example.number << ": " << example.start << ", " << example.rule;
  }
  EXPECT_EQ(evaluated, json.size());
  EXPECT_EQ(evaluated, 98u);
}

}  // namespace
}  // namespace heng::calendar::test
