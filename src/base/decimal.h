// An exact decimal: mantissa / 10^scale. Law compares sums of money and months; binary floats never take part.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace heng {

struct Decimal {
  int64_t mantissa = 0;
  int32_t scale = 0;  // 0..18; kept as small as the value allows (1.50 is 15/10^1)

  static Decimal of(int64_t whole) { return Decimal{whole, 0}; }
  // "12", "-1.5", "1e-07", "+3": nullopt if it is no number or does not fit 18 digits.
  static std::optional<Decimal> parse(std::string_view text);

  std::strong_ordering operator<=>(const Decimal& other) const;
  bool operator==(const Decimal& other) const { return (*this <=> other) == 0; }
  bool is_whole() const { return scale == 0; }
  std::string text() const;  // plain, no exponent
};

// nullopt on overflow.
std::optional<Decimal> add(Decimal a, Decimal b);
std::optional<Decimal> subtract(Decimal a, Decimal b);
std::optional<Decimal> multiply(Decimal a, Decimal b);

}  // namespace heng
