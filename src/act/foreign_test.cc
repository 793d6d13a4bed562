// CSV with a mapping, OCEL in its forms.
#include <gtest/gtest.h>
#include <iconv.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "act/json.h"
#include "act/mapping.h"
#include "act/read.h"

namespace heng {
namespace {

namespace fs = std::filesystem;

struct Got {
  std::vector<Act> acts;
  ImportReport report;
  std::string error;
};

Got read(std::string_view bytes, const ReadOptions& options = {}) {
  Got got;
  const auto done = read_acts_from(bytes, "log", options, [&](Act& act) { got.acts.push_back(act); }, &got.report);
  if (!done.ok()) got.error = done.error().code;
  return got;
}

// A mapping file that goes away with the test.
class MappingFile {
 public:
  explicit MappingFile(const std::string& json)
      : path_((fs::temp_directory_path() / ("heng-mapping-" + std::to_string(::getpid()) + ".json")).string()) {
    std::ofstream(path_) << json;
  }
  ~MappingFile() { fs::remove(path_); }
  ReadOptions options() const {
    ReadOptions out;
    out.mapping_path = path_;
    return out;
  }

 private:
  std::string path_;
};

const char* const kMapping = R"({
  "zone": "Asia/Shanghai", "delimiter": ";",
  "type": {"column": "动作", "values": {"拘留": "detention_executed"}},
  "case": "案号", "at": {"column": "时间", "format": "%Y/%m/%d %H:%M"},
  "agency": {"constant": "police-a"},
  "by": [{"column": "民警", "role": "investigator"}],
  "on": [{"column": "嫌疑人", "role_column": "身份"}],
  "fields": {"金额": {"name": "sum", "as": "number"}, "备注": {"name": "note", "empty": "blank"}}
})";
const std::string kHeader = "案号;动作;时间;民警;嫌疑人;身份;金额;备注;其他\n";

TEST(ReadCsv, FollowsTheMapping) {
  const MappingFile mapping(kMapping);
  const Got got = read(kHeader + "c1;拘留;2025/3/3 9:05;p1;s1;person;1.50;;x\r\n" +
                           "c1;\"带;分号\"\"和引号\";2025/03/03 10:00;;;;abc;\"两\n行\";\n", mapping.options());
  ASSERT_EQ(got.error, "");
  ASSERT_EQ(got.acts.size(), 2u) << got.report.to_text();
  EXPECT_EQ(act_to_json(got.acts[0]),
            R"({"agency":"police-a","at":"2025-03-03T09:05:00+08:00","by":[{"id":"p1","role":"investigator"}],"case":"c1",)"
            R"("data":{"note":null,"sum":1.5,"其他":"x"},"id":"e000001","on":[{"id":"s1","role":"person"}],)"
            R"("type":"detention_executed"})");
  EXPECT_EQ(got.acts[1].type, "带;分号\"和引号");
  EXPECT_EQ(got.acts[1].data[1].second.text, "两\n行");
  EXPECT_EQ(got.report.odd.at("mistyped_values"), 1u);
}

TEST(ReadCsv, RefusesRowsByLine) {
  const MappingFile mapping(kMapping);
  const Got got = read(kHeader + "c1;a;2025/03/03 10:00;;;;;;\n\nc1;a\nc1;a;gestern;;;;;;\nc1;\"a\"b;2025/03/03 10:00;;;;;;\n" +
                           "c1;\xff;2025/03/03 10:00;;;;;;\nc1;a;;;;;;;\nc1;a;2025/03/03 10:00;;;;;\"open\n", mapping.options());
  EXPECT_EQ(got.acts.size(), 1u);
  std::vector<std::string> codes;
  for (const Problem& problem : got.report.problems) codes.push_back(problem.where + " " + problem.code);
  EXPECT_EQ(codes, (std::vector<std::string>{"log:4 csv-columns", "log:5 time-format", "log:6 csv-quote", "log:7 csv-encoding",
                                             "log:8 csv-no-time", "log:9 csv-open-quote"}));
  EXPECT_EQ(got.report.read, got.report.kept + got.report.refused);
}

TEST(ReadCsv, ReadsEncodings) {
  std::string text = kHeader + "案1;拘留;2025/03/03 10:00;民;;;;;\n";
  for (const char* encoding : {"GB18030", "BIG5", "UTF-16LE"}) {
    iconv_t to = iconv_open(encoding, "UTF-8");
    ASSERT_NE(to, iconv_t(-1));
    // Big5 has no simplified characters: traditional ones in their place.
    const bool big5 = std::string_view(encoding) == "BIG5";
    std::string plain = big5 ? "a;t;2025/03/03 10:00\n" : text;
    if (big5) plain = "a;b;c\n案;拘;2025/03/03 10:00\n";
    std::string bytes(plain.size() * 4, '\0');
    char* in = plain.data();
    size_t in_left = plain.size();
    char* out = bytes.data();
    size_t out_left = bytes.size();
    ASSERT_NE(iconv(to, &in, &in_left, &out, &out_left), static_cast<size_t>(-1)) << encoding;
    iconv_close(to);
    bytes.resize(bytes.size() - out_left);
    std::string json = kMapping;
    if (big5) json = R"({"delimiter":";","zone":"Asia/Taipei","case":"a","type":"b","at":{"column":"c","format":"%Y/%m/%d %H:%M"}})";
    json.insert(1, "\"encoding\":\"" + std::string(encoding) + "\",");
    const MappingFile mapping(json);
    const Got got = read(bytes, mapping.options());
    ASSERT_EQ(got.acts.size(), 1u) << encoding << got.report.to_text();
    EXPECT_EQ(got.acts[0].type, big5 ? "拘" : "detention_executed");
    // Cut inside the last character or damaged: an error, never other text.
    EXPECT_EQ(read(bytes + "\x81", mapping.options()).error, "encoding-bad") << encoding;
  }
}

TEST(ReadCsv, NamesWhatTheMappingLacks) {
  EXPECT_EQ(read("a,b\n1,2\n").error, "csv-needs-mapping");
  const MappingFile mapping(R"({"type":"动做","at":"时间"})");
  ReadOptions options = mapping.options();
  Got got;
  const auto done = read_acts_from("动作,时间\nx,y\n", "log", options, [](Act&) {});
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, "mapping-invalid");
  EXPECT_EQ(done.error().help, "did you mean `动作`?");
}

TEST(Mapping, RefusesUnknownSettings) {
  EXPECT_EQ(Mapping::parse("{\"tipe\":\"x\"}", "m").error().help, "did you mean `type`?");
  for (const char* bad : {"", "[]", "{\"by\":{}}", "{\"by\":[{\"role\":\"x\"}]}", "{\"delimiter\":\";;\"}",
                          "{\"fields\":{\"a\":{\"as\":\"money\"}}}", "{\"type\":3}", "{\"zone\":1}"}) {
    EXPECT_FALSE(Mapping::parse(bad, "m").ok()) << bad;
  }
}

TEST(ForeignTime, ReadsFormats) {
  const auto local = [](std::string_view text, std::string_view format) {
    const auto time = parse_foreign_time(text, format);
    return time.ok() ? format_rfc3339({Instant{time->local_us}, 0}) : "refused";
  };
  EXPECT_EQ(local("03-Mar-2025 07:08:09.5", "%d-%b-%Y %H:%M:%S.%f"), "2025-03-03T07:08:09.500+00:00");
  EXPECT_EQ(local("2025年3月3日", "%Y年%m月%d日"), "2025-03-03T00:00:00+00:00");
  EXPECT_EQ(local("2025-03-03", ""), "2025-03-03T00:00:00+00:00");
  EXPECT_EQ(local("2025-03-03 07:08", ""), "2025-03-03T07:08:00+00:00");
  EXPECT_EQ(local("31/02/2025", "%d/%m/%Y"), "refused");
  EXPECT_EQ(local("01/02/2025 ", "%d/%m/%Y"), "refused");
  EXPECT_EQ(local("1/2", "%d/%m/%Q"), "refused");
  EXPECT_EQ(parse_foreign_time("20250303 +0800", "%Y%m%d %z")->offset_minutes, 480);
}

const char* const kOcel2 = R"({"objectTypes":[{"name":"Order","attributes":[{"name":"n","type":"integer"}]}],
 "eventTypes":[{"name":"Pay","attributes":[{"name":"sum","type":"float"}]}],
 "objects":[{"id":"o1","type":"Order","attributes":[{"name":"n","time":"1970-01-01T00:00:00Z","value":"3"}],
   "relationships":[{"objectId":"o2","qualifier":"next"}]},{"id":"o2","type":"Order"}],
 "events":[{"id":"z","type":"Pay","time":"2025-01-01T00:00:00Z","attributes":[{"name":"sum","value":"1.50"}],
   "relationships":[{"objectId":"o1","qualifier":"pays"},{"objectId":"gone","qualifier":"?"}]},
  {"id":"a","type":"Pay","time":"2025-01-01T00:00:00Z"}]})";

TEST(ReadOcel, KeepsObjectsAndFileOrder) {
  const Got got = read(kOcel2);
  ASSERT_EQ(got.error, "");
  ASSERT_EQ(got.acts.size(), 2u);
  // z stands before a at the same instant: ids that sort so are given.
  EXPECT_EQ(act_to_json(got.acts[0]),
            R"({"agency":"unknown","at":"2025-01-01T00:00:00+00:00","data":{"object:o1":{"attributes":[{"name":"n",)"
            R"("time":"1970-01-01T00:00:00+00:00","value":3}],"relations":[{"object":"o2","qualifier":"next"}],"type":"Order"},)"
            R"("object:o2":{"type":"Order"},"ocel:id":"z","sum":1.5},"id":"e000001",)"
            R"("on":[{"id":"o1","role":"pays"},{"id":"gone","role":"?"}],"type":"Pay"})");
  EXPECT_EQ(got.report.odd.at("missing_objects"), 1u);
  EXPECT_EQ(got.report.odd.at("unreferenced_objects"), 1u);
  EXPECT_EQ(got.report.odd.at("renumbered_events"), 2u);
  const MappingFile mapping(R"({"ocel_case":"Order","agency":{"constant":"g"},"fields":{"sum":"amount"}})");
  const Got mapped = read(kOcel2, mapping.options());
  EXPECT_EQ(mapped.acts.at(0).case_id, "o1");
  EXPECT_EQ(mapped.acts.at(0).agency, "g");
  EXPECT_EQ(mapped.acts.at(0).data.at(0).first, "amount");
}

TEST(ReadOcel, CutAnywhereIsAnError) {
  const std::string whole = kOcel2;
  for (size_t size = 20; size < whole.size(); ++size) {
    const Got got = read(whole.substr(0, size));
    EXPECT_NE(got.error, "") << size;
  }
}

TEST(ReadOcel, FlippedBytesNeverCrash) {
  const std::string whole = kOcel2;
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const int bit : {0, 2, 5, 7}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      EXPECT_LE(read(bytes).acts.size(), 2u);
    }
  }
}

TEST(ReadOcel, ReadsVersionOne) {
  const Got got = read(R"({"ocel:global-log":{"ocel:version":"1.0"},"ocel:events":{"e1":{"ocel:activity":"Pay",
    "ocel:timestamp":"2025-01-01 10:00:00+01:00","ocel:omap":["o1"],"ocel:vmap":{"sum":2.5}}},
    "ocel:objects":{"o1":{"ocel:type":"Order","ocel:ovmap":{"n":3}}}})");
  ASSERT_EQ(got.acts.size(), 1u) << got.report.to_text();
  EXPECT_EQ(got.report.format, Format::ocel1_json);
  EXPECT_EQ(got.acts[0].on.at(0).id, "o1");
  EXPECT_EQ(got.acts[0].at.offset_minutes, 60);
}

TEST(ReadOcel, ThreeFormsOfOneLogAreEqual) {
  const char* shared = std::getenv("HENG_SHARED");
  const fs::path root = fs::path(shared != nullptr ? shared : HENG_SOURCE_DIR "/../shared") / "data/logs";
  if (!fs::exists(root)) GTEST_SKIP() << "no data at " << root;
  ReadOptions options;
  options.zone = "Europe/Berlin";  // its XML and SQLite forms have no offsets
  std::vector<std::vector<std::string>> forms;
  for (const char* name : {"pm4py_ocel20_example.jsonocel", "pm4py_ocel20_example.xmlocel", "ocel20_example.ocel2.sqlite"}) {
    std::vector<std::string> lines;
    const auto done = read_acts((root / name).string(), options, [&](Act& act) {
      act.at.offset_minutes = 0;
      for (auto& [key, value] : act.data) {
        if (key.starts_with("object:")) value = Value{};  // times of object changes are told with other offsets
      }
      lines.push_back(act_to_json(act));
    });
    ASSERT_TRUE(done.ok()) << name << done.error().text();
    EXPECT_EQ(done->refused, 0u) << done->to_text();
    EXPECT_EQ(lines.size(), 13u);
    std::sort(lines.begin(), lines.end());
    forms.push_back(lines);
  }
  EXPECT_EQ(forms[0], forms[1]);
  EXPECT_EQ(forms[0], forms[2]);
}

std::string gzipped(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(text.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(ReadGz, MembersCutsAndDamage) {
  const std::string line = R"({"id":"a","type":"t","at":"2025-01-01T00:00:00Z","agency":"g"})" "\n";
  const std::string one = gzipped(line);
  EXPECT_EQ(read(one + one).acts.size(), 2u);
  EXPECT_EQ(read(one + std::string(512, '\0')).acts.size(), 1u);  // padded to a block
  EXPECT_EQ(read(one + "garbage").error, "gz-trailing");
  for (size_t size = 2; size < one.size(); ++size) EXPECT_EQ(read(one.substr(0, size)).error, "gz-truncated") << size;
  size_t unnoticed = 0;
  for (size_t at = 10; at < one.size(); ++at) {
    std::string bytes = one;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    const Got got = read(bytes);
    if (!got.error.empty()) continue;
    ++unnoticed;  // a bit between the last block and the next byte means nothing
    EXPECT_EQ(got.acts.at(0).id, "a") << at;
  }
  EXPECT_LE(unnoticed, 1u);
}

}  // namespace
}  // namespace heng
