#include "base/json.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace heng {
namespace {

std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string number(std::string_view text) {
  NumberParts parts;
  if (!parse_json_number(text, &parts)) return "refused";
  std::string out;
  append_number(out, parts);
  return out;
}

// RFC 8785's own test data.
TEST(CanonicalJson, PublishedVectors) {
  const char* shared = std::getenv("HENG_SHARED");
  const std::filesystem::path root =
      std::filesystem::path(shared != nullptr ? shared : HENG_SOURCE_DIR "/../shared") / "vectors/jcs";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no vectors at " << root;
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root / "input")) {
    const Result<std::string> canonical = canonical_json(slurp(entry.path()));
    ASSERT_TRUE(canonical.ok()) << entry.path() << canonical.error().text();
    EXPECT_EQ(*canonical, slurp(root / "output" / entry.path().filename())) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 6u);
}

TEST(CanonicalJson, OrdersKeysByUtf16) {
  EXPECT_TRUE(utf16_less("a", "b"));
  EXPECT_TRUE(utf16_less("a", "aa"));
  EXPECT_FALSE(utf16_less("a", "a"));
  EXPECT_TRUE(utf16_less("\xF0\x9F\x98\x82", "\xEF\xAC\xB3"));  // U+1F602 before U+FB33
  EXPECT_FALSE(utf16_less("\xEF\xAC\xB3", "\xF0\x9F\x98\x82"));
  EXPECT_TRUE(utf16_less("\xE2\x82\xAC", "\xF0\x9F\x98\x82"));  // U+20AC before both
}

TEST(CanonicalJson, WritesNumbersByEcma262) {
  EXPECT_EQ(number("0"), "0");
  EXPECT_EQ(number("-0.0"), "0");
  EXPECT_EQ(number("1.50"), "1.5");
  EXPECT_EQ(number("1e-7"), "1e-7");
  EXPECT_EQ(number("0.000001"), "0.000001");
  EXPECT_EQ(number("1E21"), "1e+21");
  EXPECT_EQ(number("1E20"), "100000000000000000000");
  EXPECT_EQ(number("9223372036854775807"), "9223372036854775807");  // exact, though no double
  EXPECT_EQ(number("-12.5e-10"), "-1.25e-9");
  for (const char* bad : {"", "-", "01", "1.", ".5", "+1", "1e", "1e+", "0x1", "1 ", "NaN"}) {
    EXPECT_EQ(number(bad), "refused") << bad;
  }
}

TEST(CanonicalJson, RefusesWhatIsNotOneJsonValue) {
  for (const char* bad : {"", "{", "{\"a\":1,}", "[1 2]", "[1,]", "{\"a\" 1}", "nul", "[tru]", "{} {}", "1 2",
                          "[01]", "[1e999]", "\"\x01\"", "\"\xff\"", "\"\\ud800\"", "{\"a\":1,\"\\u0061\":2}"}) {
    EXPECT_FALSE(canonical_json(bad).ok()) << bad;
  }
  const std::string deep = std::string(2000, '[') + std::string(2000, ']');
  EXPECT_FALSE(canonical_json(deep).ok());
}

TEST(CanonicalJson, AcceptsScalarsAtTheTop) {
  EXPECT_EQ(*canonical_json(" true "), "true");
  EXPECT_EQ(*canonical_json("\"x\""), "\"x\"");
  EXPECT_EQ(*canonical_json("1.0"), "1");
  EXPECT_EQ(*canonical_json("null"), "null");
}

}  // namespace
}  // namespace heng
