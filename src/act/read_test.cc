#include "act/read.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "act/json.h"

namespace heng {
namespace {

struct Got {
  std::vector<Act> acts;
  ImportReport report;
  std::string error;  // code, empty if none
};

Got read(std::string_view bytes, const ReadOptions& options = {}, const std::string& name = "log") {
  Got got;
  const auto done = read_acts_from(bytes, name, options, [&](Act& act) { got.acts.push_back(act); }, &got.report);
  if (!done.ok()) got.error = done.error().code;
  return got;
}

std::filesystem::path shared_data() {
  const char* shared = std::getenv("HENG_SHARED");
  return std::filesystem::path(shared != nullptr ? shared : HENG_SOURCE_DIR "/../shared") / "data";
}

const std::string kGood = R"({"id":"a","type":"t","at":"2025-01-01T00:00:00Z","agency":"g"})";

TEST(ReadNdjson, RefusesBadLinesByNumberAndGoesOn) {
  const Got got = read(kGood + "\n\nnot json\n" + R"({"id":"b"})" + "\r\n" + kGood);
  EXPECT_EQ(got.error, "");
  EXPECT_EQ(got.acts.size(), 2u);
  EXPECT_EQ(got.report.read, 4u);
  EXPECT_EQ(got.report.refused, 2u);
  EXPECT_EQ(got.report.odd.at("blank_lines"), 1u);
  ASSERT_EQ(got.report.problems.size(), 2u);
  EXPECT_EQ(got.report.problems[0].where, "log:3");
  EXPECT_EQ(got.report.problems[1].where, "log:4");
  EXPECT_EQ(got.report.problems[1].code, "act-missing-field");
}

TEST(ReadNdjson, SkipsALineThatIsTooLong) {
  ReadOptions options;
  options.max_line_bytes = 300'000;
  const std::string longer = "{\"id\":\"" + std::string(5'000'000, 'x') + "\"}";
  const Got got = read(kGood + "\n" + longer + "\n" + kGood + "\n" + longer, options);
  EXPECT_EQ(got.acts.size(), 2u);
  EXPECT_EQ(got.report.refused, 2u);
  EXPECT_EQ(got.report.problems.at(0).where, "log:2");
  EXPECT_EQ(got.report.problems.at(0).code, "line-too-long");
}

TEST(ReadNdjson, LinesMeetBufferEdgesAnywhere) {
  for (size_t pad = 0; pad < 40; ++pad) {
    std::string text = "{\"id\":\"" + std::string(1000 + pad * 7, 'p') + "\"}\n";
    size_t lines = 1;
    while (text.size() < 900'000) {
      text += kGood + std::string(pad % 5, ' ') + "\n";
      ++lines;
    }
    const Got got = read(text);
    ASSERT_EQ(got.report.read, lines) << pad;
    ASSERT_EQ(got.report.refused, 1u) << pad;  // the first has no type
  }
}

TEST(ReadAny, KnowsTheFormatByItsContent) {
  EXPECT_EQ(read(kGood).report.format, Format::ndjson);
  EXPECT_EQ(read("\xEF\xBB\xBF" + kGood).acts.size(), 1u);
  EXPECT_EQ(read("<log></log>").report.format, Format::xes);
  EXPECT_EQ(read("[1]").error, "format-unknown");
  EXPECT_EQ(read("\x7f" "ELF\x01\x02").error, "format-unknown");
  EXPECT_EQ(read("a,b\n1,2\n").error, "csv-needs-mapping");
  EXPECT_EQ(read("", {}, "x.xes").error, "file-empty");
  EXPECT_EQ(read("").error, "");
}

std::string xes(const std::string& inside) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><log>" + inside + "</log>";
}
std::string event(const std::string& name, const std::string& at, const std::string& more = "") {
  return "<event><string key=\"concept:name\" value=\"" + name + "\"/><date key=\"time:timestamp\" value=\"" + at + "\"/>" +
         more + "</event>";
}
std::string trace(const std::string& name, const std::string& events) {
  return "<trace><string key=\"concept:name\" value=\"" + name + "\"/>" + events + "</trace>";
}
const std::string kDay1 = "2024-01-01T00:00:00+02:00";
const std::string kDay2 = "2024-01-02T00:00:00+02:00";

TEST(ReadXes, KeepsWhatIsOddAndCountsIt) {
  const Got got = read(xes(trace("c1", event("a", kDay2) + event("b", kDay1)) + trace("c1", event("c", kDay2)) +
                           trace("c2", "") + event("loose", kDay1) + "<trace>" + event("", kDay1) + "</trace>"));
  EXPECT_EQ(got.error, "");
  ASSERT_EQ(got.acts.size(), 5u);
  EXPECT_EQ(got.acts[0].id, "c1-1");
  EXPECT_EQ(got.acts[2].id, "c1-3");
  EXPECT_EQ(got.acts[3].case_id, "");
  EXPECT_EQ(got.acts[4].type, "unnamed");
  EXPECT_EQ(got.acts[0].at.offset_minutes, 120);
  for (const char* name : {"unsorted_traces", "duplicate_cases", "empty_traces", "loose_events", "unnamed_events", "unnamed_cases"})
    EXPECT_EQ(got.report.odd.count(name) > 0 ? got.report.odd.at(name) : 0, 1u) << name;
}

TEST(ReadXes, PutsAttributesInTheirPlaces) {
  const Got got = read(xes(
      "<trace><float key=\"sum\" value=\"1.50\"/><string key=\"org:group\" value=\"office\"/>" +
      event("a", kDay1, "<string key=\"org:resource\" value=\"p1\"/><string key=\"org:role\" value=\"clerk\"/>"
                        "<list key=\"l\"><values><int key=\"x\" value=\"1\"/><int key=\"x\" value=\"2\"/></values></list>"
                        "<string key=\"n\" value=\"v\"><boolean key=\"deep\" value=\"false\"/></string>"
                        "<int key=\"twice\" value=\"1\"/><int key=\"twice\" value=\"2\"/>"
                        "<int key=\"bad\" value=\"many\"/>") +
      event("b", kDay2) + "<string key=\"concept:name\" value=\"c\"/></trace>"));
  ASSERT_EQ(got.acts.size(), 2u) << got.error;
  EXPECT_EQ(act_to_json(got.acts[0]),
            R"({"agency":"office","at":"2024-01-01T00:00:00+02:00","by":[{"id":"p1","role":"clerk"}],"case":"c",)"
            R"("data":{"bad":"many","case:org:group":"office","case:sum":1.5,"l":[{"x":1},{"x":2}],)"
            R"("n":{"@value":"v","deep":false},"twice":1,"twice#2":2},"id":"c-1","type":"a"})");
  EXPECT_EQ(got.acts[1].agency, "office");
  EXPECT_EQ(got.report.odd.at("mistyped_values"), 1u);
  EXPECT_EQ(got.report.odd.at("duplicate_attributes"), 1u);
}

TEST(ReadXes, NaiveTimesNeedAZone) {
  const std::string log = xes(trace("c", event("a", "2024-07-01T12:00:00")));
  const Got without = read(log);
  EXPECT_EQ(without.report.refused, 1u);
  EXPECT_EQ(without.report.problems.at(0).code, "time-no-zone");
  ReadOptions options;
  options.zone = "Europe/Rome";
  const Got with = read(log, options);
  ASSERT_EQ(with.acts.size(), 1u);
  EXPECT_EQ(format_rfc3339(with.acts[0].at), "2024-07-01T12:00:00+02:00");
}

TEST(ReadXes, RefusesWhatMayDoHarm) {
  EXPECT_EQ(read("<!DOCTYPE log [<!ENTITY a \"b\">]><log/>").error, "xml-dtd");
  EXPECT_EQ(read("<!DOCTYPE log SYSTEM \"file:///etc/passwd\"><log/>").error, "xml-dtd");
  EXPECT_EQ(read(xes(trace("&unknown;", ""))).error, "xml-entity");
  std::string open = "<log>";
  for (int i = 0; i < 1'000'000; ++i) open += "<a>";
  EXPECT_EQ(read(open).error, "xml-too-deep");
  EXPECT_EQ(read("<log><trace><string key=\"" + std::string(20'000'000, 'x')).error, "xml-too-large");
  std::string wide;
  for (int i = 0; i < 20'000; ++i) wide += "<int key=\"k" + std::to_string(i) + "\" value=\"1\"/>";
  EXPECT_EQ(read(xes(trace("c", event("a", kDay1, wide)))).error, "xes-too-many-attributes");
  EXPECT_EQ(read("<html></html>").error, "xml-not-a-log");
}

TEST(ReadXes, CutAnywhereIsAnErrorWithAPlace) {
  const std::string whole = xes(trace("c", event("a", kDay1) + event("b", kDay2)));
  for (size_t size = 1; size < whole.size(); ++size) {
    Got got = read(whole.substr(0, size));
    EXPECT_NE(got.error, "") << size;
    EXPECT_NE(got.report.error.find("log:1:"), std::string::npos) << got.report.error;
  }
}

TEST(ReadXes, FlippedBytesNeverCrash) {
  const std::string whole = xes(trace("c", event("a", kDay1, "<list key=\"l\"><values/></list>") + event("b", kDay2)));
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const int bit : {0, 3, 6, 7}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      const Got got = read(bytes);
      EXPECT_LE(got.acts.size(), 2u);
    }
  }
}

TEST(ReadXes, LongTraceGoesOutInParts) {
  std::string events;
  for (int i = 0; i < 40'000; ++i) events += event("step", kDay1, "<int key=\"n\" value=\"" + std::to_string(i) + "\"/>");
  const Got got = read(xes("<trace><string key=\"concept:name\" value=\"c\"/>" + events + "<int key=\"late\" value=\"1\"/></trace>"));
  ASSERT_EQ(got.acts.size(), 40'000u) << got.report.error;
  for (size_t i = 0; i < got.acts.size(); ++i) {
    ASSERT_EQ(got.acts[i].id, "c-" + std::to_string(i + 1));
    ASSERT_EQ(got.acts[i].data[0].second.number, Decimal::of(static_cast<int64_t>(i)));
  }
  EXPECT_EQ(got.report.odd.at("late_case_attributes"), 1u);
  EXPECT_EQ(got.acts.back().data.back().first, "case:late");
  EXPECT_EQ(got.report.cases, 1u);
}

Got read_shared(const std::string& name, const ReadOptions& options = {}) {
  Got got;
  const auto done = read_acts((shared_data() / name).string(), options, [&](Act& act) { got.acts.push_back(act); }, &got.report);
  if (!done.ok()) got.error = done.error().code;
  return got;
}

// What xes-pitfalls/expected.json says, file by file.
TEST(ReadXes, CraftedPitfalls) {
  if (!std::filesystem::exists(shared_data() / "xes-pitfalls")) GTEST_SKIP() << "no data at " << shared_data();
  struct Expected {
    const char* file;
    std::vector<const char*> order;
    size_t cases;
  };
  const Expected all[] = {
      {"bool_int_types.xes", {"a"}, 1},
      {"case_name_after_events.xes", {"a"}, 1},
      {"cdata_comment_inside.xes", {"a"}, 1},
      {"classifier_multi.xes", {"a", "a"}, 1},
      {"comment_with_event.xes", {"a"}, 1},
      {"duplicate_case_ids.xes", {"a", "b"}, 1},
      {"empty_trace.xes", {"a"}, 2},
      {"entities.xes", {"a & b <c> \"q\" 中国"}, 1},
      {"equal_ts_order.xes", {"z", "y", "x"}, 1},
      {"gb18030.xes", {"拘留"}, 1},
      {"gt_in_value.xes", {"x > y / z"}, 1},
      {"latin1.xes", {"Straßenverkehr é"}, 1},
      {"leap_60s.xes", {"a"}, 1},
      {"missing_concept_name.xes", {"a", "unnamed", "c"}, 1},
      {"multi_member.xes.gz", {"a", "b"}, 2},
      {"multiline_tags.xes", {"a"}, 1},
      {"nested_attrs.xes", {"a"}, 1},
      {"one_line.xes", {"a", "b", "a"}, 2},
      {"prefixed_ns.xes", {"a"}, 1},
      {"single_quotes.xes", {"a"}, 1},
  };
  for (const Expected& expected : all) {
    const Got got = read_shared(std::string("xes-pitfalls/") + expected.file);
    EXPECT_EQ(got.error, "") << expected.file;
    EXPECT_EQ(got.report.refused, 0u) << expected.file;
    EXPECT_EQ(got.report.cases, expected.cases) << expected.file;
    ASSERT_EQ(got.acts.size(), expected.order.size()) << expected.file;
    for (size_t i = 0; i < got.acts.size(); ++i) EXPECT_EQ(got.acts[i].type, expected.order[i]) << expected.file;
  }
  EXPECT_EQ(read_shared("xes-pitfalls/truncated.xes").error, "xml-truncated");
  EXPECT_EQ(read_shared("xes-pitfalls/truncated.xes.gz").error, "gz-truncated");
  const Got classes = read_shared("xes-pitfalls/classifier_multi.xes");
  ASSERT_EQ(classes.report.classifiers.size(), 2u);
  EXPECT_EQ(classes.report.classifiers[1].keys, (std::vector<std::string>{"Activity Code", "concept:name"}));
  EXPECT_EQ(read_shared("xes-pitfalls/leap_60s.xes").report.odd.at("leap_seconds"), 1u);
  EXPECT_EQ(read_shared("xes-pitfalls/duplicate_case_ids.xes").report.traces, 2u);
}

TEST(ReadXes, TwoToolsOneProcess) {
  if (!std::filesystem::exists(shared_data() / "logs")) GTEST_SKIP() << "no data at " << shared_data();
  const auto lines = [](const Got& got) {
    std::vector<std::string> out;
    for (const Act& act : got.acts) out.push_back(act_to_json(act));
    std::sort(out.begin(), out.end());
    return out;
  };
  const Got a = read_shared("logs/receipt_wabo.xes.gz");
  const Got b = read_shared("logs/env_permit.xes.gz");
  EXPECT_EQ(a.acts.size(), 8577u);
  EXPECT_EQ(lines(a), lines(b));
}

}  // namespace
}  // namespace heng
