#include <algorithm>
#include <charconv>

#include "act/json.h"
#include "base/json.h"

namespace heng {
namespace {

// The spelling append_number gives for an exact decimal, without taking it apart in the common case.
void append_decimal(std::string& out, Decimal number) {
  char buffer[24];
  if (number.scale == 0) {
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number.mantissa).ptr;
    out.append(buffer, end);
    return;
  }
  NumberParts parts;
  parts.negative = number.mantissa < 0;
  const uint64_t magnitude =
      parts.negative ? 0 - static_cast<uint64_t>(number.mantissa) : static_cast<uint64_t>(number.mantissa);
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, magnitude).ptr;
  parts.digits.assign(buffer, end);
  parts.point = static_cast<int64_t>(parts.digits.size()) - number.scale;
  while (!parts.digits.empty() && parts.digits.back() == '0') parts.digits.pop_back();
  append_number(out, parts);
}

// Members in RFC 8785 order; `at` calls back with the index.
template <typename Members>
void append_members(std::string& out, const Members& members) {
  out += '{';
  const size_t count = members.size();
  size_t few[64];
  std::vector<size_t> many;
  size_t* order = few;
  if (count > 64) {
    many.resize(count);
    order = many.data();
  }
  for (size_t i = 0; i < count; ++i) order[i] = i;
  const auto less = [&](size_t a, size_t b) { return utf16_less(members[a].first, members[b].first); };
  if (!std::is_sorted(order, order + count, less)) std::sort(order, order + count, less);
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    append_json_string(out, members[order[i]].first);
    out += ':';
    append_value_json(out, members[order[i]].second);
  }
  out += '}';
}

void append_text_field(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':';
  append_json_string(out, text);
}

void append_parties(std::string& out, std::string_view name, const std::vector<Party>& parties) {
  if (parties.empty()) return;
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ":[";
  for (size_t i = 0; i < parties.size(); ++i) {
    if (i > 0) out += ',';
    out += '{';
    append_text_field(out, "id", parties[i].id);
    append_text_field(out, "role", parties[i].role);
    out += '}';
  }
  out += ']';
}

void append_documents(std::string& out, const std::vector<Document>& docs) {
  if (docs.empty()) return;
  out += out.back() != '{' ? ",\"docs\":[" : "\"docs\":[";
  for (size_t i = 0; i < docs.size(); ++i) {
    if (i > 0) out += ',';
    out += '{';
    append_text_field(out, "id", docs[i].id);
    append_text_field(out, "kind", docs[i].kind);
    append_text_field(out, "sha256", docs[i].sha256);
    append_text_field(out, "title", docs[i].title);
    out += '}';
  }
  out += ']';
}

}  // namespace

void append_value_json(std::string& out, const Value& value) {
  switch (value.kind) {
    case Value::Kind::null: out += "null"; return;
    case Value::Kind::boolean: out += value.boolean ? "true" : "false"; return;
    case Value::Kind::text: append_json_string(out, value.text); return;
    case Value::Kind::number:
      if (value.exact) {
        append_decimal(out, value.number);
      } else {
        NumberParts parts;
        // Readers keep only spellings that parse; a value built by hand may not.
        if (parse_json_number(value.text, &parts))
          append_number(out, parts);
        else
          append_json_string(out, value.text);
      }
      return;
    case Value::Kind::list:
      out += '[';
      for (size_t i = 0; i < value.items.size(); ++i) {
        if (i > 0) out += ',';
        append_value_json(out, value.items[i]);
      }
      out += ']';
      return;
    case Value::Kind::object: append_members(out, value.members); return;
  }
}

namespace {

// `whole`: with type, at, case and agency.
void append_act(std::string& out, const Act& act, bool whole) {
  out += '{';
  if (whole) append_text_field(out, "agency", act.agency);
  append_text_field(out, "annuls", act.annuls);
  if (whole) {
    if (out.back() != '{') out += ',';
    out += "\"at\":\"";
    append_rfc3339(out, act.at);
    out += '"';
  }
  append_parties(out, "by", act.by);
  if (whole) append_text_field(out, "case", act.case_id);
  append_text_field(out, "corrects", act.corrects);
  if (!act.data.empty()) {
    out += out.back() != '{' ? ",\"data\":" : "\"data\":";
    append_members(out, act.data);
  }
  append_documents(out, act.docs);
  append_text_field(out, "id", act.id);
  append_parties(out, "on", act.on);
  if (act.recorded) {
    out += out.back() != '{' ? ",\"recorded\":\"" : "\"recorded\":\"";
    append_rfc3339(out, *act.recorded);
    out += '"';
  }
  if (whole) append_text_field(out, "type", act.type);
  out += '}';
}

}  // namespace

void append_act_json(std::string& out, const Act& act) { append_act(out, act, true); }
void append_extra_json(std::string& out, const Act& act) { append_act(out, act, false); }

std::string act_to_json(const Act& act) {
  std::string out;
  out.reserve(512);
  append_act_json(out, act);
  return out;
}

}  // namespace heng
