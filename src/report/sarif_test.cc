#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "report/report.h"
#include "sample.h"

namespace heng::report {
namespace {

using Json = nlohmann::json;

Json sarif(const Report& report) {
  std::ostringstream out;
  write_sarif(out, report);
  return Json::parse(out.str());
}

// The facts of the 2.1.0 schema and text that a result viewer relies on.
void expect_valid(const Json& log, size_t findings) {
  EXPECT_EQ(log["version"], "2.1.0");
  ASSERT_EQ(log["runs"].size(), 1u);
  const Json& run = log["runs"][0];
  EXPECT_FALSE(run["tool"]["driver"]["name"].get<std::string>().empty());
  const Json& rules = run["tool"]["driver"]["rules"];
  std::set<std::string> ids;
  for (const Json& rule : rules) {
    EXPECT_TRUE(ids.insert(rule["id"]).second) << "a rule twice";
    EXPECT_FALSE(rule["shortDescription"]["text"].get<std::string>().empty());
  }
  ASSERT_TRUE(run["results"].is_array());
  EXPECT_EQ(run["results"].size(), findings);
  const std::set<std::string> levels{"none", "note", "warning", "error"};
  std::set<std::string> fingerprints;
  for (const Json& result : run["results"]) {
    EXPECT_TRUE(levels.contains(result["level"]));
    if (result["kind"] != "fail") {
      EXPECT_EQ(result["level"], "none");
    }
    EXPECT_EQ(rules[result["ruleIndex"].get<size_t>()]["id"], result["ruleId"]);
    EXPECT_FALSE(result["message"]["text"].get<std::string>().empty());
    ASSERT_EQ(result["locations"].size(), 1u);
    const Json& logical = result["locations"][0]["logicalLocations"][0];
    EXPECT_TRUE(logical["kind"] == "act" || logical["kind"] == "case");
    EXPECT_TRUE(fingerprints.insert(result["partialFingerprints"]["hengFindingId/v1"]).second);
    std::set<int64_t> related;
    for (const Json& location : result.value("relatedLocations", Json::array())) {
      EXPECT_GE(location["id"].get<int64_t>(), 0);
      EXPECT_TRUE(related.insert(location["id"].get<int64_t>()).second);
    }
  }
}

TEST(Sarif, IsValid) {
  for (const Report& report : {sample::empty_report(), sample::small_report(), sample::hostile_report()}) {
    expect_valid(sarif(report), report.findings.size());
  }
}

TEST(Sarif, TellsKindsApart) {
  std::map<std::string, std::pair<std::string, std::string>> seen;
  const Json log = sarif(sample::small_report());
  for (const Json& result : log["runs"][0]["results"]) {
    if (result["properties"]["severity"] == "medium" && result["properties"]["kind"] == "breach") continue;
    seen[result["properties"]["kind"]] = {result["kind"], result["level"]};
  }
  using Pair = std::pair<std::string, std::string>;
  EXPECT_EQ(seen["breach"], Pair("fail", "error"));
  EXPECT_EQ(seen["late"], Pair("fail", "error"));
  EXPECT_EQ(seen["warn"], Pair("fail", "warning"));
  EXPECT_EQ(seen["flag"], Pair("review", "none"));
  EXPECT_EQ(seen["missing"], Pair("open", "none"));
}

TEST(Sarif, NamesTheVersion) {
  Report report = sample::small_report();
  report.version = "1.2.3";
  const Json driver = sarif(report)["runs"][0]["tool"]["driver"];
  EXPECT_EQ(driver["version"], "1.2.3");
  EXPECT_EQ(driver["semanticVersion"], "1.2.3");
  EXPECT_FALSE(sarif(sample::empty_report())["runs"][0]["tool"]["driver"].contains("version"));
}

TEST(Sarif, RefusedLinesAreNoSuccess) {
  EXPECT_EQ(sarif(sample::small_report())["runs"][0]["invocations"][0]["executionSuccessful"], false);
  EXPECT_EQ(sarif(sample::empty_report())["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

}  // namespace
}  // namespace heng::report
