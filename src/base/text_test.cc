#include "base/text.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace heng {
namespace {

TEST(Utf8, RefusesWhatIsNotUtf8) {
  EXPECT_TRUE(is_utf8("拘留 a é 😀"));
  EXPECT_FALSE(is_utf8("\xC0\x80"));          // overlong
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));      // surrogate
  EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));  // above U+10FFFF
  EXPECT_FALSE(is_utf8("\xE6\x8B"));          // cut short
  EXPECT_FALSE(is_utf8("\x80"));
}

TEST(Utf8, RoundTripsEveryScalar) {
  for (char32_t value = 1; value <= 0x10FFFF; value += 0x0F) {
    if (value >= 0xD800 && value <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, value);
    const Rune rune = decode_utf8(text, 0);
    ASSERT_EQ(rune.value, value);
    ASSERT_EQ(rune.size, text.size());
  }
}

TEST(Utf8, ScrubKeepsTheGoodPart) { EXPECT_EQ(scrub_utf8("拘\xFFx"), "拘\xEF\xBF\xBDx"); }

TEST(Width, HanIsTwoColumns) {
  EXPECT_EQ(display_width("detain"), 6u);
  EXPECT_EQ(display_width("拘留"), 4u);
  EXPECT_EQ(display_width("第85条（2）"), 11u);
  EXPECT_EQ(display_width("e\xCC\x81"), 1u);  // e and a combining acute
  EXPECT_EQ(display_width(""), 0u);
}

TEST(Width, PadsByColumns) {
  EXPECT_EQ(pad_right("拘留", 6), "拘留  ");
  EXPECT_EQ(pad_left("拘留", 6), "  拘留");
  EXPECT_EQ(pad_right("拘留通知", 6), "拘留通知");
}

TEST(Width, ClipsBetweenCharacters) {
  EXPECT_EQ(clip_to_width("拘留通知家属", 12), "拘留通知家属");
  EXPECT_EQ(clip_to_width("拘留通知家属", 11), "拘留通知家…");
  EXPECT_EQ(clip_to_width("拘留通知家属", 4), "拘…");
}

TEST(Wrap, BreaksAtSpacesAndBesideHan) {
  EXPECT_EQ(wrap_to_width("the family was told late", 12),
            (std::vector<std::string>{"the family", "was told", "late"}));
  EXPECT_EQ(wrap_to_width("拘留后通知家属", 6), (std::vector<std::string>{"拘留后", "通知家", "属"}));
  EXPECT_EQ(wrap_to_width("", 10), (std::vector<std::string>{""}));
  EXPECT_EQ(wrap_to_width("a\nb", 10), (std::vector<std::string>{"a", "b"}));
}

TEST(Wrap, NeverBeginsALineWithAClosingMark) {
  for (const std::string& line : wrap_to_width("应当通知家属，但是没有通知家属。", 12)) {
    EXPECT_FALSE(line.starts_with("，")) << line;
    EXPECT_FALSE(line.starts_with("。")) << line;
    EXPECT_LE(display_width(line), 12u);
  }
}

TEST(Wrap, CutsAWordThatFitsNowhere) {
  const auto lines = wrap_to_width("abcdefghij", 4);
  EXPECT_EQ(lines, (std::vector<std::string>{"abcd", "efgh", "ij"}));
}

TEST(Wrap, BreaksNamesAtTheirJoints) {
  EXPECT_EQ(wrap_to_width("cn.criminal/arrest_request_limit", 20),
            (std::vector<std::string>{"cn.criminal/arrest_", "request_limit"}));
}

TEST(Printable, StopsTerminalCommands) {
  EXPECT_EQ(printable("a\x1B[31mb"), "a\xEF\xBF\xBD[31mb");
  EXPECT_EQ(printable("\xE2\x80\xAE"), "\xEF\xBF\xBD");  // right-to-left override
  EXPECT_EQ(printable("拘留\n"), "拘留\n");
}

TEST(NaturalOrder, ReadsDigitsAsNumbers) {
  std::vector<std::string> ids{"a-10", "a-2",  "a-01", "a-1",
                               "b-1",  "a-1b", "a",    "a-100000000000000000000000"};
  std::ranges::sort(ids, NaturalLess{});
  EXPECT_EQ(ids, (std::vector<std::string>{"a", "a-01", "a-1", "a-1b", "a-2", "a-10",
                                           "a-100000000000000000000000", "b-1"}));
  EXPECT_EQ(natural_compare("x7", "x7"), std::strong_ordering::equal);
  EXPECT_NE(natural_compare("x7", "x07"), std::strong_ordering::equal);
}

TEST(NaturalOrder, IsAnOrder) {
  const std::vector<std::string> ids{"",    "0",    "00", "1",    "a",   "a0",  "a00",
                                     "a0a", "a00b", "a1", "a01b", "a-1", "案2", "案10"};
  for (const auto& a : ids) {
    for (const auto& b : ids) {
      EXPECT_EQ(natural_compare(a, b) < 0, natural_compare(b, a) > 0) << a << " " << b;
      for (const auto& c : ids) {
        if (natural_compare(a, b) < 0 && natural_compare(b, c) < 0) {
          EXPECT_TRUE(natural_compare(a, c) < 0) << a << " " << b << " " << c;
        }
      }
    }
  }
}

TEST(Suggest, FindsTheNearMiss) {
  EXPECT_EQ(edit_distance("detian", "detain"), 1u);  // neighbours swapped
  EXPECT_EQ(edit_distance("拘留通知", "通知家属"), 4u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  const std::vector<std::string> words{"notify_family", "notify_unit", "detain", "arrest"};
  EXPECT_EQ(suggest("notfy_family", words), (std::vector<std::string>{"notify_family"}));
  EXPECT_TRUE(suggest("zzz", words).empty());
  EXPECT_EQ(edit_distance(std::string(600, 'a'), "a"), kFarApart);
}

}  // namespace
}  // namespace heng
