#include "act/json.h"

#include <gtest/gtest.h>

namespace heng {
namespace {

const char* const kFull =
    R"({"agency":"police-a","at":"2025-03-03T09:00:00+08:00","by":[{"id":"p1","role":"investigator"},{"id":"p2"}],)"
    R"("case":"C-1","corrects":"a-0","data":{"ground":"flagrant","list":[1,null,{"x":true}],"sum":12.5},)"
    R"("docs":[{"id":"d1","kind":"warrant","sha256":)"
    R"("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff","title":"拘留证"}],)"
    R"("id":"a-1","on":[{"id":"s1","role":"person"}],"recorded":"2025-03-03T10:00:00.250+08:00","type":"detained"})";

std::string code_of(std::string_view line) {
  const Result<Act> act = act_from_json(line);
  return act.ok() ? "accepted" : act.error().code;
}

// The smallest good act, with `more` put in before the closing brace.
std::string with(std::string_view more) {
  return R"({"id":"a","type":"t","at":"2025-01-01T00:00:00Z","agency":"g")" + std::string(more) + "}";
}

TEST(ActJson, WritesCanonicalBytesBack) {
  const Result<Act> act = act_from_json(kFull);
  ASSERT_TRUE(act.ok()) << act.error().text();
  EXPECT_EQ(act_to_json(*act), kFull);
  EXPECT_EQ(act->at.offset_minutes, 480);
  EXPECT_EQ(act->docs[0].title, "拘留证");
  EXPECT_TRUE(validate_act(*act).ok());
}

TEST(ActJson, CanonicalFormDoesNotDependOnSpelling) {
  const Result<Act> act = act_from_json(
      R"( { "type":"t" , "agency":"g","data":{"b":1.50,"\u0061":-0,"c":1e3,"d":1E-7,"e":123456789012345678901}, "by":[],
          "at":"2025-01-01t00:00:00.5z","id":"a"} )");
  ASSERT_TRUE(act.ok()) << act.error().text();
  EXPECT_EQ(act_to_json(*act),
            R"({"agency":"g","at":"2025-01-01T00:00:00.500+00:00",)"
            R"("data":{"a":0,"b":1.5,"c":1000,"d":1e-7,"e":123456789012345678901},"id":"a","type":"t"})");
}

TEST(ActJson, RefusesWhatTheContractRefuses) {
  EXPECT_EQ(code_of(with("")), "accepted");
  EXPECT_EQ(code_of(R"({"type":"t","at":"2025-01-01T00:00:00Z","agency":"g"})"), "act-missing-field");
  EXPECT_EQ(code_of(R"({"id":"a","at":"2025-01-01T00:00:00Z","agency":"g"})"), "act-missing-field");
  EXPECT_EQ(code_of(R"({"id":"a","type":"t","agency":"g"})"), "act-missing-field");
  EXPECT_EQ(code_of(R"({"id":"a","type":"t","at":"2025-01-01T00:00:00Z"})"), "act-missing-field");
  EXPECT_EQ(code_of(R"({"id":"a","type":"t","at":"2025-01-01T00:00:00","agency":"g"})"), "act-time");
  EXPECT_EQ(code_of(R"({"id":"a","type":"t","at":1735689600,"agency":"g"})"), "act-field-type");
  EXPECT_EQ(code_of(with(R"(,"caze":"c")")), "act-unknown-field");
  EXPECT_EQ(code_of(with(R"(,"id":"b")")), "json-duplicate-key");
  EXPECT_EQ(code_of(with(R"(,"\u0069d":"b")")), "json-duplicate-key");
  EXPECT_EQ(code_of(with(R"(,"data":{"x":1,"x":1})")), "json-duplicate-key");
  EXPECT_EQ(code_of(with(R"(,"data":{"o":{"x":1,"x":1}})")), "json-duplicate-key");
  EXPECT_EQ(code_of(with(R"(,"case":"")")), "act-id");
  EXPECT_EQ(code_of(with(R"(,"case":"a\u0000b")")), "act-id");
  EXPECT_EQ(code_of(with(R"(,"case":null)")), "act-field-type");
  EXPECT_EQ(code_of(with(R"(,"by":{"id":"p"})")), "act-field-type");
  EXPECT_EQ(code_of(with(R"(,"by":["p"])")), "act-field-type");
  EXPECT_EQ(code_of(with(R"(,"by":[{"role":"judge"}])")), "act-missing-field");
  EXPECT_EQ(code_of(with(R"(,"by":[{"id":"p","name":"x"}])")), "act-unknown-field");
  EXPECT_EQ(code_of(with(R"(,"docs":[{"id":"d","sha256":"abc"}])")), "act-sha256");
  EXPECT_EQ(code_of(with(R"(,"data":[1])")), "act-field-type");
}

TEST(ActJson, SuggestsTheNearestField) {
  const Result<Act> act = act_from_json(with(R"(,"agncy":"x")"));
  ASSERT_FALSE(act.ok());
  EXPECT_EQ(act.error().help, "did you mean `agency`?");
}

TEST(ActJson, RefusesBrokenJson) {
  for (const std::string& bad :
       {std::string("{"), std::string("[]"), std::string("\"x\""), std::string("{}{}"), with(",") , with(" ,\"data\":{"),
        with(R"(,"data":{"x":01})"), with(R"(,"data":{"x":1.})"), with(R"(,"data":{"x":.5})"), with(R"(,"data":{"x":+1})"),
        with(R"(,"data":{"x":1.e5})"), with(R"(,"data":{"x":nul})"), with(R"(,"data":{"x":truee})"),
        with(R"(,"data":{"x":NaN})"), with(R"(,"data":{"x":1 2})"), with(R"(,"data":{"x":[1,]})"),
        with(R"(,"data":{"x":1e})"), with("") + "x", with("") + " {}", std::string("not json")}) {
    EXPECT_FALSE(act_from_json(bad).ok()) << bad;
  }
}

TEST(ActJson, EveryPrefixIsRefusedAndNothingCrashes) {
  const std::string line = kFull;
  for (size_t size = 0; size < line.size(); ++size) {
    EXPECT_FALSE(act_from_json(line.substr(0, size)).ok()) << size;
  }
}

TEST(ActJson, LimitsDepthAndFields) {
  std::string deep = "1";
  for (int i = 0; i < 40; ++i) deep = "[" + deep + "]";
  EXPECT_EQ(code_of(with(",\"data\":{\"x\":" + deep + "}")), "act-too-deep");
  std::string wide;
  for (int i = 0; i < 10'001; ++i) wide += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
  EXPECT_EQ(code_of(with(",\"data\":{" + wide + "}")), "act-too-large");
  EXPECT_EQ(code_of(with(",\"case\":\"" + std::string(2000, 'c') + "\"")), "act-id");
}

// A reader that reuses memory must not let one act leak into the next.
TEST(ActJson, ReusedActIsAsGoodAsNew) {
  ActReader reader;
  Act act;
  ASSERT_TRUE(reader.read(kFull, act).ok());
  ASSERT_TRUE(reader.read(with(R"(,"data":{"ground":7,"list":"x","sum":null},"by":[{"id":"q"}])"), act).ok());
  const Result<Act> fresh = act_from_json(with(R"(,"data":{"ground":7,"list":"x","sum":null},"by":[{"id":"q"}])"));
  ASSERT_TRUE(fresh.ok());
  EXPECT_EQ(act, *fresh);
}

TEST(ActJson, NumbersKeepEveryDigit) {
  for (const char* number : {"0", "-1", "9223372036854775807", "9223372036854775808", "26.85120450862128", "1e-7",
                             "0.1", "123456789012345678901234567890.5", "1e+300", "-1.25e-9"}) {
    const Result<Value> value = ActReader().read_value(number);
    ASSERT_TRUE(value.ok()) << number;
    std::string out;
    append_value_json(out, *value);
    const Result<Value> again = ActReader().read_value(out);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(*value, *again) << number << " became " << out;
  }
}

}  // namespace
}  // namespace heng
