// OCEL 2.0 JSON (ocel-standard.org) and OCEL 1.0 JSON.
#include <fmt/format.h>

#include "act/json_value.h"
#include "act/ocel.h"
#include "base/text.h"

namespace heng {
namespace {

namespace od = simdjson::ondemand;

Error bad_ocel(std::string what) {
  return {ErrorKind::bad_input, "ocel-syntax", std::move(what), "", "see the OCEL 2.0 specification, ocel-standard.org"};
}

#define HENG_JSON(expression)                                                       \
  do {                                                                              \
    if (const simdjson::error_code code_ = (expression)) return failed(code_); \
  } while (false)

class OcelJson {
 public:
  OcelJson(Intake& intake, std::string_view text) : intake_(intake), text_(text), limits_(intake.limits()) {
    limits_.max_depth = 24;  // an object is described some levels down in the data of an act
  }

  Result<void> run(OcelLog& log, size_t capacity) {
    od::parser parser;
    od::document document;
    HENG_JSON(parser.iterate(text_.data(), text_.size(), capacity).get(document));
    document_ = &document;
    auto done = root(document, log);
    if (!done.ok() && done.error().where.empty()) {
      Error error = done.error();
      error.where = place();
      return error;
    }
    return done;
  }

 private:
  Error failed(simdjson::error_code code) const {
    if (code == simdjson::INCORRECT_TYPE) return bad_ocel("a value has the wrong type");
    if (code == simdjson::INCOMPLETE_ARRAY_OR_OBJECT || code == simdjson::UNCLOSED_STRING || code == simdjson::EMPTY)
      return {ErrorKind::bad_input, "json-truncated", "the file ends inside a string, list or object", "",
              "the file was not written or transferred whole: get it again"};
    if (code == simdjson::UTF8_ERROR)
      return {ErrorKind::bad_input, "json-syntax", "the file is not valid UTF-8", "", "save the file as UTF-8"};
    if (code == simdjson::CAPACITY || code == simdjson::MEMALLOC)
      return {ErrorKind::bad_input, "ocel-too-large", "the file is too large to hold", "", ""};
    return {ErrorKind::bad_input, "json-syntax", "the file is not well-formed JSON", "", "mend this place, or get it again"};
  }

  std::string place() const {
    const char* at = nullptr;
    if (document_ == nullptr || document_->current_location().get(at) != simdjson::SUCCESS || at < text_.data() ||
        at > text_.data() + text_.size())
      return intake_.name();
    const auto byte = static_cast<size_t>(at - text_.data());
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(byte), '\n');
    return fmt::format("{}:{} byte {}", intake_.name(), line, byte);
  }

  Result<void> root(od::document& document, OcelLog& log) {
    od::object object;
    HENG_JSON(document.get_object().get(object));
    unsigned seen = 0;
    for (auto field : object) {
      std::string_view key;
      HENG_JSON(field.unescaped_key().get(key));
      const std::string name(key);
      od::value value;
      HENG_JSON(field.value().get(value));
      const bool old = name.starts_with("ocel:");
      const unsigned bit = name == "events" || name == "ocel:events"     ? 1U
                           : name == "objects" || name == "ocel:objects" ? 2U
                           : name == "eventTypes"                        ? 4U
                           : name == "objectTypes"                       ? 8U
                                                                         : 0U;
      if ((seen & bit) != 0)
        return Error{ErrorKind::bad_input, "json-duplicate-key", fmt::format("the key `{}` stands twice", name), "",
                     "keep one of them"};
      seen |= bit;
      Result<void> done;
      if (bit == 1) done = old ? old_entities(value, log.events, true) : entities(value, log.events, true);
      else if (bit == 2) done = old ? old_entities(value, log.objects, false) : entities(value, log.objects, false);
      else if (bit == 4) done = types(value, log.event_types);
      else if (bit == 8) done = types(value, log.object_types);
      else done = rest(name, value);
      HENG_TRY_VOID(done);
    }
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
      return Error{ErrorKind::bad_input, "json-syntax", "something follows the log", "", "remove it"};
    if ((seen & 1U) == 0) intake_.note(intake_.name(), "ocel-no-events", "the log has no list of events", "");
    return {};
  }

  Result<void> rest(const std::string& name, od::value value) {
    HENG_TRY(Value kept, value_from(value, limits_));
    intake_.odd("unknown_fields");
    if (intake_.report.log_attributes.size() < 100) intake_.report.log_attributes.emplace_back(name, std::move(kept));
    return {};
  }

  Result<void> text(od::value value, std::string& out) {
    HENG_TRY(Value got, value_from(value, limits_));
    if (got.kind == Value::Kind::text)
      out = std::move(got.text);
    else if (got.kind == Value::Kind::number)
      append_value_json(out, got);
    else
      return bad_ocel("an id, type, name or time is not text");
    return {};
  }

  Result<void> types(od::value value, OcelLog::Types& out) {
    od::array array;
    HENG_JSON(value.get_array().get(array));
    for (auto item : array) {
      od::value element;
      HENG_JSON(item.get(element));
      HENG_TRY(const Value type, value_from(element, limits_));
      if (type.kind != Value::Kind::object) return bad_ocel("a type of events or objects is not an object");
      std::string name;
      for (const auto& [key, member] : type.members) {
        if (key == "name") name = member.text;
      }
      auto& attributes = out[name];
      for (const auto& [key, member] : type.members) {
        if (key != "attributes") continue;
        for (const Value& attribute : member.items) {
          std::string attribute_name;
          std::string attribute_type;
          for (const auto& [inner, text] : attribute.members) {
            if (inner == "name") attribute_name = text.text;
            if (inner == "type") attribute_type = text.text;
          }
          attributes[attribute_name] = attribute_type;
        }
      }
    }
    return {};
  }

  Result<void> entities(od::value value, std::vector<OcelEntity>& out, bool events) {
    od::array array;
    HENG_JSON(value.get_array().get(array));
    for (auto item : array) {
      od::object object;
      HENG_JSON(item.get_object().get(object));
      out.emplace_back();
      HENG_TRY_VOID(entity(object, out.back(), events));
    }
    return {};
  }

  Result<void> entity(od::object object, OcelEntity& out, bool event) {
    unsigned seen = 0;
    for (auto field : object) {
      std::string_view key;
      HENG_JSON(field.unescaped_key().get(key));
      const unsigned bit = key == "id" ? 1U : key == "type" ? 2U : key == "time" ? 4U : key == "attributes" ? 8U
                           : key == "relationships" ? 16U : 0U;
      const std::string other = bit == 0 ? std::string(key) : std::string();
      if ((seen & bit) != 0)
        return Error{ErrorKind::bad_input, "json-duplicate-key", fmt::format("the key `{}` stands twice in one object", key),
                     "", "keep one of them"};
      seen |= bit;
      od::value value;
      HENG_JSON(field.value().get(value));
      Result<void> done;
      if (bit == 1) done = text(value, out.id);
      else if (bit == 2) done = text(value, out.type);
      else if (bit == 4 && event) done = text(value, out.time);
      else if (bit == 8) done = attributes(value, out.attributes);
      else if (bit == 16) done = relations(value, out.relations);
      else {
        HENG_TRY(Value kept, value_from(value, limits_));
        out.attributes.push_back({other.empty() ? "time" : other, "", std::move(kept)});
        intake_.odd("unknown_fields");
      }
      HENG_TRY_VOID(done);
    }
    out.where = fmt::format("{} {} `{}`", intake_.name(), event ? "event" : "object", printable(out.id.substr(0, 60)));
    return {};
  }

  Result<void> attributes(od::value value, std::vector<OcelAttribute>& out) {
    HENG_TRY(Value list, value_from(value, limits_));
    if (list.kind != Value::Kind::list) return bad_ocel("`attributes` is not a list");
    for (Value& item : list.items) {
      if (item.kind != Value::Kind::object) return bad_ocel("an attribute is not an object");
      OcelAttribute attribute;
      for (auto& [key, member] : item.members) {
        if (key == "name") attribute.name = std::move(member.text);
        else if (key == "time") attribute.time = std::move(member.text);
        else if (key == "value") attribute.value = std::move(member);
        else intake_.odd("unknown_fields");
      }
      out.push_back(std::move(attribute));
    }
    return {};
  }

  Result<void> relations(od::value value, std::vector<OcelRelation>& out) {
    HENG_TRY(Value list, value_from(value, limits_));
    if (list.kind != Value::Kind::list) return bad_ocel("`relationships` is not a list");
    for (Value& item : list.items) {
      if (item.kind != Value::Kind::object) return bad_ocel("a relationship is not an object");
      OcelRelation relation;
      for (auto& [key, member] : item.members) {
        if (key == "objectId") relation.object = std::move(member.text);
        else if (key == "qualifier") relation.qualifier = std::move(member.text);
        else intake_.odd("unknown_fields");
      }
      out.push_back(std::move(relation));
    }
    return {};
  }

  // OCEL 1.0: an object keyed by id.
  Result<void> old_entities(od::value value, std::vector<OcelEntity>& out, bool events) {
    od::object all;
    HENG_JSON(value.get_object().get(all));
    for (auto field : all) {
      std::string_view key;
      HENG_JSON(field.unescaped_key().get(key));
      OcelEntity entity;
      entity.id = key;
      od::value inner;
      HENG_JSON(field.value().get(inner));
      HENG_TRY(Value members, value_from(inner, limits_));
      if (members.kind != Value::Kind::object) return bad_ocel("an event or object is not an object");
      for (auto& [name, member] : members.members) {
        if (name == "ocel:activity" || name == "ocel:type") entity.type = std::move(member.text);
        else if (name == "ocel:timestamp") entity.time = std::move(member.text);
        else if (name == "ocel:omap")
          for (Value& object : member.items) entity.relations.push_back({std::move(object.text), ""});
        else if (name == "ocel:vmap" || name == "ocel:ovmap")
          for (auto& [attribute, kept] : member.members) entity.attributes.push_back({attribute, "", std::move(kept)});
        else
          entity.attributes.push_back({name, "", std::move(member)});
      }
      entity.where = fmt::format("{} {} `{}`", intake_.name(), events ? "event" : "object", printable(entity.id.substr(0, 60)));
      out.push_back(std::move(entity));
    }
    return {};
  }

  Intake& intake_;
  std::string_view text_;
  ActLimits limits_;
  od::document* document_ = nullptr;
};

}  // namespace

Result<void> read_ocel_json(Source& source, Intake& intake) {
  std::string text;
  size_t size = 0;
  for (;;) {
    if (text.size() - size < (64 << 10)) text.resize(text.size() + std::max<size_t>(text.size() / 2, 256 << 10));
    HENG_TRY(const size_t got, source.read(text.data() + size, text.size() - size));
    intake.progress(source);
    if (got == 0) break;
    size += got;
    if (size > intake.options.max_document_bytes)
      return Error{ErrorKind::bad_input, "ocel-too-large",
                   fmt::format("the file is larger than {} bytes, and OCEL must be held whole",
                               intake.options.max_document_bytes),
                   intake.name(), "split the log, or give XES, CSV or NDJSON, which are streamed"};
  }
  const size_t skip = std::string_view(text).starts_with("\xEF\xBB\xBF") ? 3 : 0;
  text.resize(size + ActReader::kPadding);
  OcelLog log;
  HENG_TRY_VOID(OcelJson(intake, std::string_view(text).substr(skip, size - skip)).run(log, text.size() - skip));
  std::string().swap(text);
  return acts_from_ocel(log, intake);
}

}  // namespace heng
