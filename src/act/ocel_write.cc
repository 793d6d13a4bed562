// Acts → OCEL 2.0 JSON and XML. Events go out first in JSON; XML wants the objects before them and holds both.
#include "act/ocel_shape.h"
#include "act/writers.h"
#include "act/xml_write.h"
#include "base/json.h"
#include "base/time.h"

namespace heng {
namespace {

class OcelJsonWriter final : public ActWriter {
 public:
  explicit OcelJsonWriter(OnBytes on_bytes) : out_(std::move(on_bytes)) { out_.buffer = "{\"events\":["; }

  Result<void> add(const Act& act) override {
    const OcelShape shape = shaper_.shape(act);
    std::string& out = out_.buffer;
    out += first_ ? "\n{" : ",\n{";
    first_ = false;
    pair("id", act.id);
    out += ',';
    pair("type", act.type);
    out += ',';
    pair("time", format_rfc3339(act.at));
    attributes(shape.attributes, false);
    out += ",\"relationships\":[";
    for (size_t i = 0; i < shape.relations.size(); ++i) {
      out += i > 0 ? ",{" : "{";
      pair("objectId", shape.relations[i].first);
      out += ',';
      pair("qualifier", shape.relations[i].second);
      out += '}';
    }
    out += "]}";
    return out_.spill();
  }

  Result<void> finish() override {
    std::string& out = out_.buffer;
    out += "\n],\"objects\":[";
    bool first = true;
    for (const OcelShaper::Object& object : shaper_.objects()) {
      out += first ? "\n{" : ",\n{";
      first = false;
      pair("id", object.id);
      out += ',';
      pair("type", object.type);
      attributes(object.attributes, true);
      out += '}';
      HENG_TRY_VOID(out_.spill());
    }
    out += "\n],\"eventTypes\":[";
    first = true;
    for (const auto& [type, declared] : shaper_.event_types()) {
      out += first ? "\n" : ",\n";
      first = false;
      type_line(type, declared);
    }
    out += "\n],\"objectTypes\":[\n";
    type_line("agency", {});
    out += ",\n";
    type_line("case", {});
    out += ",\n";
    type_line("document", {{"kind", "string"}, {"sha256", "string"}, {"title", "string"}});
    out += ",\n";
    type_line("person", {});
    out += "\n]}\n";
    return out_.flush();
  }

 private:
  void pair(std::string_view key, std::string_view text) {
    append_json_string(out_.buffer, key);
    out_.buffer += ':';
    append_json_string(out_.buffer, text);
  }

  void attributes(const std::vector<std::pair<std::string, std::string>>& all, bool of_object) {
    std::string& out = out_.buffer;
    out += ",\"attributes\":[";
    for (size_t i = 0; i < all.size(); ++i) {
      out += i > 0 ? ",{" : "{";
      pair("name", all[i].first);
      if (of_object) out += ",\"time\":\"1970-01-01T00:00:00Z\"";
      out += ',';
      pair("value", all[i].second);
      out += '}';
    }
    out += ']';
  }

  void type_line(std::string_view name, const OcelShaper::Declared& declared) {
    std::string& out = out_.buffer;
    out += '{';
    pair("name", name);
    out += ",\"attributes\":[";
    for (size_t i = 0; i < declared.size(); ++i) {
      out += i > 0 ? ",{" : "{";
      pair("name", declared[i].first);
      out += ',';
      pair("type", declared[i].second);
      out += '}';
    }
    out += "]}";
  }

  ByteOut out_;
  OcelShaper shaper_;
  bool first_ = true;
};

class OcelXmlWriter final : public ActWriter {
 public:
  explicit OcelXmlWriter(OnBytes on_bytes) : out_(std::move(on_bytes)) {}

  Result<void> add(const Act& act) override {
    bool sayable = xml_can_carry(act.id) && xml_can_carry(act.type);
    const OcelShape shape = shaper_.shape(act);
    std::string& out = events_;
    out += "<event";
    pair(out, "id", act.id);
    pair(out, "type", act.type);
    pair(out, "time", format_rfc3339(act.at));
    out += "><attributes>";
    for (const auto& [name, value] : shape.attributes) {
      sayable = sayable && xml_can_carry(value);
      out += "<attribute";
      pair(out, "name", name);
      out += '>';
      append_xml_text(out, value);
      out += "</attribute>";
    }
    out += "</attributes><objects>";
    for (const auto& [object, qualifier] : shape.relations) {
      sayable = sayable && xml_can_carry(object) && xml_can_carry(qualifier);
      out += "<relationship";
      pair(out, "object-id", object);
      pair(out, "qualifier", qualifier);
      out += "/>";
    }
    out += "</objects></event>\n";
    if (sayable) return {};
    return Error{ErrorKind::bad_input, "xml-unsayable", "an id or text holds a character XML cannot carry", "",
                 "write NDJSON or OCEL JSON instead"};
  }

  Result<void> finish() override {
    std::string& out = out_.buffer;
    out += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log>\n<object-types>\n";
    type(out, "object-type", "agency", {});
    type(out, "object-type", "case", {});
    type(out, "object-type", "document", {{"kind", "string"}, {"sha256", "string"}, {"title", "string"}});
    type(out, "object-type", "person", {});
    out += "</object-types>\n<event-types>\n";
    for (const auto& [name, declared] : shaper_.event_types()) type(out, "event-type", name, declared);
    out += "</event-types>\n<objects>\n";
    for (const OcelShaper::Object& object : shaper_.objects()) {
      out += "<object";
      pair(out, "id", object.id);
      pair(out, "type", object.type);
      out += "><attributes>";
      for (const auto& [name, value] : object.attributes) {
        out += "<attribute";
        pair(out, "name", name);
        out += " time=\"1970-01-01T00:00:00Z\">";
        append_xml_text(out, value);
        out += "</attribute>";
      }
      out += "</attributes></object>\n";
      HENG_TRY_VOID(out_.spill());
    }
    out += "</objects>\n<events>\n";
    HENG_TRY_VOID(out_.flush());
    out.swap(events_);
    HENG_TRY_VOID(out_.flush());
    out += "</events>\n</log>\n";
    return out_.flush();
  }

 private:
  static void pair(std::string& out, std::string_view name, std::string_view text) {
    out += ' ';
    out += name;
    out += "=\"";
    append_xml_text(out, text);
    out += '"';
  }

  static void type(std::string& out, std::string_view element, std::string_view name, const OcelShaper::Declared& declared) {
    out += '<';
    out += element;
    pair(out, "name", name);
    out += "><attributes>";
    for (const auto& [attribute, kind] : declared) {
      out += "<attribute";
      pair(out, "name", attribute);
      pair(out, "type", kind);
      out += "/>";
    }
    out += "</attributes></";
    out += element;
    out += ">\n";
  }

  ByteOut out_;
  OcelShaper shaper_;
  std::string events_;
};

}  // namespace

std::unique_ptr<ActWriter> make_ocel_writer(ExportFormat format, OnBytes on_bytes) {
  if (format == ExportFormat::ocel_xml) return std::make_unique<OcelXmlWriter>(std::move(on_bytes));
  return std::make_unique<OcelJsonWriter>(std::move(on_bytes));
}

}  // namespace heng
