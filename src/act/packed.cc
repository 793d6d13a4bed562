#include "act/packed.h"

#include <algorithm>

namespace heng {
namespace {

class Packer {
 public:
  explicit Packer(std::string& out) : out_(out) {}

  void number(uint64_t value) {  // LEB128
    char bytes[10];
    size_t size = 0;
    while (value >= 0x80) {
      bytes[size++] = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    bytes[size++] = static_cast<char>(value);
    out_.append(bytes, size);
  }
  void signed_number(int64_t value) {  // zigzag
    number((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  }
  void text(std::string_view value) {
    number(value.size());
    out_.append(value);
  }
  void time(const OffsetTime& value) {
    signed_number(value.instant.us);
    signed_number(value.offset_minutes);
  }
  void parties(const std::vector<Party>& all) {
    number(all.size());
    for (const Party& party : all) {
      text(party.id);
      text(party.role);
    }
  }
  void value(const Value& value) {
    out_ += static_cast<char>(value.kind);
    switch (value.kind) {
      case Value::Kind::null: return;
      case Value::Kind::boolean: out_ += static_cast<char>(value.boolean ? 1 : 0); return;
      case Value::Kind::text: text(value.text); return;
      case Value::Kind::number:
        out_ += static_cast<char>(value.exact ? 1 : 0);
        if (value.exact) {
          signed_number(value.number.mantissa);
          signed_number(value.number.scale);
        } else {
          text(value.text);
        }
        return;
      case Value::Kind::list:
        number(value.items.size());
        for (const Value& item : value.items) this->value(item);
        return;
      case Value::Kind::object: members(value.members); return;
    }
  }
  void members(const std::vector<std::pair<std::string, Value>>& all) {
    number(all.size());
    const auto by_key = [](const auto& a, const auto& b) { return a.first < b.first; };
    if (std::is_sorted(all.begin(), all.end(), by_key)) {
      for (const auto& [key, one] : all) {
        text(key);
        value(one);
      }
      return;
    }
    std::vector<const std::pair<std::string, Value>*> sorted;
    sorted.reserve(all.size());
    for (const auto& member : all) sorted.push_back(&member);
    std::sort(sorted.begin(), sorted.end(), [&](const auto* a, const auto* b) { return by_key(*a, *b); });
    for (const auto* member : sorted) {
      text(member->first);
      value(member->second);
    }
  }

 private:
  std::string& out_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

  uint64_t number() {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<uint8_t>(next());
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
  }
  int64_t signed_number() {
    const uint64_t value = number();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  char next() {
    const char out = rest_.front();
    rest_.remove_prefix(1);
    return out;
  }
  std::string text() {
    const size_t size = number();
    std::string out(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return out;
  }
  OffsetTime time() {
    OffsetTime out;
    out.instant.us = signed_number();
    out.offset_minutes = static_cast<int32_t>(signed_number());
    return out;
  }
  std::vector<Party> parties() {
    std::vector<Party> out(number());
    for (Party& party : out) {
      party.id = text();
      party.role = text();
    }
    return out;
  }
  Value value() {
    Value out;
    out.kind = static_cast<Value::Kind>(next());
    switch (out.kind) {
      case Value::Kind::null: break;
      case Value::Kind::boolean: out.boolean = next() != 0; break;
      case Value::Kind::text: out.text = text(); break;
      case Value::Kind::number:
        out.exact = next() != 0;
        if (out.exact) {
          out.number.mantissa = signed_number();
          out.number.scale = static_cast<int32_t>(signed_number());
        } else {
          out.text = text();
        }
        break;
      case Value::Kind::list:
        out.items.resize(number());
        for (Value& item : out.items) item = value();
        break;
      case Value::Kind::object: out.members = members(); break;
    }
    return out;
  }
  std::vector<std::pair<std::string, Value>> members() {
    std::vector<std::pair<std::string, Value>> out;
    const uint64_t count = number();
    out.reserve(count);
    for (uint64_t i = 0; i < count; ++i) {
      std::string key = text();
      out.emplace_back(std::move(key), value());
    }
    return out;
  }

 private:
  std::string_view rest_;
};

}  // namespace

void pack_act(std::string& out, const Act& act) {
  Packer pack(out);
  pack.text(act.id);
  pack.text(act.type);
  pack.time(act.at);
  pack.number(act.recorded ? 1 : 0);
  if (act.recorded) pack.time(*act.recorded);
  pack.text(act.case_id);
  pack.text(act.agency);
  pack.parties(act.by);
  pack.parties(act.on);
  pack.members(act.data);
  pack.number(act.docs.size());
  for (const Document& document : act.docs) {
    pack.text(document.id);
    pack.text(document.kind);
    pack.text(document.sha256);
    pack.text(document.title);
  }
  pack.text(act.corrects);
  pack.text(act.annuls);
}

Act unpack_act(std::string_view bytes) {
  Unpacker unpack(bytes);
  Act act;
  act.id = unpack.text();
  act.type = unpack.text();
  act.at = unpack.time();
  if (unpack.number() != 0) act.recorded = unpack.time();
  act.case_id = unpack.text();
  act.agency = unpack.text();
  act.by = unpack.parties();
  act.on = unpack.parties();
  act.data = unpack.members();
  act.docs.resize(unpack.number());
  for (Document& document : act.docs) {
    document.id = unpack.text();
    document.kind = unpack.text();
    document.sha256 = unpack.text();
    document.title = unpack.text();
  }
  act.corrects = unpack.text();
  act.annuls = unpack.text();
  return act;
}

}  // namespace heng
