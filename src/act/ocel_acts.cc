#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "act/ocel.h"
#include "base/text.h"

namespace heng {
namespace {

class Converter {
 public:
  Converter(OcelLog& log, Intake& intake) : log_(log), intake_(intake) {}

  Result<void> run() {
    index_objects();
    parse_times();
    decide_ids();
    for (size_t i = 0; i < log_.events.size(); ++i) {
      ++intake_.report.read;
      OcelEntity& event = log_.events[i];
      auto done = convert(i);
      if (done.ok()) done = validate_act(act_, intake_.limits());
      if (!done.ok()) {
        intake_.refuse(event.where, done.error());
        continue;
      }
      if (act_.case_id.empty())
        intake_.odd("caseless_events");
      else
        intake_.cases.of(act_.case_id);
      intake_.deliver(act_);
    }
    return {};
  }

 private:
  void index_objects() {
    for (size_t i = 0; i < log_.objects.size(); ++i) {
      if (!objects_.emplace(log_.objects[i].id, i).second) intake_.odd("duplicate_objects");
    }
    described_.assign(log_.objects.size(), false);
    std::vector<bool> named(log_.objects.size(), false);
    for (const OcelEntity& event : log_.events) {
      for (const OcelRelation& relation : event.relations) {
        const auto found = objects_.find(relation.object);
        if (found != objects_.end()) named[found->second] = true;
      }
    }
    for (size_t i = 0; i < named.size(); ++i) {
      if (!named[i]) unnamed_.push_back(i);
    }
    intake_.odd("unreferenced_objects", unnamed_.size());
  }

  void parse_times() {
    for (OcelEntity& event : log_.events) {
      const auto foreign = parse_foreign_time(event.time, intake_.mapping.at_format);
      times_.push_back(foreign.ok() ? intake_.time(*foreign, event.time) : Result<OffsetTime>(foreign.error()));
    }
  }

  // Events of one instant keep the file's order by their ids. If the file's own ids do not say it, new ones are given.
  void decide_ids() {
    std::unordered_map<int64_t, size_t> last;
    std::unordered_set<std::string_view> ids;
    bool own = true;
    for (const OcelEntity& event : log_.events) own = own && names_agency(event);
    if (own) return;
    for (size_t i = 0; i < log_.events.size() && keep_ids_; ++i) {
      keep_ids_ = !log_.events[i].id.empty() && ids.insert(log_.events[i].id).second;
      if (!times_[i].ok()) continue;
      const auto [at, fresh] = last.emplace(times_[i]->instant.us, i);
      if (fresh) continue;
      if (natural_compare(log_.events[at->second].id, log_.events[i].id) >= 0) keep_ids_ = false;
      at->second = i;
    }
    if (!keep_ids_) intake_.odd("renumbered_events", log_.events.size());
  }

  // All events of our own logs do.
  bool names_agency(const OcelEntity& event) const {
    std::string id;
    for (const OcelRelation& relation : event.relations) {
      const auto found = relation.qualifier == kOcelAgency ? objects_.find(relation.object) : objects_.end();
      if (found != objects_.end() && own_id(log_.objects[found->second], kOcelAgency, id)) return true;
    }
    return false;
  }

  static Value typed(Value value, const OcelLog::Types& types, std::string_view type, std::string_view name) {
    if (value.kind != Value::Kind::text) return value;
    const auto attributes = types.find(type);
    if (attributes == types.end()) return value;
    const auto found = attributes->second.find(name);
    if (found == attributes->second.end()) return value;
    const std::string& kind = found->second;
    if (kind == "integer" || kind == "float") {
      Value number = number_value(value.text);
      return number.kind == Value::Kind::number ? number : value;
    }
    if (kind == "boolean") {
      if (value.text == "true" || value.text == "1") return Value::of(true);
      if (value.text == "false" || value.text == "0") return Value::of(false);
    }
    return value;
  }

  Result<void> convert(size_t index) {
    OcelEntity& event = log_.events[index];
    act_ = Act{};
    act_.id = keep_ids_ ? event.id : fmt::format("e{:06}", index + 1);
    act_.type = event.type;
    if (act_.type.empty()) {
      intake_.odd("unnamed_events");
      act_.type = "unnamed";
    }
    if (event.time.empty())
      return Error{ErrorKind::bad_input, "ocel-no-time", "the event has no time", "", "an act needs the time it was done"};
    HENG_TRY(act_.at, times_[index]);
    std::string extra;
    for (OcelAttribute& attribute : event.attributes) {
      if (attribute.name == "heng:act" && attribute.value.kind == Value::Kind::text)
        extra = std::move(attribute.value.text);
      else
        act_.data.emplace_back(attribute.name,
                               typed(std::move(attribute.value), log_.event_types, event.type, attribute.name));
    }
    std::vector<size_t> describe;
    if (index == 0) describe = unnamed_;
    for (const OcelRelation& relation : event.relations) {
      const auto found = objects_.find(relation.object);
      if (found == objects_.end()) {
        intake_.odd("missing_objects");
        act_.on.push_back({relation.object, relation.qualifier});
        continue;
      }
      place(relation, log_.objects[found->second], found->second, describe);
    }
    if (!extra.empty()) {
      HENG_TRY(const uint64_t twice, intake_.merge_extra(extra, act_));
      intake_.odd("duplicate_attributes", twice);
    } else if (!keep_ids_) {
      act_.data.emplace_back("ocel:id", Value::of(event.id));
    }
    for (const size_t object : describe) {
      if (act_.data.size() < intake_.options.max_fields / 2)
        describe_object(object);
      else
        intake_.odd("objects_left_out");  // an act has a limit on its fields
    }
    intake_.odd("duplicate_attributes", make_keys_unique(act_.data));
    if (act_.agency.empty() && !intake_.mapping.agency.column.empty()) take_agency();
    if (act_.agency.empty()) act_.agency = intake_.default_agency;
    if (act_.agency.empty()) {
      act_.agency = "unknown";
      intake_.odd("unknown_agency");
    }
    intake_.apply_mapping(act_);
    return {};
  }

  void take_agency() {
    for (size_t i = 0; i < act_.data.size(); ++i) {
      if (act_.data[i].first != intake_.mapping.agency.column || act_.data[i].second.kind != Value::Kind::text) continue;
      act_.agency = act_.data[i].second.text;
      act_.data.erase(act_.data.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
  }

  // "person:p1" of type person → p1; false if the object is not one of ours.
  static bool own_id(const OcelEntity& object, std::string_view type, std::string& id) {
    if (object.type != type || object.id.size() <= type.size() + 1 || !object.id.starts_with(type) ||
        object.id[type.size()] != ':')
      return false;
    id = object.id.substr(type.size() + 1);
    return true;
  }

  void place(const OcelRelation& relation, const OcelEntity& object, size_t index, std::vector<size_t>& describe) {
    const std::string_view qualifier = relation.qualifier;
    std::string id;
    if (qualifier == kOcelCase && own_id(object, kOcelCase, id) && act_.case_id.empty()) {
      act_.case_id = id;
      return;
    }
    if (qualifier == kOcelAgency && own_id(object, kOcelAgency, id) && act_.agency.empty()) {
      act_.agency = id;
      return;
    }
    for (const bool by : {true, false}) {
      const std::string_view word = by ? "by" : "on";
      if (!qualifier.starts_with(word) || !own_id(object, kOcelPerson, id)) continue;
      if (qualifier.size() > word.size() && qualifier[word.size()] != ':') continue;
      const std::string role(qualifier.size() > word.size() ? qualifier.substr(word.size() + 1) : std::string_view{});
      (by ? act_.by : act_.on).push_back({id, role});
      return;
    }
    if (qualifier == kOcelDocument && own_id(object, kOcelDocument, id)) {
      Document doc;
      doc.id = id;
      for (const OcelAttribute& attribute : object.attributes) {
        if (attribute.name == "kind") doc.kind = attribute.value.text;
        if (attribute.name == "sha256") doc.sha256 = attribute.value.text;
        if (attribute.name == "title") doc.title = attribute.value.text;
      }
      act_.docs.push_back(std::move(doc));
      return;
    }
    if (!intake_.mapping.ocel_case.empty() && object.type == intake_.mapping.ocel_case && act_.case_id.empty())
      act_.case_id = object.id;
    else
      act_.on.push_back({object.id, relation.qualifier});
    if (!described_[index]) describe.push_back(index);
    described_[index] = true;
  }

  void describe_object(size_t index) {
    const OcelEntity& object = log_.objects[index];
    Value value;
    value.kind = Value::Kind::object;
    value.members.emplace_back("type", Value::of(object.type));
    if (!object.attributes.empty()) {
      Value list;
      list.kind = Value::Kind::list;
      for (const OcelAttribute& attribute : object.attributes) {
        Value item;
        item.kind = Value::Kind::object;
        item.members.emplace_back("name", Value::of(attribute.name));
        if (!attribute.time.empty()) item.members.emplace_back("time", Value::of(object_time(attribute.time)));
        item.members.emplace_back("value", typed(attribute.value, log_.object_types, object.type, attribute.name));
        list.items.push_back(std::move(item));
      }
      value.members.emplace_back("attributes", std::move(list));
    }
    if (!object.relations.empty()) {
      Value list;
      list.kind = Value::Kind::list;
      for (const OcelRelation& relation : object.relations) {
        Value item;
        item.kind = Value::Kind::object;
        item.members.emplace_back("object", Value::of(relation.object));
        if (!relation.qualifier.empty()) item.members.emplace_back("qualifier", Value::of(relation.qualifier));
        list.items.push_back(std::move(item));
      }
      value.members.emplace_back("relations", std::move(list));
    }
    act_.data.emplace_back("object:" + object.id, std::move(value));
  }

  // With its offset, if the zone is known.
  std::string object_time(const std::string& text) {
    const auto foreign = parse_foreign_time(text, "");
    if (!foreign.ok() || (!foreign->offset_minutes && !intake_.zone)) return text;
    const auto time = intake_.time(*foreign, text);
    return time.ok() ? format_rfc3339(*time) : text;
  }

  OcelLog& log_;
  Intake& intake_;
  std::unordered_map<std::string_view, size_t> objects_;
  std::vector<bool> described_;
  std::vector<size_t> unnamed_;
  std::vector<Result<OffsetTime>> times_;
  bool keep_ids_ = true;
  Act act_;
};

}  // namespace

Result<void> acts_from_ocel(OcelLog& log, Intake& intake) { return Converter(log, intake).run(); }

}  // namespace heng
