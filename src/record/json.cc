#include "record/json.h"

#include <algorithm>

#include "tlog/utf8.h"

namespace heng::record {
namespace {

constexpr size_t kMaxBytes = 16u << 20;
constexpr int kMaxDepth = 64;
constexpr uint64_t kMaxInteger = (uint64_t{1} << 53) - 1;

void append_utf8(std::string& out, uint32_t code) {
  const auto put = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6), put(0x80 | (code & 63));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12), put(0x80 | (code >> 6 & 63)), put(0x80 | (code & 63));
  } else {
    put(0xf0 | code >> 18), put(0x80 | (code >> 12 & 63)), put(0x80 | (code >> 6 & 63)),
        put(0x80 | (code & 63));
  }
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  Result<Json> read_all() {
    if (bytes_.size() > kMaxBytes) return error("the text is longer than 16 MiB");
    Json value;
    HENG_TRY_VOID(read_value(value, 0));
    skip_space();
    if (at_ != bytes_.size()) return error("something stands behind the value");
    return value;
  }

 private:
  Error error(std::string what) const {
    return Error{ErrorKind::bad_input, "json-malformed", std::move(what), "byte " + std::to_string(at_), ""};
  }

  void skip_space() {
    while (at_ < bytes_.size() &&
           (bytes_[at_] == ' ' || bytes_[at_] == '\t' || bytes_[at_] == '\n' || bytes_[at_] == '\r'))
      ++at_;
  }

  bool take(char c) {
    if (at_ >= bytes_.size() || bytes_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool take_word(std::string_view word) {
    if (bytes_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  Result<void> read_value(Json& out, int depth) {
    if (depth > kMaxDepth) return error("nested deeper than 64");
    skip_space();
    if (at_ >= bytes_.size()) return error("the text ends where a value should stand");
    switch (bytes_[at_]) {
      case '{':
        return read_object(out, depth);
      case '[':
        return read_list(out, depth);
      case '"':
        out.kind = Json::Kind::text;
        return read_text(out.text);
      case 't':
      case 'f':
        out.kind = Json::Kind::boolean;
        out.boolean = bytes_[at_] == 't';
        if (!take_word(out.boolean ? "true" : "false")) return error("this is no value");
        return {};
      case 'n':
        if (!take_word("null")) return error("this is no value");
        return {};
      default:
        return read_number(out);
    }
  }

  Result<void> read_object(Json& out, int depth) {
    out.kind = Json::Kind::object;
    ++at_;
    skip_space();
    if (take('}')) return {};
    do {
      skip_space();
      if (at_ >= bytes_.size() || bytes_[at_] != '"') return error("an object's key should stand here");
      std::string key;
      HENG_TRY_VOID(read_text(key));
      skip_space();
      if (!take(':')) return error("a colon should stand here");
      out.members.emplace_back(std::move(key), Json{});
      HENG_TRY_VOID(read_value(out.members.back().second, depth + 1));
      skip_space();
    } while (take(','));
    if (!take('}')) return error("the object does not end");
    std::vector<std::string_view> keys;
    for (const auto& [key, value] : out.members) keys.push_back(key);
    std::sort(keys.begin(), keys.end());
    if (std::adjacent_find(keys.begin(), keys.end()) != keys.end())
      return error("a key stands twice in one object");
    return {};
  }

  Result<void> read_list(Json& out, int depth) {
    out.kind = Json::Kind::list;
    ++at_;
    skip_space();
    if (take(']')) return {};
    do {
      out.items.emplace_back();
      HENG_TRY_VOID(read_value(out.items.back(), depth + 1));
      skip_space();
    } while (take(','));
    if (!take(']')) return error("the list does not end");
    return {};
  }

  Result<void> read_number(Json& out) {
    const size_t begin = at_;
    const auto digits = [&] {
      const size_t from = at_;
      while (at_ < bytes_.size() && bytes_[at_] >= '0' && bytes_[at_] <= '9') ++at_;
      return at_ - from;
    };
    take('-');
    const size_t first = at_;
    const size_t whole = digits();
    if (whole == 0 || (whole > 1 && bytes_[first] == '0')) return error("this is no value");
    if (take('.') && digits() == 0) return error("a fraction has no digits");
    if (at_ < bytes_.size() && (bytes_[at_] == 'e' || bytes_[at_] == 'E')) {
      ++at_;
      if (!take('+')) take('-');
      if (digits() == 0) return error("an exponent has no digits");
    }
    out.kind = Json::Kind::number;
    out.text = std::string(bytes_.substr(begin, at_ - begin));
    return {};
  }

  Result<uint32_t> read_hex4() {
    if (bytes_.size() - at_ < 4) return error("an escape ends too early");
    uint32_t code = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = bytes_[at_++];
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return error("an escape is not hexadecimal");
      code = code * 16 + static_cast<uint32_t>(digit);
    }
    return code;
  }

  Result<void> read_escape(std::string& out) {
    if (at_ >= bytes_.size()) return error("the text ends inside an escape");
    const char c = bytes_[at_++];
    constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
    if (const size_t simple = kFrom.find(c); simple != std::string_view::npos) {
      out.push_back(kTo[simple]);
      return {};
    }
    if (c != 'u') return error("this escape is not known");
    HENG_TRY(uint32_t code, read_hex4());
    if (code >= 0xdc00 && code <= 0xdfff) return error("a lone surrogate");
    if (code >= 0xd800 && code <= 0xdbff) {
      if (!take('\\') || !take('u')) return error("a lone surrogate");
      HENG_TRY(const uint32_t low, read_hex4());
      if (low < 0xdc00 || low > 0xdfff) return error("a lone surrogate");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    append_utf8(out, code);
    return {};
  }

  Result<void> read_text(std::string& out) {
    ++at_;
    while (true) {
      const size_t plain = at_;  // what stands for itself, ASCII
      while (at_ < bytes_.size() && bytes_[at_] >= 0x20 && bytes_[at_] < 0x7f && bytes_[at_] != '"' && bytes_[at_] != '\\') ++at_;
      out.append(bytes_.substr(plain, at_ - plain));
      if (at_ >= bytes_.size()) break;
      const char c = bytes_[at_];
      if (c == '"') {
        ++at_;
        return {};
      }
      if (c == '\\') {
        ++at_;
        HENG_TRY_VOID(read_escape(out));
        continue;
      }
      if (static_cast<unsigned char>(c) < 0x20) return error("a control character inside text");
      const size_t begin = at_;
      if (!tlog::next_code_point(bytes_, at_)) return error("invalid UTF-8");
      out += bytes_.substr(begin, at_ - begin);
    }
    return error("the text does not end");
  }

  std::string_view bytes_;
  size_t at_ = 0;
};

std::u16string utf16(std::string_view text) {
  std::u16string out;
  for (size_t at = 0; at < text.size();) {
    const std::optional<char32_t> code = tlog::next_code_point(text, at);
    if (!code) break;
    if (*code < 0x10000) {
      out.push_back(static_cast<char16_t>(*code));
    } else {
      out.push_back(static_cast<char16_t>(0xd800 + ((*code - 0x10000) >> 10)));
      out.push_back(static_cast<char16_t>(0xdc00 + ((*code - 0x10000) & 0x3ff)));
    }
  }
  return out;
}

void write_text(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    constexpr std::string_view kFrom = "\"\\\b\f\n\r\t", kTo = "\"\\bfnrt";
    if (const size_t simple = kFrom.find(c); simple != std::string_view::npos) {
      out.push_back('\\');
      out.push_back(kTo[simple]);
    } else if (byte < 0x20) {
      out += "\\u00";
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

void write(std::string& out, const Json& value) {
  switch (value.kind) {
    case Json::Kind::null:
      out += "null";
      break;
    case Json::Kind::boolean:
      out += value.boolean ? "true" : "false";
      break;
    case Json::Kind::number:
      out += value.text;
      break;
    case Json::Kind::text:
      write_text(out, value.text);
      break;
    case Json::Kind::list:
      out.push_back('[');
      for (size_t i = 0; i < value.items.size(); ++i) {
        if (i > 0) out.push_back(',');
        write(out, value.items[i]);
      }
      out.push_back(']');
      break;
    case Json::Kind::object: {
      std::vector<std::pair<std::u16string, size_t>> order;
      for (size_t i = 0; i < value.members.size(); ++i) order.emplace_back(utf16(value.members[i].first), i);
      std::sort(order.begin(), order.end());
      out.push_back('{');
      for (size_t i = 0; i < order.size(); ++i) {
        if (i > 0) out.push_back(',');
        const auto& [name, member] = value.members[order[i].second];
        write_text(out, name);
        out.push_back(':');
        write(out, member);
      }
      out.push_back('}');
      break;
    }
  }
}

}  // namespace

Json Json::of(std::string value) {
  Json out;
  out.kind = Kind::text;
  out.text = std::move(value);
  return out;
}

Json Json::of(uint64_t value) {
  Json out;
  out.kind = Kind::number;
  out.text = std::to_string(value);
  return out;
}

Json Json::list() {
  Json out;
  out.kind = Kind::list;
  return out;
}

Json Json::object() {
  Json out;
  out.kind = Kind::object;
  return out;
}

void Json::add(std::string name, Json value) { members.emplace_back(std::move(name), std::move(value)); }

const Json* Json::find(std::string_view name) const {
  for (const auto& [key, value] : members)
    if (key == name) return &value;
  return nullptr;
}

std::optional<std::string_view> Json::text_of(std::string_view name) const {
  const Json* found = find(name);
  if (found == nullptr || found->kind != Kind::text) return std::nullopt;
  return found->text;
}

std::optional<uint64_t> Json::integer() const {
  if (kind != Kind::number || text.empty() || text.size() > 16) return std::nullopt;
  uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  if (value > kMaxInteger) return std::nullopt;
  return value;
}

std::optional<uint64_t> Json::integer_of(std::string_view name) const {
  const Json* found = find(name);
  return found == nullptr ? std::nullopt : found->integer();
}

Result<Json> parse_json(std::string_view bytes) { return Reader(bytes).read_all(); }

std::string canonical(const Json& value) {
  std::string out;
  write(out, value);
  return out;
}

bool is_restricted(const Json& value) {
  switch (value.kind) {
    case Json::Kind::null:
    case Json::Kind::boolean:
      return false;
    case Json::Kind::number: {
      Json magnitude = value;
      if (magnitude.text.starts_with('-')) magnitude.text.erase(0, 1);
      return magnitude.integer().has_value() && value.text != "-0";
    }
    case Json::Kind::text:
      return true;
    case Json::Kind::list:
      return std::all_of(value.items.begin(), value.items.end(), is_restricted);
    case Json::Kind::object:
      return std::all_of(value.members.begin(), value.members.end(), [](const auto& member) {
        return std::all_of(member.first.begin(), member.first.end(),
                           [](char c) { return static_cast<unsigned char>(c) < 0x80; }) &&
               is_restricted(member.second);
      });
  }
  return false;
}

}  // namespace heng::record
