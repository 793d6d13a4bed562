// What a writer writes reads back as the same acts.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "act/json.h"
#include "act/read.h"
#include "act/write.h"

namespace heng {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_of(const std::vector<Act>& acts) {
  std::vector<std::string> out;
  for (const Act& act : acts) out.push_back(act_to_json(act));
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<Act> awkward_acts() {
  const char* const lines[] = {
      R"({"agency":"g","at":"2025-01-01T00:00:00+08:00","id":"a1","type":"t"})",
      R"({"agency":"unknown","at":"2025-01-01T00:00:00.123456-03:30","case":"c 1","id":"a2","type":"拘留 <&>\"'"})",
      R"({"agency":"g","at":"2025-01-01T00:00:00+00:00","by":[{"id":"p1","role":"judge"},{"id":"p2"}],"case":"c 1","id":"a3","on":[{"id":"s","role":"person"},{"id":"s"}],"recorded":"2025-01-02T00:00:00+08:00","type":"t"})",
      R"({"agency":"g","annuls":"a1","at":"2025-01-01T00:00:00+00:00","by":[{"id":"p1"}],"case":"c2","corrects":"a0","id":"a4","type":"t"})",
      R"({"agency":"g","at":"2025-01-01T00:00:00+00:00","by":[{"id":"p1","role":"r"},{"id":"p1","role":"r"}],"case":"c2","id":"a5","type":"t"})",
      R"({"agency":"g","at":"2025-01-01T00:00:00+00:00","case":"c2","data":{"":"empty key","@value":"x","b":true,"big":123456789012345678901234567890,"case:x":1,"concept:name":"n","date":"2024-01-01T00:00:00Z","deep":{"a":[1,[2,{"x":null}],{"y":"z"},{"p":1,"q":2}]},"e":{},"f":-1.25e-9,"half":{"@value":"v"},"heng:act":"no","item":[{"heng:item":1}],"l":[],"n":null,"nest":{"@value":3,"k":{"@value":true,"m":[]}},"num":12.5,"org:resource":"z","org:role":"w","s":"line\nfeed\ttab\r\u0001 é 中 😂 ￾","text5":"5","time:timestamp":"q"},"id":"a6","type":"t"})",
      R"({"agency":"g","at":"2025-01-01T00:00:00+00:00","case":"c3","data":{"B":"upper","b":1,"mixed":"text"},"id":"a7","type":"t"})",
      R"({"agency":"g","at":"2025-01-01T00:00:00+00:00","case":"c3","data":{"b":false,"case:x":{"y":1},"mixed":7},"id":"a8","type":"t"})",
      R"({"agency":"g","at":"2025-01-01T00:00:00+00:00","case":"c 1","data":{"case:late":[1,2]},"docs":[{"id":"d1","kind":"warrant","sha256":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff","title":"拘留证"}],"id":"a9","type":"u"})",
      R"({"agency":"g","at":"2025-01-01T00:00:00+00:00","case":"c 1","docs":[{"id":"d1","kind":"other"},{"id":"d2"}],"id":"a10","type":"u"})",
      R"({"agency":"=g","at":"2025-01-01T00:00:00+00:00","case":"'+c","id":"-a11","type":"@u,\"v\""})",
      R"({"agency":"g","at":"2025-01-01T00:00:00+00:00","case":"c4","data":{"ocel_id":"x","ocel_time":"y","a\"b":1},"id":"a12","type":"u-u"})",
      R"({"agency":"g","at":"2025-01-01T00:00:00+00:00","case":"c4","id":"a13","on":[{"id":"s"},{"id":"s"}],"type":"u u"})"};
  std::vector<Act> acts;
  for (const char* line : lines) {
    const Result<Act> act = act_from_json(line);
    EXPECT_TRUE(act.ok()) << line << act.error().text();
    if (act.ok()) acts.push_back(*act);
  }
  return acts;
}

std::string written(ExportFormat format, const std::vector<Act>& acts) {
  std::string bytes;
  const auto writer = make_writer(format, [&](std::string_view piece) {
    bytes += piece;
    return true;
  });
  for (const Act& act : acts) EXPECT_TRUE(writer->add(act).ok());
  EXPECT_TRUE(writer->finish().ok());
  return bytes;
}

std::vector<Act> read_back(std::string_view bytes) {
  std::vector<Act> acts;
  const auto done = read_acts_from(bytes, "written", {}, [&](Act& act) { acts.push_back(act); });
  EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().text());
  if (done.ok()) {
    EXPECT_EQ(done->refused, 0u) << done->to_text();
  }
  return acts;
}

void expect_same(const std::vector<Act>& a, const std::vector<Act>& b, std::string_view what) {
  const auto x = lines_of(a);
  const auto y = lines_of(b);
  ASSERT_EQ(x.size(), y.size()) << what;
  for (size_t i = 0; i < x.size(); ++i) EXPECT_EQ(x[i], y[i]) << what;
}

class RoundTrip : public testing::TestWithParam<const char*> {};

TEST_P(RoundTrip, KeepsAwkwardActs) {
  const std::vector<Act> acts = awkward_acts();
  expect_same(acts, read_back(written(*export_format_named(GetParam()), acts)), GetParam());
}

TEST_P(RoundTrip, KeepsARealLog) {
  const char* shared = std::getenv("HENG_SHARED");
  const fs::path root = fs::path(shared != nullptr ? shared : HENG_SOURCE_DIR "/../shared") / "data/logs";
  if (!fs::exists(root)) GTEST_SKIP() << "no data at " << root;
  for (const char* name : {"receipt_wabo.xes.gz", "br_tjpr_colombo_fazenda_publica.xes.gz", "pm4py_ocel20_example.jsonocel"}) {
    std::vector<Act> acts;
    const auto done = read_acts((root / name).string(), {}, [&](Act& act) { acts.push_back(act); });
    ASSERT_TRUE(done.ok()) << done.error().text();
    EXPECT_EQ(done->refused, 0u);
    expect_same(acts, read_back(written(*export_format_named(GetParam()), acts)), name);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, RoundTrip, testing::Values("ndjson", "csv", "xes", "ocel", "ocel-xml"));

TEST(RoundTripSqlite, KeepsAwkwardActs) {
  const fs::path path = fs::temp_directory_path() / ("heng-round-trip-" + std::to_string(::getpid()) + ".sqlite");
  fs::remove(path);
  const std::vector<Act> acts = awkward_acts();
  {
    auto writer = make_sqlite_writer(path.string());
    ASSERT_TRUE(writer.ok()) << writer.error().text();
    for (const Act& act : acts) {
      const auto done = (*writer)->add(act);
      ASSERT_TRUE(done.ok()) << done.error().text();
    }
    ASSERT_TRUE((*writer)->finish().ok());
    EXPECT_FALSE(make_sqlite_writer(path.string()).ok());
  }
  std::vector<Act> back;
  const auto done = read_acts(path.string(), {}, [&](Act& act) { back.push_back(act); });
  ASSERT_TRUE(done.ok()) << done.error().text();
  expect_same(acts, back, "sqlite");
  fs::remove(path);
}

TEST(Writers, StopWhenTheOutputFails) {
  for (const char* format : {"ndjson", "csv", "xes", "ocel", "ocel-xml"}) {
    const auto writer = make_writer(*export_format_named(format), [](std::string_view) { return false; });
    bool failed = false;
    for (const Act& act : awkward_acts()) failed = failed || !writer->add(act).ok();
    EXPECT_TRUE(failed || !writer->finish().ok()) << format;
  }
}

}  // namespace
}  // namespace heng
