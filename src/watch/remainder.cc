#include "watch/remainder.h"

namespace heng::watch {
namespace {

constexpr uint8_t kSymbol = 16;   // after the kinds of Value: a text kept as its symbol
constexpr uint8_t kInexact = 17;  // a number that keeps its spelling
constexpr uint8_t kYes = 18;
constexpr int kMostDepth = 200;   // more than any reader of acts lets through

}  // namespace

void RemainderWriter::value(const Value& value, Sym said) {
  if (said != 0) {
    number(kSymbol);
    number(said);
    return;
  }
  if (value.kind == Value::Kind::boolean && value.boolean) return number(kYes);
  if (value.kind == Value::Kind::number && !value.exact) {
    number(kInexact);
    return text(value.text);
  }
  number(static_cast<uint8_t>(value.kind));
  switch (value.kind) {
    case Value::Kind::null:
    case Value::Kind::boolean: return;
    case Value::Kind::text: return text(value.text);
    case Value::Kind::number:
      signed_number(value.number.mantissa);
      return signed_number(value.number.scale);
    case Value::Kind::list:
      number(value.items.size());
      for (const Value& item : value.items) this->value(item, 0);
      return;
    case Value::Kind::object:
      number(value.members.size());
      for (const auto& [key, member] : value.members) {
        text(key);
        this->value(member, 0);
      }
      return;
  }
}

uint8_t RemainderReader::byte() {
  if (rest_.empty()) {
    good_ = false;
    return 0;
  }
  const auto out = static_cast<uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return out;
}

uint64_t RemainderReader::number() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const uint8_t next = byte();
    value |= static_cast<uint64_t>(next & 0x7F) << shift;
    if (next < 0x80) return value;
  }
  good_ = false;
  return 0;
}

std::string RemainderReader::text() {
  const uint64_t size = number();
  if (size > rest_.size()) {
    good_ = false;
    rest_ = {};
    return {};
  }
  std::string out(rest_.substr(0, size));
  rest_.remove_prefix(size);
  return out;
}

std::string RemainderReader::symbol_of(uint64_t sym) {
  if (moved_ != nullptr) sym = sym < moved_->size() ? (*moved_)[sym] : UINT64_MAX;
  if (sym < symbols_.size()) return symbols_.string(static_cast<Sym>(sym));
  good_ = false;
  return {};
}

Value RemainderReader::value(int depth) {
  Value out;
  const uint8_t kind = byte();
  if (depth > kMostDepth || (kind > static_cast<uint8_t>(Value::Kind::object) && (kind < kSymbol || kind > kYes))) {
    good_ = false;
    return out;
  }
  if (kind == kYes) return Value::of(true);
  if (kind == kSymbol) return Value::of(symbol());
  if (kind == kInexact) {
    out.kind = Value::Kind::number;
    out.exact = false;
    out.text = text();
    return out;
  }
  out.kind = static_cast<Value::Kind>(kind);
  switch (out.kind) {
    case Value::Kind::null:
    case Value::Kind::boolean: break;
    case Value::Kind::text: out.text = text(); break;
    case Value::Kind::number:
      out.number.mantissa = signed_number();
      out.number.scale = static_cast<int32_t>(signed_number());
      break;
    case Value::Kind::list:
      for (uint64_t left = number(); left > 0 && good_; --left) out.items.push_back(value(depth + 1));
      break;
    case Value::Kind::object:
      for (uint64_t left = number(); left > 0 && good_; --left) {
        std::string key = text();
        out.members.emplace_back(std::move(key), value(depth + 1));
      }
      break;
  }
  return out;
}

}  // namespace heng::watch
