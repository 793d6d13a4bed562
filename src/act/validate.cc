#include <fmt/format.h>

#include <algorithm>

#include "act/json.h"
#include "act/parts.h"
#include "base/json.h"
#include "base/text.h"

namespace heng {
namespace act_parts {

Error bad(std::string_view code, std::string what, std::string help) {
  return Error{ErrorKind::bad_input, std::string(code), std::move(what), "", std::move(help)};
}

Error bad_id(std::string_view field, std::string_view id, const ActLimits& limits) {
  if (id.empty()) return bad("act-id", fmt::format("`{}` is empty", field), "give it a value or leave it out");
  if (id.size() > limits.max_id_bytes)
    return bad("act-id", fmt::format("`{}` is longer than {} bytes", field, limits.max_id_bytes), "shorten it");
  return bad("act-id", fmt::format("`{}` holds a control character", field), "use printable characters");
}

bool lower_sha256(std::string& hex) {
  if (hex.size() != 64) return false;
  for (char& c : hex) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

Error bad_sha256(std::string_view text) {
  return bad("act-sha256",
             fmt::format("`sha256` is not 64 hex digits: `{}`", printable(text.substr(0, 80))),
             "give the SHA-256 of the document's bytes in hex, as sha256sum prints it");
}

}  // namespace act_parts

namespace {

using act_parts::bad;

Result<void> check_text(std::string_view text, std::string_view field) {
  if (!is_utf8(text)) return bad("act-field-type", fmt::format("`{}` is not valid UTF-8", field), "name the encoding");
  return {};
}

Result<void> check_value(const Value& value, const ActLimits& limits, size_t depth);

template <typename Members>
Result<void> check_members(const Members& members, const ActLimits& limits, size_t depth) {
  if (members.size() > limits.max_fields)
    return bad("act-too-large", fmt::format("an object has more than {} members", limits.max_fields), "split it");
  std::vector<std::string_view> keys;
  keys.reserve(members.size());
  for (const auto& [key, value] : members) {
    HENG_TRY_VOID(check_text(key, "data"));
    HENG_TRY_VOID(check_value(value, limits, depth + 1));
    keys.push_back(key);
  }
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice != keys.end())
    return bad("json-duplicate-key", fmt::format("the key `{}` stands twice", printable(*twice)),
               "keep one of them");
  return {};
}

Result<void> check_value(const Value& value, const ActLimits& limits, size_t depth) {
  if (depth > limits.max_depth)
    return bad("act-too-deep", fmt::format("`data` is nested deeper than {}", limits.max_depth), "flatten it");
  if (value.kind == Value::Kind::text) return check_text(value.text, "data");
  if (value.kind == Value::Kind::list) {
    if (value.items.size() > limits.max_fields)
      return bad("act-too-large", fmt::format("a list has more than {} items", limits.max_fields), "split it");
    for (const Value& item : value.items) HENG_TRY_VOID(check_value(item, limits, depth + 1));
  }
  if (value.kind == Value::Kind::object) return check_members(value.members, limits, depth);
  if (value.kind == Value::Kind::number && !value.exact) {
    NumberParts parts;
    if (!parse_json_number(value.text, &parts))
      return bad("act-field-type", fmt::format("`{}` is not a number", printable(value.text)), "");
  }
  return {};
}

Result<void> check_parties(const std::vector<Party>& parties, std::string_view field, const ActLimits& limits) {
  for (const Party& party : parties) {
    HENG_TRY_VOID(act_parts::check_id(field, party.id, limits));
    HENG_TRY_VOID(check_text(party.id, field));
    if (!party.role.empty()) HENG_TRY_VOID(act_parts::check_id(field, party.role, limits));
    HENG_TRY_VOID(check_text(party.role, field));
  }
  return {};
}

}  // namespace

Result<void> validate_act(const Act& act, const ActLimits& limits) {
  struct Field {
    std::string_view name;
    const std::string& text;
    bool required;
  };
  const Field fields[] = {{"id", act.id, true},           {"type", act.type, true},
                          {"agency", act.agency, true},   {"case", act.case_id, false},
                          {"corrects", act.corrects, false}, {"annuls", act.annuls, false}};
  for (const Field& field : fields) {
    if (field.text.empty() && !field.required) continue;
    if (field.text.empty())
      return bad("act-missing-field", fmt::format("`{}` is missing", field.name),
                 fmt::format("every act states its `{}`", field.name));
    HENG_TRY_VOID(act_parts::check_id(field.name, field.text, limits));
    HENG_TRY_VOID(check_text(field.text, field.name));
  }
  HENG_TRY_VOID(check_parties(act.by, "by", limits));
  HENG_TRY_VOID(check_parties(act.on, "on", limits));
  for (const Document& doc : act.docs) {
    HENG_TRY_VOID(act_parts::check_id("docs", doc.id, limits));
    for (const std::string* text : {&doc.id, &doc.kind, &doc.title}) HENG_TRY_VOID(check_text(*text, "docs"));
    std::string hex = doc.sha256;
    if (!hex.empty() && (!act_parts::lower_sha256(hex) || hex != doc.sha256)) return act_parts::bad_sha256(hex);
  }
  return check_members(act.data, limits, 0);
}

Value number_value(std::string_view text) {
  Value value;
  const auto decimal = Decimal::parse(text);
  if (decimal) return Value::of(*decimal);
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  NumberParts parts;
  if (!parse_json_number(text, &parts)) {
    value.kind = Value::Kind::text;
    value.text = text;
    return value;
  }
  value.kind = Value::Kind::number;
  value.exact = false;
  append_number(value.text, parts);
  return value;
}

}  // namespace heng
