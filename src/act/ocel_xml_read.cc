// OCEL 2.0 XML: <log> with <object-types>, <event-types>, <objects>, <events>.
#include <fmt/format.h>

#include <cstring>

#include "act/ocel.h"
#include "act/xml_reader.h"
#include "base/text.h"

namespace heng {
namespace {

enum class In : uint8_t { log, types, type, type_attributes, type_attribute, entities, entity, attributes, attribute,
                          relations, relation, ignored };

class OcelHandler final : public XmlHandler {
 public:
  OcelHandler(XmlReader& reader, Intake& intake) : reader_(reader), intake_(intake) { stack_.push_back(In::log); }

  void start(const char* name, const char** attributes) override {
    In next = In::ignored;
    const std::string_view element = name;
    if (reader_.byte() > intake_.options.max_document_bytes)
      return reader_.stop({ErrorKind::bad_input, "ocel-too-large", "the file is too large, and OCEL must be held whole", "",
                           "split the log, or give XES, CSV or NDJSON, which are streamed"});
    switch (stack_.back()) {
      case In::log:
        events_ = element == "events" || element == "event-types";
        if (element == "object-types" || element == "event-types") next = In::types;
        if (element == "objects" || element == "events") next = In::entities;
        break;
      case In::types:
        if (element != (events_ ? "event-type" : "object-type")) break;
        next = In::type;
        type_ = value(attributes, "name");
        (events_ ? log_.event_types : log_.object_types)[type_];
        break;
      case In::type:
        if (element == "attributes") next = In::type_attributes;
        break;
      case In::type_attributes:
        if (element != "attribute") break;
        next = In::type_attribute;
        (events_ ? log_.event_types : log_.object_types)[type_][value(attributes, "name")] = value(attributes, "type");
        break;
      case In::entities:
        if (element != (events_ ? "event" : "object")) break;
        next = In::entity;
        begin_entity(attributes);
        break;
      case In::entity:
        if (element == "attributes") next = In::attributes;
        if (element == "objects") next = In::relations;
        break;
      case In::attributes:
        if (element != "attribute") break;
        next = In::attribute;
        entity().attributes.push_back({value(attributes, "name"), value(attributes, "time"), Value::of(std::string())});
        break;
      case In::relations:
        if (element != "relationship" && element != "object") break;
        next = In::relation;
        entity().relations.push_back({value(attributes, "object-id"), value(attributes, "qualifier")});
        break;
      default: break;
    }
    if (next == In::ignored && stack_.back() != In::ignored) intake_.odd("unknown_elements");
    stack_.push_back(next);
  }

  void end() override { stack_.pop_back(); }

  bool wants_text() const override { return true; }
  void text(std::string_view piece) override {
    if (stack_.back() != In::attribute) return;
    std::string& text = entity().attributes.back().value.text;
    if (text.size() + piece.size() > intake_.options.max_token_bytes)
      return reader_.stop({ErrorKind::bad_input, "xml-too-large", "the text of one attribute is too long", "", ""});
    text += piece;
  }

  void finish() override {
    auto done = acts_from_ocel(log_, intake_);
    if (!done.ok()) reader_.stop(done.error());
  }

 private:
  static std::string value(const char** attributes, std::string_view name) {
    const char* found = xml_attribute(attributes, name);
    return found != nullptr ? found : "";
  }

  OcelEntity& entity() { return events_ ? log_.events.back() : log_.objects.back(); }

  void begin_entity(const char** attributes) {
    auto& all = events_ ? log_.events : log_.objects;
    all.emplace_back();
    OcelEntity& fresh = all.back();
    fresh.id = value(attributes, "id");
    fresh.type = value(attributes, "type");
    fresh.time = value(attributes, "time");
    fresh.where = fmt::format("{} byte {}", intake_.name(), reader_.byte());
  }

  XmlReader& reader_;
  Intake& intake_;
  OcelLog log_;
  std::vector<In> stack_;
  std::string type_;
  bool events_ = false;
};

}  // namespace

std::unique_ptr<XmlHandler> make_ocel_handler(XmlReader& reader, Intake& intake) {
  return std::make_unique<OcelHandler>(reader, intake);
}

}  // namespace heng
