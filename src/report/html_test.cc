#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/text.h"
#include "report/html_data.h"
#include "report/report.h"
#include "sample.h"

namespace heng::report {
namespace {

using Json = nlohmann::json;

std::string html(const Report& report) {
  std::ostringstream out;
  write_html(out, report);
  return out.str();
}

Json data(const Report& report) {
  std::ostringstream out;
  write_html_data(out, report);
  return Json::parse(out.str());
}

size_t occurrences(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(Html, OneFileThatNamesNoOther) {
  const std::string page = html(sample::hostile_report());
  EXPECT_TRUE(is_utf8(page));
  EXPECT_TRUE(page.starts_with("<!doctype html>"));
  for (const char* part : {" src=", " href=\"http", "@import", "url(http", "https://"}) {
    // The texts of findings may say anything; what the page itself says ends where they begin.
    EXPECT_EQ(page.substr(0, page.find("id=\"data\"")).find(part), std::string::npos) << part;
  }
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(occurrences(page, "sha256-"), 2u);
  EXPECT_EQ(page.find("{{"), std::string::npos);
}

TEST(Html, NoTextEndsTheScript) {
  const std::string page = html(sample::hostile_report());
  EXPECT_EQ(occurrences(page, "</script>"), 2u);
  EXPECT_EQ(occurrences(page, "<script"), 2u);
  EXPECT_EQ(page.find("<img"), std::string::npos);
}

TEST(HtmlData, HoldsEveryFindingAndEachTextOnce) {
  const Report report = sample::large_report(500);
  const Json json = data(report);
  ASSERT_EQ(json["findings"].size(), report.findings.size());
  EXPECT_EQ(json["views"].size(), report.cases.size());
  const auto text = [&](const Json& place) {
    return json["strings"][place.get<size_t>()].get<std::string>();
  };
  for (size_t i = 0; i < report.findings.size(); ++i) {
    const Json& packed = json["findings"][i];
    const watch::Finding& finding = report.findings[i];
    EXPECT_EQ(text(packed[0]), finding.id);
    EXPECT_EQ(text(packed[5]), finding.case_id);
    EXPECT_EQ(packed[7][0], finding.at.instant.us / 1000);
    EXPECT_EQ(packed[8].is_null(), !finding.due.has_value());
    EXPECT_EQ(text(packed[17]), finding.message.en);
    EXPECT_EQ(packed[18].size(), finding.why.size());
  }
  std::set<std::string> strings;
  for (const Json& one : json["strings"]) EXPECT_TRUE(strings.insert(one).second) << one;
}

TEST(HtmlData, TenThousandFindingsStaySmall) {
  std::ostringstream out;
  write_html_data(out, sample::large_report(10'000));
  EXPECT_LT(out.str().size(), 6'000'000u);
}

}  // namespace
}  // namespace heng::report
