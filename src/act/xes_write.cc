// Acts → XES (IEEE 1849). What other tools know goes where they look for it; the rest of the act is JSON in `heng:act`,
// so that reading it back loses nothing.
#include <unordered_map>

#include "act/json.h"
#include "act/writers.h"
#include "act/xml_write.h"

namespace heng {
namespace {

constexpr std::string_view kHead =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<log xes.version=\"1849.2016\" xes.features=\"nested-attributes\" xmlns=\"http://www.xes-standard.org/\">\n"
    "<extension name=\"Concept\" prefix=\"concept\" uri=\"http://www.xes-standard.org/concept.xesext\"/>\n"
    "<extension name=\"Time\" prefix=\"time\" uri=\"http://www.xes-standard.org/time.xesext\"/>\n"
    "<extension name=\"Organizational\" prefix=\"org\" uri=\"http://www.xes-standard.org/org.xesext\"/>\n"
    "<classifier name=\"Activity\" keys=\"concept:name\"/>\n";
constexpr std::string_view kOwnValue = "@value";
constexpr std::string_view kListItem = "heng:item";

void leaf(std::string& out, std::string_view type, std::string_view key, std::string_view value, bool open = false) {
  out += '<';
  out += type;
  out += " key=\"";
  append_xml_text(out, key);
  out += "\" value=\"";
  append_xml_text(out, value);
  out += open ? "\">" : "\"/>";
}

const Value* own_value(const Value& object) {
  for (const auto& [key, value] : object.members) {
    if (key == kOwnValue) return &value;
  }
  return nullptr;
}

bool is_scalar(const Value& value) {
  return value.kind == Value::Kind::boolean || value.kind == Value::Kind::number ||
         (value.kind == Value::Kind::text && xml_can_carry(value.text));
}

// Whether XES attributes say exactly this value.
bool sayable(const Value& value) {
  switch (value.kind) {
    case Value::Kind::null: return false;
    case Value::Kind::list:
      for (const Value& item : value.items) {
        if (!sayable(item)) return false;
      }
      return true;
    case Value::Kind::object: {
      const Value* own = own_value(value);
      if (own != nullptr && (!is_scalar(*own) || value.members.size() < 2)) return false;
      for (const auto& [key, member] : value.members) {
        if (key == kListItem || !xml_can_carry(key)) return false;
        if (&member != own && !sayable(member)) return false;
      }
      return true;
    }
    default: return is_scalar(value);
  }
}

std::string_view scalar_type(const Value& value) {
  if (value.kind == Value::Kind::boolean) return "boolean";
  if (value.kind == Value::Kind::number) return value.exact && value.number.is_whole() ? "int" : "float";
  return rfc3339_in(value.text) ? "date" : "string";
}

std::string scalar_text(const Value& value) {
  if (value.kind == Value::Kind::text) return value.text;
  std::string out;
  append_value_json(out, value);
  return out;
}

void attribute(std::string& out, std::string_view key, const Value& value) {
  if (value.kind != Value::Kind::list && value.kind != Value::Kind::object)
    return leaf(out, scalar_type(value), key, scalar_text(value));
  const Value* own = value.kind == Value::Kind::object ? own_value(value) : nullptr;
  const std::string_view type = own != nullptr                      ? scalar_type(*own)
                                : value.kind == Value::Kind::list ? std::string_view("list")
                                                                  : std::string_view("container");
  if (own != nullptr) {
    leaf(out, type, key, scalar_text(*own), true);
  } else {
    out += '<';
    out += type;
    out += " key=\"";
    append_xml_text(out, key);
    out += "\">";
  }
  for (const Value& item : value.items) {
    if (item.kind == Value::Kind::object && item.members.size() == 1)
      attribute(out, item.members[0].first, item.members[0].second);
    else
      attribute(out, kListItem, item);
  }
  for (const auto& [name, member] : value.members) {
    if (&member != own) attribute(out, name, member);
  }
  out += "</";
  out += type;
  out += '>';
}

bool reserved(std::string_view key) {
  return key == "concept:name" || key == "time:timestamp" || key == "org:resource" || key == "org:role" ||
         key == "org:group" || key.starts_with("heng:");
}

class XesWriter final : public ActWriter {
 public:
  explicit XesWriter(OnBytes on_bytes) : out_(std::move(on_bytes)) {}

  Result<void> add(const Act& act) override {
    for (const std::string* text : {&act.id, &act.type, &act.case_id, &act.agency}) {
      if (!xml_can_carry(*text))
        return Error{ErrorKind::bad_input, "xes-unsayable", "an id or name holds a character XML cannot carry", "",
                     "write NDJSON instead"};
    }
    Act rest;
    rest.id = act.id;
    rest.on = act.on;
    rest.docs = act.docs;
    rest.recorded = act.recorded;
    rest.corrects = act.corrects;
    rest.annuls = act.annuls;
    Trace& trace = trace_of(act.case_id);
    const bool first = trace.events.empty() && !act.case_id.empty();
    std::string event = "<event>";
    leaf(event, "string", "concept:name", act.type);
    leaf(event, "date", "time:timestamp", format_rfc3339(act.at));
    leaf(event, "string", "org:group", act.agency);
    people(event, act, rest);
    for (const auto& [key, value] : act.data) {
      if (reserved(key) || !xml_can_carry(key) || !sayable(value))
        rest.data.emplace_back(key, value);
      else if (first && key.starts_with("case:") && key != "case:concept:name")
        attribute(trace.attributes, std::string_view(key).substr(5), value);
      else
        attribute(event, key, value);
    }
    std::string json;
    append_extra_json(json, rest);
    make_json_xml_safe(json);
    leaf(event, "string", "heng:act", json);
    event += "</event>\n";
    trace.events += event;
    return {};
  }

  Result<void> finish() override {
    out_.buffer += kHead;
    for (Trace& trace : traces_) {
      out_.buffer += "<trace>";
      leaf(out_.buffer, "string", "concept:name", trace.case_id);
      out_.buffer += trace.attributes;
      out_.buffer += '\n';
      out_.buffer += trace.events;
      out_.buffer += "</trace>\n";
      HENG_TRY_VOID(out_.spill());
      trace = Trace{};
    }
    out_.buffer += loose_.events;
    out_.buffer += "</log>\n";
    return out_.flush();
  }

 private:
  struct Trace {
    std::string case_id;
    std::string attributes;
    std::string events;
  };

  Trace& trace_of(const std::string& case_id) {
    if (case_id.empty()) return loose_;
    const auto [at, fresh] = index_.emplace(case_id, traces_.size());
    if (fresh) traces_.push_back({case_id, "", ""});
    return traces_[at->second];
  }

  // One person fits org:resource and org:role; of several the first is shown there, and all stand in heng:act.
  static void people(std::string& event, const Act& act, Act& rest) {
    if (act.by.empty()) return;
    const Party& first = act.by[0];
    const bool fits = xml_can_carry(first.id) && xml_can_carry(first.role);
    if (fits) leaf(event, "string", "org:resource", first.id);
    if (fits && !first.role.empty()) leaf(event, "string", "org:role", first.role);
    if (!fits || act.by.size() > 1) rest.by = act.by;
  }

  ByteOut out_;
  std::unordered_map<std::string, size_t> index_;
  std::vector<Trace> traces_;
  Trace loose_;
};

}  // namespace

std::unique_ptr<ActWriter> make_xes_writer(OnBytes on_bytes) { return std::make_unique<XesWriter>(std::move(on_bytes)); }

}  // namespace heng
