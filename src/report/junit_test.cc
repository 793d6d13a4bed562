#include <expat.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "report/report.h"
#include "sample.h"

namespace heng::report {
namespace {

struct Suite {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::set<std::string> cases;
  size_t failures = 0;
  size_t errors = 0;
  size_t skipped = 0;
};

struct Document {
  std::map<std::string, std::string> root;
  std::vector<Suite> suites;
  std::map<std::string, std::string> properties;  // of all suites
  std::string text;
};

void on_start(void* user, const XML_Char* name, const XML_Char** attributes) {
  auto& document = *static_cast<Document*>(user);
  std::map<std::string, std::string> held;
  for (; *attributes != nullptr; attributes += 2) held[attributes[0]] = attributes[1];
  const std::string element = name;
  if (element == "testsuites") document.root = held;
  if (element == "testsuite") document.suites.push_back({held["name"], held, {}, 0, 0, 0});
  if (element == "testcase") {
    EXPECT_TRUE(document.suites.back().cases.insert(held["name"]).second) << "a testcase twice";
  }
  if (element == "property") document.properties[held["name"]] = held["value"];
  if (element == "failure") ++document.suites.back().failures;
  if (element == "error") ++document.suites.back().errors;
  if (element == "skipped") ++document.suites.back().skipped;
}

void on_text(void* user, const XML_Char* text, int size) {
  static_cast<Document*>(user)->text.append(text, static_cast<size_t>(size));
}

Document junit(const Report& report) {
  std::ostringstream out;
  write_junit(out, report);
  Document document;
  XML_Parser parser = XML_ParserCreate(nullptr);
  XML_SetUserData(parser, &document);
  XML_SetElementHandler(parser, on_start, [](void*, const XML_Char*) {});
  XML_SetCharacterDataHandler(parser, on_text);
  const std::string text = out.str();
  EXPECT_EQ(XML_Parse(parser, text.data(), static_cast<int>(text.size()), 1), XML_STATUS_OK)
      << XML_ErrorString(XML_GetErrorCode(parser));
  XML_ParserFree(parser);
  return document;
}

TEST(Junit, IsWellFormedAndItsCountsAreTrue) {
  for (const Report& report : {sample::empty_report(), sample::small_report(), sample::hostile_report()}) {
    const Document document = junit(report);
    size_t tests = 0;
    size_t failures = 0;
    size_t skipped = 0;
    for (const Suite& suite : document.suites) {
      EXPECT_EQ(suite.attributes.at("tests"), std::to_string(suite.cases.size())) << suite.name;
      EXPECT_EQ(suite.attributes.at("failures"), std::to_string(suite.failures)) << suite.name;
      EXPECT_EQ(suite.attributes.at("skipped"), std::to_string(suite.skipped)) << suite.name;
      tests += suite.cases.size();
      failures += suite.failures;
      skipped += suite.skipped;
    }
    EXPECT_EQ(document.root.at("tests"), std::to_string(tests));
    EXPECT_EQ(document.root.at("failures"), std::to_string(failures));
    EXPECT_EQ(document.root.at("skipped"), std::to_string(skipped));
  }
}

TEST(Junit, BreachAndLateFailTheRestDoNot) {
  const Document document = junit(sample::small_report());
  EXPECT_EQ(document.root.at("failures"), "3");
  EXPECT_EQ(document.root.at("skipped"), "1");
  EXPECT_NE(document.text.find("reviewed: no"), std::string::npos);
}

TEST(Junit, NamesTheVersion) {
  Report report = sample::small_report();
  report.version = "1.2.3";
  EXPECT_EQ(junit(report).properties.at("heng.version"), "1.2.3");
  EXPECT_EQ(junit(sample::small_report()).properties.count("heng.version"), 0u);
}

TEST(Junit, RefusedLinesAreAnError) {
  EXPECT_EQ(junit(sample::small_report()).root.at("errors"), "1");
  EXPECT_EQ(junit(sample::empty_report()).root.at("errors"), "0");
}

TEST(Junit, ControlCharactersDoNotBreakIt) {
  Report report = sample::small_report();
  report.findings[0].message.en = std::string("a\x01\x0B\xFF\xEF\xBF\xBE", 7) + "]]>";
  report.findings[0].case_id = "<&\">\n";
  EXPECT_EQ(junit(report).suites.size(), junit(sample::small_report()).suites.size());
}

}  // namespace
}  // namespace heng::report
