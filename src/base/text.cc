#include "base/text.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace heng {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Signs that may not begin a line (a part of the list of GB/T 15834 and of ASCII).
bool closes(char32_t value) {
  constexpr std::u32string_view kClosing = U"，。、；：？！）》」』】〉”’…％,.;:?!)]}%";
  return kClosing.find(value) != std::u32string_view::npos;
}
bool opens(char32_t value) {
  constexpr std::u32string_view kOpening = U"（《「『【〈“‘([{";
  return kOpening.find(value) != std::u32string_view::npos;
}

bool is_letter(char32_t value) {
  return (value >= U'a' && value <= U'z') || (value >= U'A' && value <= U'Z');
}

std::vector<char32_t> runes_of(std::string_view text) {
  std::vector<char32_t> out;
  for (size_t at = 0; at < text.size();) {
    const Rune rune = decode_utf8(text, at);
    out.push_back(rune.value);
    at += rune.size;
  }
  return out;
}

}  // namespace

Rune decode_utf8(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return {lead, 1, true};
  uint32_t size = 0;
  char32_t value = 0;
  char32_t least = 0;
  if ((lead & 0xE0) == 0xC0) {
    size = 2, value = lead & 0x1F, least = 0x80;
  } else if ((lead & 0xF0) == 0xE0) {
    size = 3, value = lead & 0x0F, least = 0x800;
  } else if ((lead & 0xF8) == 0xF0) {
    size = 4, value = lead & 0x07, least = 0x10000;
  }
  if (size == 0 || text.size() - at < size) return {kReplacement, 1, false};
  for (uint32_t i = 1; i < size; ++i) {
    const unsigned char next = byte(at + i);
    if ((next & 0xC0) != 0x80) return {kReplacement, 1, false};
    value = (value << 6) | (next & 0x3F);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < least || value > 0x10FFFF || surrogate) return {kReplacement, 1, false};
  return {value, size, true};
}

void append_utf8(std::string& out, char32_t value) {
  if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) value = kReplacement;
  if (value < 0x80) {
    out += static_cast<char>(value);
  } else if (value < 0x800) {
    out += static_cast<char>(0xC0 | (value >> 6));
    out += static_cast<char>(0x80 | (value & 0x3F));
  } else if (value < 0x10000) {
    out += static_cast<char>(0xE0 | (value >> 12));
    out += static_cast<char>(0x80 | ((value >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (value & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (value >> 18));
    out += static_cast<char>(0x80 | ((value >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((value >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (value & 0x3F));
  }
}

bool is_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const Rune rune = decode_utf8(text, at);
    if (!rune.valid) return false;
    at += rune.size;
  }
  return true;
}

std::string scrub_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string out;
  for (const char32_t value : runes_of(text)) append_utf8(out, value);
  return out;
}

int rune_width(char32_t value) {
  if (value >= 0x20 && value < 0x7F) return 1;
  if (value < 0x20 || (value >= 0x7F && value < 0xA0)) return 0;
  return utf8proc_charwidth(static_cast<utf8proc_int32_t>(value));
}

size_t display_width(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    const Rune rune = decode_utf8(text, at);
    width += static_cast<size_t>(rune_width(rune.value));
    at += rune.size;
  }
  return width;
}

std::string pad_right(std::string_view text, size_t columns) {
  std::string out(text);
  const size_t width = display_width(text);
  if (width < columns) out.append(columns - width, ' ');
  return out;
}

std::string pad_left(std::string_view text, size_t columns) {
  const size_t width = display_width(text);
  std::string out(width < columns ? columns - width : 0, ' ');
  return out += text;
}

std::string clip_to_width(std::string_view text, size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::string out;
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    const Rune rune = decode_utf8(text, at);
    const auto wide = static_cast<size_t>(rune_width(rune.value));
    if (width + wide > columns - 1) break;
    width += wide;
    append_utf8(out, rune.value);
    at += rune.size;
  }
  return out += "…";
}

std::vector<std::string> wrap_to_width(std::string_view text, size_t columns) {
  const std::vector<char32_t> runes = runes_of(text);
  std::vector<std::string> lines;
  const auto emit = [&](size_t from, size_t to) {
    while (to > from && runes[to - 1] == U' ') --to;
    std::string line;
    for (size_t i = from; i < to; ++i) append_utf8(line, runes[i]);
    lines.push_back(std::move(line));
  };
  // A line may break before `i` if one side is a space or a wide sign, and neither hangs a mark.
  const auto may_break = [&](size_t i) {
    if (runes[i - 1] == U' ') return runes[i] != U' ';
    if ((runes[i - 1] == U'_' || runes[i - 1] == U'/') && is_letter(runes[i]))
      return true;  // the joints of a name
    if (closes(runes[i]) || opens(runes[i - 1])) return false;
    return rune_width(runes[i]) == 2 || rune_width(runes[i - 1]) == 2;
  };
  size_t from = 0;
  size_t last_break = 0;  // > from if a good place was seen
  size_t width = 0;
  size_t i = 0;
  while (i < runes.size()) {
    if (runes[i] == U'\n') {
      emit(from, i);
      from = last_break = ++i;
      width = 0;
      continue;
    }
    if (i > from && may_break(i)) last_break = i;
    const auto wide = static_cast<size_t>(rune_width(runes[i]));
    if (width + wide > columns && i > from && runes[i] != U' ') {
      const size_t cut = last_break > from ? last_break : i;
      emit(from, cut);
      from = last_break = i = cut;
      width = 0;
      continue;
    }
    width += wide;
    ++i;
  }
  emit(from, runes.size());
  return lines;
}

std::string printable(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const Rune rune = decode_utf8(text, at);
    at += rune.size;
    const char32_t v = rune.value;
    const bool control = (v < 0x20 && v != U'\n' && v != U'\t') || (v >= 0x7F && v < 0xA0);
    // Marks that reorder text: what is read must be what was written.
    const bool reorders = (v >= 0x202A && v <= 0x202E) || (v >= 0x2066 && v <= 0x2069);
    append_utf8(out, control || reorders ? kReplacement : v);
  }
  return out;
}

std::strong_ordering natural_compare(std::string_view a, std::string_view b) {
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      const auto run = [](std::string_view text, size_t& at) {
        while (at + 1 < text.size() && text[at] == '0' && is_digit(text[at + 1])) ++at;
        const size_t start = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        return text.substr(start, at - start);
      };
      const std::string_view left = run(a, i);
      const std::string_view right = run(b, j);
      if (left.size() != right.size()) return left.size() <=> right.size();
      if (const int order = left.compare(right); order != 0) return order <=> 0;
      continue;
    }
    const auto left = static_cast<unsigned char>(a[i++]);
    const auto right = static_cast<unsigned char>(b[j++]);
    if (left != right) return left <=> right;
  }
  if (i < a.size()) return std::strong_ordering::greater;
  if (j < b.size()) return std::strong_ordering::less;
  return a.compare(b) <=> 0;
}

size_t edit_distance(std::string_view a, std::string_view b) {
  constexpr size_t kLongest = 128;
  if (a.size() > 4 * kLongest || b.size() > 4 * kLongest) return kFarApart;
  const std::vector<char32_t> left = runes_of(a);
  const std::vector<char32_t> right = runes_of(b);
  if (left.size() > kLongest || right.size() > kLongest) return kFarApart;
  std::array<std::array<size_t, kLongest + 1>, 3> rows{};  // optimal string alignment, three rows kept
  for (size_t j = 0; j <= right.size(); ++j) rows[0][j] = j;
  for (size_t i = 1; i <= left.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& above2 = rows[(i + 1) % 3];
    row[0] = i;
    for (size_t j = 1; j <= right.size(); ++j) {
      const size_t replace = above[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replace});
      const bool swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
      if (swapped) row[j] = std::min(row[j], above2[j - 2] + 1);
    }
  }
  return rows[left.size() % 3][right.size()];
}

std::vector<std::string> suggest(std::string_view word, std::span<const std::string> candidates,
                                 size_t most) {
  struct Near {
    size_t distance;
    const std::string* text;
  };
  std::vector<Near> near;
  const size_t length = runes_of(word.substr(0, 1024)).size();
  for (const std::string& candidate : candidates) {
    const size_t distance = edit_distance(word, candidate);
    if (distance == kFarApart) continue;
    const size_t longer = std::max(length, runes_of(candidate).size());
    if (distance < longer && distance <= std::max<size_t>(1, longer / 3))
      near.push_back({distance, &candidate});
  }
  std::ranges::sort(near, [](const Near& a, const Near& b) {
    if (a.distance != b.distance) return a.distance < b.distance;
    return natural_compare(*a.text, *b.text) < 0;
  });
  std::vector<std::string> out;
  for (size_t i = 0; i < near.size() && i < most; ++i) out.push_back(*near[i].text);
  return out;
}

}  // namespace heng
