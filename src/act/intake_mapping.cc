// The mapping at work on one act.
#include <fmt/format.h>

#include "act/intake.h"

namespace heng {
namespace {

using Members = std::vector<std::pair<std::string, Value>>;

// Moves a scalar out of `data`; false if it is not there.
bool take_text(Members& data, std::string_view key, std::string& out) {
  for (size_t i = 0; i < data.size(); ++i) {
    if (data[i].first != key) continue;
    Value& value = data[i].second;
    if (value.kind != Value::Kind::text && value.kind != Value::Kind::number) return false;
    out.clear();
    if (value.kind == Value::Kind::text)
      out = std::move(value.text);
    else
      append_value_json(out, value);
    data.erase(data.begin() + static_cast<std::ptrdiff_t>(i));
    return !out.empty();
  }
  return false;
}

void rename(std::string& text, const Mapping::Text& rule) {
  if (const auto found = rule.values.find(text); found != rule.values.end()) text = found->second;
}

}  // namespace

Result<uint64_t> Intake::merge_extra(std::string_view json, Act& act) {
  const size_t first = json.starts_with("{") ? json.find_first_not_of(" \t\r\n", 1) : std::string_view::npos;
  if (first == std::string_view::npos)
    return Error{ErrorKind::bad_input, "heng-act", "`heng:act` does not hold a JSON object", "",
                 "export the log again, or take the attribute out"};
  extra_line_ = R"({"type":"x","at":"2000-01-01T00:00:00Z","agency":"x")";
  if (json[first] != '}') extra_line_ += ',';
  extra_line_ += json.substr(1);
  HENG_TRY_VOID(json_.read(extra_line_, extra_act_));
  act.id = extra_act_.id;
  if (!extra_act_.by.empty()) act.by = extra_act_.by;
  if (!extra_act_.on.empty()) act.on = extra_act_.on;
  if (!extra_act_.docs.empty()) act.docs = extra_act_.docs;
  act.recorded = extra_act_.recorded;
  act.corrects = extra_act_.corrects;
  act.annuls = extra_act_.annuls;
  for (auto& member : extra_act_.data) act.data.push_back(std::move(member));
  extra_act_.data.clear();
  return make_keys_unique(act.data);
}

void Intake::apply_mapping(Act& act) {
  if (options.mapping_path.empty()) return;
  rename(act.type, mapping.type);
  rename(act.agency, mapping.agency);
  if (!mapping.id.column.empty()) take_text(act.data, mapping.id.column, act.id);
  if (!mapping.recorded_column.empty()) {
    std::string text;
    if (take_text(act.data, mapping.recorded_column, text)) {
      auto recorded = time(text);
      if (recorded.ok())
        act.recorded = *recorded;
      else
        odd("mistyped_values");
    }
  }
  for (const bool by : {true, false}) {
    for (const Mapping::PartyColumn& column : by ? mapping.by : mapping.on) {
      Party party{"", column.role};
      if (!column.role_column.empty()) take_text(act.data, column.role_column, party.role);
      if (take_text(act.data, column.column, party.id)) (by ? act.by : act.on).push_back(std::move(party));
    }
  }
  if (mapping.fields.empty()) return;
  rename_fields(act.data);
  odd("duplicate_attributes", make_keys_unique(act.data));
}

void Intake::rename_fields(std::vector<std::pair<std::string, Value>>& data) {
  if (mapping.fields.empty()) return;
  for (auto& [key, value] : data) {
    const auto found = mapping.fields.find(key);
    if (found == mapping.fields.end()) continue;
    const Mapping::Field& field = found->second;
    if (!field.name.empty()) key = field.name;
    if (field.as == Mapping::As::keep) continue;
    std::string text;
    if (value.kind == Value::Kind::text)
      text = value.text;
    else
      append_value_json(text, value);
    Value converted = Value::of(text);
    if (field.as == Mapping::As::number) converted = number_value(text);
    if (field.as == Mapping::As::boolean) {
      const bool yes = text == "true" || text == "TRUE" || text == "1" || text == "yes";
      const bool no = text == "false" || text == "FALSE" || text == "0" || text == "no";
      if (yes || no) converted = Value::of(yes);
    }
    if (field.as == Mapping::As::json) {
      auto parsed = json_.read_value(text);
      if (parsed.ok()) converted = std::move(*parsed);
    }
    if (converted.kind == Value::Kind::text && field.as != Mapping::As::text && field.as != Mapping::As::json)
      odd("mistyped_values");
    value = std::move(converted);
  }
}

}  // namespace heng
