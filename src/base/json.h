// JSON that two programs write alike: RFC 8785 (JCS) strings, key order and numbers. Readers of a format are
// elsewhere; here is what every writer of canonical bytes shares.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace heng {

// Appends `utf8` in quotes, escaped as RFC 8785 3.2.2.2 wants it: \b \t \n \f \r \" \\ and \u00xx for the other
// controls, everything else as it stands. Requires valid UTF-8.
void append_json_string(std::string& out, std::string_view utf8);

// Key order of RFC 8785 3.2.3: by UTF-16 code units. Differs from byte order only where a character above
// U+FFFF meets one of U+E000..U+FFFF. Requires valid UTF-8.
bool utf16_less(std::string_view a, std::string_view b);

// A number taken apart: 0.d1d2d3… × 10^point, no leading or trailing zeros among the digits; zero has none.
struct NumberParts {
  bool negative = false;
  std::string digits;
  int64_t point = 0;
};
// False if `text` is not a JSON number (RFC 8259, 6), or is longer than 4,096 bytes or 10^±100,000,000.
bool parse_json_number(std::string_view text, NumberParts* parts);
// The layout of ECMA-262 Number::toString (6.1.6.1.20) for these digits; every digit is written, so the text denotes
// exactly the number. For the shortest digits of a double it is what RFC 8785 3.2.2.3 asks for.
void append_number(std::string& out, const NumberParts& parts);

// RFC 8785 in full: numbers are read as doubles and written shortest. Refused (bad_input): what is not JSON in valid
// UTF-8, a key twice in one object, a number too large for a double, nesting deeper than 512.
Result<std::string> canonical_json(std::string_view text);

}  // namespace heng
