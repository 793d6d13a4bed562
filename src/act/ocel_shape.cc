#include "act/ocel_shape.h"

#include <algorithm>

#include "act/json.h"
#include "act/ocel.h"
#include "act/xml_write.h"

namespace heng {
namespace {
constexpr size_t kMaxAttributes = 500;  // of one type; SQLite allows 2,000 columns

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string_view kind_of(const Value& value) {
  if (value.kind == Value::Kind::text && xml_can_carry(value.text)) return "string";
  if (value.kind == Value::Kind::number) return "float";
  if (value.kind == Value::Kind::boolean) return "boolean";
  return "";
}

}  // namespace

// One kind for each attribute of a type, and names that differ in more than case (SQLite's columns do not).
bool OcelShaper::declare(const std::string& type, const std::string& name, std::string_view kind) {
  if (kind.empty() || name.empty() || name.starts_with("heng:") || name.starts_with("ocel") || !xml_can_carry(name)) return false;
  auto& known = lower_[type];
  const auto found = known.find(lower(name));
  if (found != known.end()) return found->second.first == name && found->second.second == kind;
  if (known.size() >= kMaxAttributes) return false;
  known.emplace(lower(name), std::pair(name, std::string(kind)));
  event_types_[type].emplace_back(name, kind);
  return true;
}

void OcelShaper::relate(OcelShape& shape, std::string_view type, const std::string& id, std::string qualifier) {
  std::string object = std::string(type) + ":" + id;
  const auto [at, fresh] = index_.emplace(object, objects_.size());
  if (fresh) objects_.push_back({object, std::string(type), {}});
  shape.relations.emplace_back(std::move(object), std::move(qualifier));
}

// A document is one object: acts that describe it otherwise keep their own words in heng:act.
bool OcelShaper::documents_agree(const Act& act) {
  for (const Document& doc : act.docs) {
    std::vector<std::pair<std::string, std::string>> attributes;
    for (const auto& [name, text] : {std::pair("kind", &doc.kind), std::pair("sha256", &doc.sha256), std::pair("title", &doc.title)}) {
      if (!text->empty()) attributes.emplace_back(name, *text);
      if (!xml_can_carry(*text)) return false;
    }
    const std::string id = std::string(kOcelDocument) + ":" + doc.id;
    const auto found = index_.find(id);
    if (found == index_.end()) {
      index_.emplace(id, objects_.size());
      objects_.push_back({id, std::string(kOcelDocument), std::move(attributes)});
    } else if (objects_[found->second].attributes != attributes) {
      return false;
    }
  }
  return true;
}

OcelShape OcelShaper::shape(const Act& act) {
  OcelShape out;
  Act rest;
  rest.recorded = act.recorded;
  rest.corrects = act.corrects;
  rest.annuls = act.annuls;
  event_types_[act.type];
  for (const auto& [key, value] : act.data) {
    if (!declare(act.type, key, kind_of(value))) {
      rest.data.emplace_back(key, value);
    } else if (value.kind == Value::Kind::text) {
      out.attributes.emplace_back(key, value.text);
    } else {
      std::string text;
      append_value_json(text, value);
      out.attributes.emplace_back(key, std::move(text));
    }
  }
  if (!act.case_id.empty()) relate(out, kOcelCase, act.case_id, std::string(kOcelCase));
  relate(out, kOcelAgency, act.agency, std::string(kOcelAgency));
  for (const Party& party : act.by) relate(out, kOcelPerson, party.id, party.role.empty() ? "by" : "by:" + party.role);
  for (const Party& party : act.on) relate(out, kOcelPerson, party.id, party.role.empty() ? "on" : "on:" + party.role);
  const bool agree = documents_agree(act);
  for (const Document& doc : act.docs) relate(out, kOcelDocument, doc.id, std::string(kOcelDocument));
  if (!agree) rest.docs = act.docs;
  // A relation stands once: who is named twice alike is told in heng:act.
  std::vector<std::pair<std::string, std::string>> unique;
  for (auto& relation : out.relations) {
    if (std::find(unique.begin(), unique.end(), relation) == unique.end()) unique.push_back(std::move(relation));
  }
  if (unique.size() != out.relations.size()) {
    rest.by = act.by;
    rest.on = act.on;
    rest.docs = act.docs;
  }
  out.relations = std::move(unique);
  if (rest == Act{}) return out;
  rest.id = act.id;
  std::string json;
  append_extra_json(json, rest);
  make_json_xml_safe(json);
  out.attributes.emplace_back("heng:act", std::move(json));
  auto& known = lower_[act.type];
  if (known.emplace("heng:act", std::pair("heng:act", "string")).second)
    event_types_[act.type].emplace_back("heng:act", "string");
  return out;
}

}  // namespace heng
