#include "base/json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace heng {
namespace {

constexpr size_t kMaxDepth = 512;
constexpr size_t kMaxNumberBytes = 4096;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error not_json(std::string_view why) {
  return Error{ErrorKind::bad_input, "json-syntax", fmt::format("this is not JSON: {}", why), "", ""};
}

void append_double(std::string& out, double value) {
  if (value == 0) {
    out += '0';
    return;
  }
  char buffer[40];
  const auto done = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  NumberParts parts;
  HENG_ASSERT(parse_json_number(std::string_view(buffer, static_cast<size_t>(done.ptr - buffer)), &parts));
  append_number(out, parts);
}

// The object or array or scalar under `value`, a simdjson ondemand value or document.
template <typename T>
Result<void> append_canonical(std::string& out, T&& value, size_t depth);

Result<void> append_object(std::string& out, simdjson::ondemand::object object, size_t depth) {
  std::vector<std::pair<std::string, std::string>> members;
  for (auto field : object) {
    std::string_view key;
    if (auto code = field.unescaped_key().get(key)) return not_json(simdjson::error_message(code));
    members.emplace_back(std::string(key), std::string());
    simdjson::ondemand::value value;
    if (auto code = field.value().get(value)) return not_json(simdjson::error_message(code));
    HENG_TRY_VOID(append_canonical(members.back().second, value, depth + 1));
  }
  std::sort(members.begin(), members.end(),
            [](const auto& a, const auto& b) { return utf16_less(a.first, b.first); });
  out += '{';
  for (size_t i = 0; i < members.size(); ++i) {
    if (i > 0) {
      if (members[i].first == members[i - 1].first)
        return Error{ErrorKind::bad_input, "json-duplicate-key",
                     fmt::format("the key `{}` stands twice in one object", members[i].first), "",
                     "keep one of them"};
      out += ',';
    }
    append_json_string(out, members[i].first);
    out += ':';
    out += members[i].second;
  }
  out += '}';
  return {};
}

Result<void> append_array(std::string& out, simdjson::ondemand::array array, size_t depth) {
  out += '[';
  bool first = true;
  for (auto item : array) {
    if (!first) out += ',';
    first = false;
    simdjson::ondemand::value value;
    if (auto code = item.get(value)) return not_json(simdjson::error_message(code));
    HENG_TRY_VOID(append_canonical(out, value, depth + 1));
  }
  out += ']';
  return {};
}

template <typename T>
Result<void> append_canonical(std::string& out, T&& value, size_t depth) {
  using simdjson::ondemand::json_type;
  if (depth > kMaxDepth) return not_json("it is nested too deep");
  json_type type;
  if (auto code = value.type().get(type)) return not_json(simdjson::error_message(code));
  switch (type) {
    case json_type::object: {
      simdjson::ondemand::object object;
      if (auto code = value.get_object().get(object)) return not_json(simdjson::error_message(code));
      return append_object(out, object, depth);
    }
    case json_type::array: {
      simdjson::ondemand::array array;
      if (auto code = value.get_array().get(array)) return not_json(simdjson::error_message(code));
      return append_array(out, array, depth);
    }
    case json_type::string: {
      std::string_view text;
      if (auto code = value.get_string().get(text)) return not_json(simdjson::error_message(code));
      append_json_string(out, text);
      return {};
    }
    case json_type::number: {
      double number = 0;
      if (auto code = value.get_double().get(number)) return not_json(simdjson::error_message(code));
      append_double(out, number);
      return {};
    }
    case json_type::boolean: {
      bool truth = false;
      if (auto code = value.get_bool().get(truth)) return not_json(simdjson::error_message(code));
      out += truth ? "true" : "false";
      return {};
    }
    case json_type::null: {
      bool null = false;
      if (auto code = value.is_null().get(null)) return not_json(simdjson::error_message(code));
      if (!null) return not_json("`null` is misspelt");
      out += "null";
      return {};
    }
  }
  return not_json("a value is of no JSON type");
}

}  // namespace

void append_json_string(std::string& out, std::string_view utf8) {
  out += '"';
  size_t start = 0;
  for (size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(utf8, start, i - start);
    start = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\f': out += "\\f"; break;
      case '\r': out += "\\r"; break;
      default: out += fmt::format("\\u{:04x}", c);
    }
  }
  out.append(utf8, start, std::string_view::npos);
  out += '"';
}

bool utf16_less(std::string_view a, std::string_view b) {
  const size_t shared = std::min(a.size(), b.size());
  for (size_t i = 0; i < shared; ++i) {
    const auto x = static_cast<unsigned char>(a[i]);
    const auto y = static_cast<unsigned char>(b[i]);
    if (x == y) continue;
    // Lead bytes F0..F4 are surrogate pairs (D800..DFFF) in UTF-16, below EE and EF (E000..FFFF).
    const bool x_pair = x >= 0xF0;
    const bool y_pair = y >= 0xF0;
    if (x_pair != y_pair && std::min(x, y) >= 0xEE) return x_pair;
    return x < y;
  }
  return a.size() < b.size();
}

bool parse_json_number(std::string_view text, NumberParts* parts) {
  if (text.size() > kMaxNumberBytes) return false;
  size_t pos = 0;
  parts->negative = !text.empty() && text[0] == '-';
  if (parts->negative) ++pos;
  parts->digits.clear();
  parts->point = 0;
  const size_t whole = pos;
  while (pos < text.size() && is_digit(text[pos])) ++pos;
  if (pos == whole || (text[whole] == '0' && pos > whole + 1)) return false;
  parts->digits.append(text, whole, pos - whole);
  parts->point = static_cast<int64_t>(pos - whole);
  if (pos < text.size() && text[pos] == '.') {
    const size_t fraction = ++pos;
    while (pos < text.size() && is_digit(text[pos])) ++pos;
    if (pos == fraction) return false;
    parts->digits.append(text, fraction, pos - fraction);
  }
  if (pos < text.size() && (text[pos] == 'e' || text[pos] == 'E')) {
    ++pos;
    const bool minus = pos < text.size() && text[pos] == '-';
    if (pos < text.size() && (text[pos] == '-' || text[pos] == '+')) ++pos;
    const size_t first = pos;
    int64_t exponent = 0;
    for (; pos < text.size() && is_digit(text[pos]); ++pos) {
      exponent = exponent * 10 + (text[pos] - '0');
      if (exponent > 100'000'000) return false;
    }
    if (pos == first) return false;
    parts->point += minus ? -exponent : exponent;
  }
  if (pos != text.size()) return false;
  const size_t lead = parts->digits.find_first_not_of('0');
  if (lead == std::string::npos) {
    *parts = NumberParts{};
    return true;
  }
  parts->digits.erase(parts->digits.find_last_not_of('0') + 1);
  parts->digits.erase(0, lead);
  parts->point -= static_cast<int64_t>(lead);
  return true;
}

void append_number(std::string& out, const NumberParts& parts) {
  if (parts.digits.empty()) {
    out += '0';
    return;
  }
  if (parts.negative) out += '-';
  const auto count = static_cast<int64_t>(parts.digits.size());
  if (count <= parts.point && parts.point <= 21) {
    out += parts.digits;
    out.append(static_cast<size_t>(parts.point - count), '0');
  } else if (0 < parts.point && parts.point <= 21) {
    const auto whole = static_cast<size_t>(parts.point);
    out.append(parts.digits, 0, whole);
    out += '.';
    out.append(parts.digits, whole);
  } else if (-6 < parts.point && parts.point <= 0) {
    out += "0.";
    out.append(static_cast<size_t>(-parts.point), '0');
    out += parts.digits;
  } else {
    out += parts.digits[0];
    if (count > 1) {
      out += '.';
      out.append(parts.digits, 1);
    }
    const int64_t exponent = parts.point - 1;
    out += exponent < 0 ? "e-" : "e+";
    out += std::to_string(exponent < 0 ? -exponent : exponent);
  }
}

Result<std::string> canonical_json(std::string_view text) {
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded(text);
  simdjson::ondemand::document document;
  if (auto code = parser.iterate(padded).get(document)) return not_json(simdjson::error_message(code));
  std::string out;
  HENG_TRY_VOID(append_canonical(out, document, 0));
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
    return not_json("something follows the value");
  return out;
}

}  // namespace heng
