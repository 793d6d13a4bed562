#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "base/text.h"
#include "report/report.h"
#include "report/screen.h"
#include "report/summary.h"
#include "report/words.h"
#include "sample.h"

namespace heng::report {
namespace {

std::string text_of(const Report& report, TextOptions options = {}) {
  std::ostringstream out;
  write_text(out, report, options);
  return out.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

OffsetTime at(const char* text) { return *parse_rfc3339(text); }

TEST(Words, WritesTimesAsPeopleDo) {
  EXPECT_EQ(show_time(at("2026-03-04T15:00:00+08:00"), 480), "2026-03-04 15:00");
  EXPECT_EQ(show_time(at("2026-03-04T15:00:07+08:00"), 480), "2026-03-04 15:00:07");
  EXPECT_EQ(show_time(at("2026-03-04T15:00:00+08:00"), 60), "2026-03-04 15:00 +08:00");
  EXPECT_EQ(show_time(at("2026-03-04T15:00:00-03:30"), 0), "2026-03-04 15:00 -03:30");
}

TEST(Words, ADayEndsAtTwentyFour) {
  EXPECT_EQ(show_end(at("2026-03-11T00:00:00+08:00"), 480), "2026-03-10 24:00");
  EXPECT_EQ(show_end(at("2026-01-01T00:00:00+08:00"), 480), "2025-12-31 24:00");
  EXPECT_EQ(show_end(at("2026-03-11T00:01:00+08:00"), 480), "2026-03-11 00:01");
  EXPECT_EQ(show_end(at("1969-12-31T00:00:00+00:00"), 0), "1969-12-30 24:00");
}

TEST(Words, Durations) {
  EXPECT_EQ(show_duration(34 * kHour + 5 * kMinute).zh, "1天10小时5分");
  EXPECT_EQ(show_duration(34 * kHour + 5 * kMinute).en, "1 d 10 h 5 min");
  EXPECT_EQ(show_duration(5).en, "under 1 s");
  EXPECT_EQ(iso_duration(0), "PT0S");
  EXPECT_EQ(iso_duration(34 * kHour + 5 * kMinute), "P1DT10H5M");
  EXPECT_EQ(iso_duration(2 * kDay), "P2D");
  EXPECT_EQ(iso_duration(kSecond / 2), "PT0.5S");
  EXPECT_EQ(iso_duration(kMinute + 1), "PT1M0.000001S");
}

TEST(Words, OneTextGivesWayToTheOther) {
  EXPECT_EQ(shown(Text{"拘留", "detention"}, Language::zh), "拘留");
  EXPECT_EQ(shown(Text{"拘留", "detention"}, Language::both), "拘留 / detention");
  EXPECT_EQ(shown(Text{"", "detention"}, Language::zh), "detention");
  EXPECT_EQ(shown(Text{"拘留", ""}, Language::en), "拘留");
}

TEST(Summary, GravestRuleFirstAndEveryFindingCounted) {
  const Report report = sample::small_report();
  const std::vector<RuleSummary> rules = by_rule(report.findings);
  ASSERT_FALSE(rules.empty());
  EXPECT_EQ(rules.front().rule, "cn.criminal/arrest_request_limit");
  size_t total = 0;
  for (size_t i = 0; i < rules.size(); ++i) {
    total += rules[i].counts.total;
    EXPECT_EQ(rules[i].findings.size(), rules[i].counts.total);
  }
  // The broken ones by severity, then the rest: a warning of high severity stands after a breach of medium.
  EXPECT_EQ(rules[1].rule, "cn.criminal/detention_family_notice_24h");
  EXPECT_EQ(rules[2].rule, "cn.criminal/search_approval_warrant");
  EXPECT_EQ(rules[3].rule, "cn.criminal/review_prosecution_1m");
  EXPECT_EQ(rules.back().rule, "cn.criminal/arrest_request_30d_ground");
  EXPECT_EQ(total, report.findings.size());
  const Counts counts = count(report.findings);
  EXPECT_EQ(counts.of(watch::Kind::breach), 2u);
  EXPECT_EQ(counts.of(watch::Kind::late), 1u);
  EXPECT_EQ(counts.of(watch::Kind::warn), 2u);
  EXPECT_EQ(counts.of(watch::Severity::none), 0u);
}

TEST(TextReport, FitsTheWidth) {
  for (const Language language : {Language::zh, Language::en, Language::both}) {
    for (const size_t width : {60u, 80u, 132u}) {
      const TextOptions options{.language = language, .width = width};
      const std::string text = text_of(sample::small_report(), options);
      for (const std::string& line : lines_of(text)) EXPECT_LE(display_width(line), width) << line;
      const std::string hostile = text_of(sample::hostile_report(), options) +
                                  clocks_text(sample::hostile_report().cases[2], options) +
                                  case_text(sample::hostile_report().cases[2], options);
      for (const std::string& line : lines_of(hostile)) EXPECT_LE(display_width(line), width) << line;
    }
  }
}

TEST(TextReport, SpeaksTheLanguageAsked) {
  const std::string zh = text_of(sample::small_report(), {.language = Language::zh});
  const std::string en = text_of(sample::small_report(), {.language = Language::en});
  EXPECT_NE(zh.find("提请批准逮捕期限"), std::string::npos);
  EXPECT_EQ(zh.find("Request arrest"), std::string::npos);
  EXPECT_NE(en.find("Request arrest"), std::string::npos);
  EXPECT_EQ(en.find("提请批准逮捕期限"), std::string::npos);
}

TEST(TextReport, SaysPlainlyThatNoLawyerHasReviewed) {
  EXPECT_NE(text_of(sample::small_report(), {.language = Language::en}).find("reviewed: no"),
            std::string::npos);
  EXPECT_NE(text_of(sample::empty_report(), {.language = Language::zh}).find("经律师审查：否"),
            std::string::npos);
}

TEST(TextReport, CountsWhatItLeavesOut) {
  const std::string text = text_of(sample::large_report(50), {.language = Language::en, .limit = 3});
  EXPECT_NE(text.find("47 more findings are not shown"), std::string::npos);
  EXPECT_EQ(text_of(sample::large_report(50), {.language = Language::en, .limit = 0}).find("not shown"),
            std::string::npos);
}

TEST(TextReport, NothingFoundIsSaid) {
  EXPECT_NE(text_of(sample::empty_report()).find("no findings"), std::string::npos);
}

TEST(TextReport, TextFromOutsideCannotDriveTheTerminal) {
  Report report = sample::hostile_report();
  report.findings[0].message.en = "\x1B]0;owned\x07";
  report.findings[0].acts[0] = "\x1B[2J";
  report.notes[0] = "\x1B[31m";
  report.packs[0].name = "\x1B[32m";
  report.findings[0].why[0].text.zh = "\x1B[33m";
  EXPECT_EQ(text_of(report).find('\x1B'), std::string::npos);
  const std::string coloured = text_of(report, {.colour = true});
  EXPECT_NE(coloured.find("\x1B[1;31m"), std::string::npos);
  EXPECT_EQ(coloured.find("\x1B[2J"), std::string::npos);
}

TEST(Explain, AlignsTheSum) {
  const Report report = sample::small_report();
  const auto& finding = *std::ranges::find(report.findings, watch::Kind::late, &watch::Finding::kind);
  const std::string text = explain_text(finding, {.language = Language::zh, .width = 100});
  std::vector<size_t> columns;
  for (const std::string& line : lines_of(text)) {
    const size_t place = line.find("2026-03-0");
    if (line.starts_with("   |") && place != std::string::npos)
      columns.push_back(display_width(line.substr(0, place)));
  }
  ASSERT_EQ(columns.size(), 4u) << text;  // start, base, end, met; the pause has no instant
  for (const size_t column : columns) EXPECT_EQ(column, columns.front()) << text;
  for (const char* part : {"CPL 105(2)", "QA-0001-002", "1天1小时30分", "5f0c1d6e9a7b3c42", "person s1"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(Explain, CallsTheKeyAsAReaderDoes) {
  watch::Finding finding = sample::small_report().findings.front();
  finding.key = {{"person", "s1"}, {"window", "2026-Q1"}};
  finding.key_labels = {{"当事人", "person concerned"}};
  EXPECT_NE(explain_text(finding, {.language = Language::zh}).find("当事人 s1, window 2026-Q1"), std::string::npos);
  EXPECT_NE(explain_text(finding, {.language = Language::en}).find("person concerned s1"), std::string::npos);
}

TEST(CaseText, TellsActsAndClocks) {
  const Report report = sample::small_report();
  const std::string text = case_text(report.cases[0], {.language = Language::en, .width = 100});
  for (const auto& act : report.cases[0].acts) EXPECT_NE(text.find(act.id), std::string::npos);
  EXPECT_NE(text.find("corrected by QA-0001-013"), std::string::npos);
  const std::string clocks = clocks_text(report.cases[0], {.language = Language::both, .width = 100});
  for (const char* part :
       {"已超期 overdue", "2026-03-10 24:00", "已中止 paused", "未定 open", "权利 a right", "provisional"}) {
    EXPECT_NE(clocks.find(part), std::string::npos) << part << "\n" << clocks;
  }
}

}  // namespace
}  // namespace heng::report
