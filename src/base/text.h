// Text as people see it: UTF-8 decoding, columns on a terminal, ids in the order a reader expects, near
// misses. Nothing here fails: bytes that are not UTF-8 are read as U+FFFD, one byte at a time.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heng {

struct Rune {
  char32_t value = 0;
  uint32_t size = 1;  // bytes taken, 1..4
  bool valid = true;  // false: a byte that starts nothing (value is U+FFFD, size 1)
};

// The code point at byte `at` (requires at < text.size()). Refuses overlong forms, surrogates, above
// U+10FFFF.
Rune decode_utf8(std::string_view text, size_t at);
void append_utf8(std::string& out, char32_t value);  // a surrogate or a value above U+10FFFF becomes U+FFFD
bool is_utf8(std::string_view text);
std::string scrub_utf8(std::string_view text);  // every bad byte replaced by U+FFFD; good text is unchanged

// Columns on a terminal: Han and full-width signs 2, combining marks and controls 0, the rest 1.
// A tab counts 0; expand tabs before measuring.
int rune_width(char32_t value);
size_t display_width(std::string_view text);

// Spaces added to reach `columns`; text already wider is returned whole.
std::string pad_right(std::string_view text, size_t columns);
std::string pad_left(std::string_view text, size_t columns);
// At most `columns` wide, "…" in place of what was cut.
std::string clip_to_width(std::string_view text, size_t columns);
// Lines at most `columns` wide (columns ≥ 2): broken at spaces and beside Han characters, never before a
// closing mark such as "，" or "）" if it can be helped; after "_" and "/" in names; inside a word only when
// the word alone is wider. Keeps '\n' as a break. At least one line.
std::vector<std::string> wrap_to_width(std::string_view text, size_t columns);
// Control characters (but '\n' and '\t') shown as U+FFFD, so that text from outside cannot drive a terminal.
std::string printable(std::string_view text);

// Order of ids: runs of ASCII digits compare as numbers (a-2 < a-10), the rest by bytes. Ties ("a-1", "a-01")
// are broken by bytes, so equal means identical. Transitive; allocates nothing.
std::strong_ordering natural_compare(std::string_view a, std::string_view b);
struct NaturalLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return natural_compare(a, b) < 0; }
};

// Insertions, deletions, replacements and swaps of neighbours that turn a into b, counted in code points.
// Texts longer than 128 code points are never near anything (the largest size_t).
inline constexpr size_t kFarApart = std::numeric_limits<size_t>::max();
size_t edit_distance(std::string_view a, std::string_view b);
// The candidates nearest to `word`, best first, at most `most`; only those within a third of the longer text
// (one sign for short words). Empty if none is near. Ties in natural order.
std::vector<std::string> suggest(std::string_view word, std::span<const std::string> candidates,
                                 size_t most = 1);

}  // namespace heng
