#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "base/text.h"
#include "report/json_writer.h"
#include "report/report.h"
#include "sample.h"

namespace heng::report {
namespace {

using Json = nlohmann::ordered_json;

std::vector<Json> ndjson(const Report& report) {
  std::ostringstream out;
  write_ndjson(out, report.findings);
  std::vector<Json> lines;
  std::istringstream in(out.str());
  for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
  return lines;
}

TEST(JsonWriter, EscapesWhatJsonForbids) {
  std::string out;
  append_json_string(out, std::string_view("a\"\\\n\t\x01\x00拘\xFF", 11));
  EXPECT_EQ(out, "\"a\\\"\\\\\\n\\t\\u0001\\u0000拘\xEF\xBF\xBD\"");
}

TEST(JsonWriter, ForHtmlNothingEndsAScript) {
  std::string out;
  append_json_string(out, "</script><!--&\xE2\x80\xA8", true);
  EXPECT_EQ(out, "\"\\u003c/script\\u003e\\u003c!--\\u0026\\u2028\"");
  EXPECT_EQ(Json::parse(out).get<std::string>(), "</script><!--&\xE2\x80\xA8");
}

TEST(Ndjson, HoldsTheContractedKeysInOrder) {
  const Report report = sample::small_report();
  const std::vector<Json> lines = ndjson(report);
  ASSERT_EQ(lines.size(), report.findings.size());
  const std::set<std::string> kinds{"warn", "breach", "late", "flag", "missing"};
  const std::set<std::string> severities{"low", "medium", "high", "critical"};
  for (size_t i = 0; i < lines.size(); ++i) {
    const Json& line = lines[i];
    std::vector<std::string> keys;
    for (const auto& [key, value] : line.items()) keys.push_back(key);
    std::vector<std::string> wanted{"id", "rule", "kind", "severity", "case", "key", "at"};
    if (report.findings[i].due) wanted.emplace_back("due");
    for (const char* key : {"acts", "cites", "message", "why"}) wanted.emplace_back(key);
    ASSERT_GE(keys.size(), wanted.size());
    EXPECT_EQ(std::vector<std::string>(keys.begin(), keys.begin() + static_cast<ptrdiff_t>(wanted.size())),
              wanted);
    EXPECT_TRUE(kinds.contains(line["kind"]));
    EXPECT_TRUE(severities.contains(line["severity"]));
    EXPECT_TRUE(line["message"].contains("zh") && line["message"].contains("en"));
    EXPECT_TRUE(parse_rfc3339(line["at"].get<std::string>()).ok());
    for (const Json& why : line["why"]) EXPECT_TRUE(why.contains("step") && why["text"].contains("zh"));
  }
}

TEST(Ndjson, SaysWhatIsAdditional) {
  const std::vector<Json> lines = ndjson(sample::small_report());
  std::set<std::string> seen;
  for (const Json& line : lines) {
    for (const char* key : {"part", "late_by", "provisional", "missing", "label"}) {
      if (line.contains(key)) seen.insert(key);
    }
    if (line["kind"] == "late") {
      EXPECT_EQ(line["late_by"], "P1DT1H30M");
    }
    if (line["kind"] == "missing") {
      EXPECT_EQ(line["missing"], Json::array({"act_count", "ground"}));
    }
  }
  EXPECT_EQ(seen.size(), 5u);
}

TEST(Ndjson, IsUtf8WhateverCameIn) {
  std::ostringstream out;
  const Report report = sample::hostile_report();
  write_ndjson(out, report.findings);
  EXPECT_TRUE(is_utf8(out.str()));
  EXPECT_EQ(ndjson(report).size(), report.findings.size());
}

TEST(JsonDocument, CountsWhatItHolds) {
  const Report report = sample::small_report();
  std::ostringstream out;
  write_json(out, report);
  const Json json = Json::parse(out.str());
  EXPECT_EQ(json["schema"], "heng/report/v1");
  EXPECT_EQ(json["counts"]["findings"], json["findings"].size());
  EXPECT_EQ(json["counts"]["acts"], 1204);
  EXPECT_EQ(json["counts"]["refused"], 2);
  size_t sum = 0;
  for (const char* kind : {"warn", "breach", "late", "flag", "missing"}) {
    size_t held = 0;
    for (const Json& finding : json["findings"]) held += finding["kind"] == kind ? 1u : 0u;
    EXPECT_EQ(json["counts"][kind], held) << kind;
    sum += held;
  }
  EXPECT_EQ(sum, json["findings"].size());
  EXPECT_EQ(json["as_of"]["now"], "2026-04-20T08:30:00+08:00");
  EXPECT_EQ(json["as_of"]["packs"][0]["reviewed"], false);
  EXPECT_EQ(json["cases"].size(), 2u);
  EXPECT_EQ(json["cases"][0]["acts"].size(), 12u);
}

TEST(JsonDocument, SameReportSameBytes) {
  std::ostringstream first;
  std::ostringstream second;
  write_json(first, sample::large_report(300));
  write_json(second, sample::large_report(300));
  EXPECT_EQ(first.str(), second.str());
}

}  // namespace
}  // namespace heng::report
