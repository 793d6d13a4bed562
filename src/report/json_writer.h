// Writes JSON to a string, in the order it is told. Compact, ASCII structure, UTF-8 texts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heng::report {

// Appends `text` as a JSON string. With `for_html`, also < > & and U+2028/2029 are escaped, so that the
// result may stand inside a <script> element whatever it says (no "</script>", no "<!--").
void append_json_string(std::string& out, std::string_view text, bool for_html = false);

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out, bool for_html = false) : out_(out), for_html_(for_html) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag);
  JsonWriter& value(int64_t number);
  JsonWriter& value(uint64_t number);
  JsonWriter& null();
  template <typename T>
  JsonWriter& field(std::string_view name, const T& content) {
    return key(name).value(content);
  }
  JsonWriter& strings(std::string_view name, const std::vector<std::string>& values);

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void comma();

  std::string& out_;
  bool for_html_;
  bool first_ = true;  // nothing yet in the innermost bracket
  bool after_key_ = false;
};

}  // namespace heng::report
