#include "report/json_writer.h"

#include "base/text.h"

namespace heng::report {
namespace {

void append_escape(std::string& out, char32_t value) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(value >> shift) & 0xF];
}

}  // namespace

void append_json_string(std::string& out, std::string_view text, bool for_html) {
  out += '"';
  for (size_t at = 0; at < text.size();) {
    // Plain letters, digits and signs in one go.
    size_t plain = at;
    while (plain < text.size()) {
      const unsigned char c = static_cast<unsigned char>(text[plain]);
      if (c < 0x20 || c >= 0x7F || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&') break;
      ++plain;
    }
    if (plain > at) {
      out.append(text.substr(at, plain - at));
      at = plain;
      continue;
    }
    const Rune rune = decode_utf8(text, at);
    if (rune.valid && rune.size == 3 && rune.value != 0x2028 && rune.value != 0x2029) {  // most Han signs
      out.append(text.substr(at, 3));
      at += 3;
      continue;
    }
    at += rune.size;
    const char32_t v = rune.value;
    if (v == U'"' || v == U'\\') {
      out += '\\';
      out += static_cast<char>(v);
    } else if (v == U'\n') {
      out += "\\n";
    } else if (v == U'\t') {
      out += "\\t";
    } else if (v < 0x20 || v == 0x7F) {
      append_escape(out, v);
    } else if (for_html && (v == U'<' || v == U'>' || v == U'&' || v == 0x2028 || v == 0x2029)) {
      append_escape(out, v);
    } else {
      append_utf8(out, v);
    }
  }
  out += '"';
}

void JsonWriter::comma() {
  if (after_key_) {
    after_key_ = false;
  } else if (!first_) {
    out_ += ',';
  }
  first_ = false;
}

JsonWriter& JsonWriter::open(char bracket) {
  comma();
  out_ += bracket;
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  comma();
  append_json_string(out_, name, for_html_);
  out_ += ':';
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  comma();
  append_json_string(out_, text, for_html_);
  return *this;
}

JsonWriter& JsonWriter::value(bool flag) {
  comma();
  out_ += flag ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::value(int64_t number) {
  comma();
  out_ += std::to_string(number);
  return *this;
}

JsonWriter& JsonWriter::value(uint64_t number) {
  comma();
  out_ += std::to_string(number);
  return *this;
}

JsonWriter& JsonWriter::null() {
  comma();
  out_ += "null";
  return *this;
}

JsonWriter& JsonWriter::strings(std::string_view name, const std::vector<std::string>& values) {
  key(name).begin_array();
  for (const std::string& text : values) value(std::string_view(text));
  return end_array();
}

}  // namespace heng::report
