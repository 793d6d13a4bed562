#include "base/decimal.h"

#include <limits>

namespace heng {
namespace {

__extension__ typedef __int128 Wide;

Wide power10(int32_t exponent) {
  Wide out = 1;
  for (int32_t i = 0; i < exponent; ++i) out *= 10;
  return out;
}

std::optional<Decimal> normal(Wide mantissa, int32_t scale) {
  while (scale > 0 && mantissa % 10 == 0) {
    mantissa /= 10;
    --scale;
  }
  if (scale > 18) return std::nullopt;
  if (mantissa > std::numeric_limits<int64_t>::max() || mantissa < std::numeric_limits<int64_t>::min())
    return std::nullopt;
  return Decimal{static_cast<int64_t>(mantissa), scale};
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  size_t pos = 0;
  bool negative = false;
  if (pos < text.size() && (text[pos] == '-' || text[pos] == '+')) negative = text[pos++] == '-';
  Wide mantissa = 0;
  int32_t scale = 0;
  int32_t significant = 0;
  bool any = false;
  bool point = false;
  for (; pos < text.size(); ++pos) {
    const char c = text[pos];
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    any = true;
    if (significant > 0 || c != '0') ++significant;
    if (significant > 30) {
      if (!point) return std::nullopt;
      if (c != '0') return std::nullopt;
      continue;
    }
    mantissa = mantissa * 10 + (c - '0');
    if (point) ++scale;
  }
  if (!any) return std::nullopt;
  if (pos < text.size() && (text[pos] == 'e' || text[pos] == 'E')) {
    ++pos;
    bool minus = false;
    if (pos < text.size() && (text[pos] == '-' || text[pos] == '+')) minus = text[pos++] == '-';
    int32_t exponent = 0;
    const size_t first = pos;
    for (; pos < text.size() && text[pos] >= '0' && text[pos] <= '9'; ++pos) {
      exponent = exponent * 10 + (text[pos] - '0');
      if (exponent > 400) return std::nullopt;
    }
    if (pos == first) return std::nullopt;
    scale += minus ? exponent : -exponent;
  }
  if (pos != text.size()) return std::nullopt;
  if (mantissa == 0) return Decimal{};
  if (scale < 0) {
    if (-scale > 18 || significant - scale > 37) return std::nullopt;
    mantissa *= power10(-scale);
    scale = 0;
  }
  return normal(negative ? -mantissa : mantissa, scale);
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
  if (scale == other.scale) return mantissa <=> other.mantissa;
  Wide a = mantissa;
  Wide b = other.mantissa;
  if (scale < other.scale) a *= power10(other.scale - scale);
  if (other.scale < scale) b *= power10(scale - other.scale);
  return a < b ? std::strong_ordering::less : a > b ? std::strong_ordering::greater : std::strong_ordering::equal;
}

std::string Decimal::text() const {
  const bool negative = mantissa < 0;
  const uint64_t magnitude = negative ? 0 - static_cast<uint64_t>(mantissa) : static_cast<uint64_t>(mantissa);
  std::string out = std::to_string(magnitude);
  if (scale > 0) {
    const size_t places = static_cast<size_t>(scale);
    if (out.size() <= places) out.insert(0, places + 1 - out.size(), '0');
    out.insert(out.size() - places, ".");
  }
  return negative ? "-" + out : out;
}

std::optional<Decimal> add(Decimal a, Decimal b) {
  const int32_t scale = a.scale > b.scale ? a.scale : b.scale;
  return normal(Wide{a.mantissa} * power10(scale - a.scale) + Wide{b.mantissa} * power10(scale - b.scale), scale);
}

std::optional<Decimal> subtract(Decimal a, Decimal b) {
  const int32_t scale = a.scale > b.scale ? a.scale : b.scale;
  return normal(Wide{a.mantissa} * power10(scale - a.scale) - Wide{b.mantissa} * power10(scale - b.scale), scale);
}

std::optional<Decimal> multiply(Decimal a, Decimal b) {
  return normal(Wide{a.mantissa} * Wide{b.mantissa}, a.scale + b.scale);
}

}  // namespace heng
