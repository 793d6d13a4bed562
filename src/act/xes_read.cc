// XES (IEEE 1849) → acts, one trace at a time. docs/format/act.md says what becomes of every element.
#include <fmt/format.h>

#include <strings.h>

#include <cstring>

#include "act/xml_reader.h"
#include "base/text.h"

namespace heng {
namespace {

constexpr uint64_t kFlushBytes = 2 << 20;       // a trace longer than this goes out in parts once its name is known
constexpr size_t kMaxLogAttributes = 1'000;
constexpr std::string_view kOwnValue = "@value";  // of an attribute that has attributes of its own
constexpr std::string_view kListItem = "heng:item";

enum class Type : uint8_t { none, string, date, integer, decimal, boolean, id, list, container };

Type type_of(const char* name) {
  switch (name[0]) {
    case 's': return std::strcmp(name, "string") == 0 ? Type::string : Type::none;
    case 'd': return std::strcmp(name, "date") == 0 ? Type::date : Type::none;
    case 'i': return std::strcmp(name, "int") == 0 ? Type::integer : std::strcmp(name, "id") == 0 ? Type::id : Type::none;
    case 'f': return std::strcmp(name, "float") == 0 ? Type::decimal : Type::none;
    case 'b': return std::strcmp(name, "boolean") == 0 ? Type::boolean : Type::none;
    case 'l': return std::strcmp(name, "list") == 0 ? Type::list : Type::none;
    case 'c': return std::strcmp(name, "container") == 0 ? Type::container : Type::none;
    default: return Type::none;
  }
}

using Members = std::vector<std::pair<std::string, Value>>;

// An event under construction: the act, and what has a place of its own in it.
struct Draft {
  Act act;
  std::string time;
  std::string resource;
  std::string role;
  std::string group;
  std::string extra;  // heng:act, what our own writer could not say in XES
  uint64_t byte = 0;
  uint64_t number = 0;  // in its trace, from 1
  void reset() {
    act.id.clear();
    act.type.clear();
    act.case_id.clear();
    act.agency.clear();
    act.recorded.reset();
    act.by.clear();
    act.on.clear();
    act.data.clear();
    act.docs.clear();
    act.corrects.clear();
    act.annuls.clear();
    for (std::string* text : {&time, &resource, &role, &group, &extra}) text->clear();
  }
};

enum class In : uint8_t { log, trace, event, attribute, values, ignored };

struct Frame {
  In in = In::ignored;
  Value* value = nullptr;        // attribute: where its children go; null while it has a place of its own
  std::string* own = nullptr;    // that place
  const char* own_key = nullptr;
  size_t depth = 1;              // nesting of the value in `data`
};

class XesHandler final : public XmlHandler {
 public:
  XesHandler(XmlReader& reader, Intake& intake)
      : reader_(reader), intake_(intake), mapping_(intake.mapping) {
    frames_.push_back({In::log});
    type_key_ = mapping_.type.column.empty() ? "concept:name" : mapping_.type.column;
    time_key_ = mapping_.at_column.empty() ? "time:timestamp" : mapping_.at_column;
    group_key_ = mapping_.agency.column.empty() ? "org:group" : mapping_.agency.column;
    case_key_ = mapping_.case_id.column.empty() ? "concept:name" : mapping_.case_id.column;
    own_resource_ = mapping_.by.empty();
  }

  void start(const char* name, const char** attributes) override {
    const Frame top = frames_.back();
    switch (top.in) {
      case In::log: return start_in_log(name, attributes);
      case In::trace:
        if (std::strcmp(name, "event") == 0) return begin_event();
        return attribute(name, attributes, trace_data_, In::trace);
      case In::event: return attribute(name, attributes, draft().act.data, In::event);
      case In::attribute: return child(name, attributes);
      case In::values:
      case In::ignored: break;
    }
    if (top.in == In::values) return child(name, attributes);
    frames_.push_back({In::ignored});
  }

  void end() override {
    const In in = frames_.back().in;
    frames_.pop_back();
    if (in == In::event) end_event();
    if (in == In::trace) {
      end_trace();
      in_log_ = true;
    }
  }

  void finish() override {
    intake_.odd("duplicate_attributes", duplicates_);
    intake_.odd("unknown_agency", unknown_agency_);
    intake_.report.cases = intake_.cases.size();
  }

 private:
  Draft& draft() { return drafts_[used_ - 1]; }

  void start_in_log(const char* name, const char** attributes) {
    if (std::strcmp(name, "trace") == 0) return begin_trace();
    if (std::strcmp(name, "event") == 0) {
      loose_ = true;
      used_ = 0;
      return begin_event();
    }
    if (std::strcmp(name, "classifier") == 0) {
      classifier(attributes);
    } else if (type_of(name) != Type::none) {
      if (intake_.report.log_attributes.size() < kMaxLogAttributes) {
        // Pointers into the list live only while one attribute is open, and then it does not grow.
        return attribute(name, attributes, intake_.report.log_attributes, In::log);
      }
      intake_.odd("log_attributes_left_out");
    } else if (std::strcmp(name, "extension") != 0 && std::strcmp(name, "global") != 0) {
      intake_.odd("unknown_elements");
    }
    frames_.push_back({In::ignored});
  }

  // keys='a b' or keys="'with space' b".
  void classifier(const char** attributes) {
    const char* keys = xml_attribute(attributes, "keys");
    const char* name = xml_attribute(attributes, "name");
    const char* scope = xml_attribute(attributes, "scope");
    if (keys == nullptr || intake_.report.classifiers.size() >= 100) return;
    ImportReport::Classifier out{name != nullptr ? name : "", scope != nullptr ? scope : "", {}};
    std::string_view rest = keys;
    while (!rest.empty() && out.keys.size() < 100) {
      if (rest[0] == ' ') {
        rest.remove_prefix(1);
        continue;
      }
      const bool quoted = rest[0] == '\'';
      if (quoted) rest.remove_prefix(1);
      const size_t end = std::min(rest.find(quoted ? '\'' : ' '), rest.size());
      out.keys.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    intake_.report.classifiers.push_back(std::move(out));
  }

  void begin_trace() {
    frames_.push_back({In::trace});
    ++intake_.report.traces;
    in_log_ = loose_ = false;
    used_ = 0;
    case_name_.clear();
    trace_group_.clear();
    trace_data_.clear();
    trace_fields_ = 0;
    in_trace_ = 0;
    flushed_ = false;
    unsorted_ = false;
    last_at_.reset();
    trace_byte_ = reader_.byte();
  }

  void begin_event() {
    frames_.push_back({In::event});
    if (used_ == drafts_.size()) drafts_.emplace_back();
    ++used_;
    draft().reset();
    draft().byte = reader_.byte();
    in_event_ = true;
    event_fields_ = 0;
    draft().number = ++in_trace_;
    ++intake_.report.read;
  }

  // An attribute of a trace, an event or the log.
  void attribute(const char* name, const char** attributes, Members& into, In in) {
    const Type type = type_of(name);
    if (type == Type::none) {
      intake_.odd("unknown_elements");
      frames_.push_back({In::ignored});
      return;
    }
    const char* key = nullptr;
    const char* value = nullptr;
    read_pair(attributes, &key, &value);
    if (!count_field()) return;
    if (type != Type::list && type != Type::container) {
      std::string* own = in == In::event ? event_place(key) : in == In::trace ? trace_place(key) : nullptr;
      if (own != nullptr && own->empty()) {
        own->assign(value);
        frames_.push_back({In::attribute, nullptr, own, key_kept(key)});
        own_into_ = &into;
        return;
      }
    }
    into.emplace_back(std::string(), Value());
    into.back().first.assign(key);
    set_value(into.back().second, type, value);
    frames_.push_back({In::attribute, &into.back().second});
  }

  // The few keys that have a place of their own outlive the element.
  const char* key_kept(const char* key) {
    own_key_.assign(key);
    return own_key_.c_str();
  }

  void read_pair(const char** attributes, const char** key, const char** value) {
    for (; attributes[0] != nullptr; attributes += 2) {
      if (std::strcmp(attributes[0], "key") == 0)
        *key = attributes[1];
      else if (std::strcmp(attributes[0], "value") == 0)
        *value = attributes[1];
    }
    if (*key == nullptr) {
      intake_.odd("attributes_without_key");
      *key = "";
    }
    if (*value == nullptr) *value = "";
  }

  bool count_field() {
    uint64_t& fields = in_event_ ? event_fields_ : in_log_ ? log_fields_ : trace_fields_;
    if (++fields <= intake_.options.max_fields) return true;
    if (in_log_) {
      intake_.odd("log_attributes_left_out");
      frames_.push_back({In::ignored});
      return false;
    }
    reader_.stop({ErrorKind::bad_input, "xes-too-many-attributes",
                  fmt::format("an event or trace has more than {} attributes", intake_.options.max_fields), "",
                  "no log needs that: the file is damaged or made to do harm"});
    frames_.push_back({In::ignored});
    return false;
  }

  std::string* event_place(const char* key) {
    Draft& event = draft();
    if (type_key_ == key) return &event.act.type;
    if (time_key_ == key) return &event.time;
    if (group_key_ == key) return &event.group;
    if (own_resource_ && std::strcmp(key, "org:resource") == 0) return &event.resource;
    if (own_resource_ && std::strcmp(key, "org:role") == 0) return &event.role;
    if (std::strcmp(key, "heng:act") == 0) return &event.extra;
    return nullptr;
  }

  std::string* trace_place(const char* key) { return case_key_ == key ? &case_name_ : nullptr; }

  // An attribute inside an attribute.
  void child(const char* name, const char** attributes) {
    const Frame top = frames_.back();
    if (top.value != nullptr && top.value->kind == Value::Kind::list && std::strcmp(name, "values") == 0) {
      Frame frame{In::values, top.value};
      frame.depth = top.depth;
      frames_.push_back(frame);
      return;
    }
    const Type type = type_of(name);
    if (type == Type::none) {
      intake_.odd("unknown_elements");
      frames_.push_back({In::ignored});
      return;
    }
    if (!count_field()) return;
    const char* key = nullptr;
    const char* value = nullptr;
    read_pair(attributes, &key, &value);
    Value& parent = *open_parent();
    const size_t depth = top.depth + (parent.kind == Value::Kind::list ? 2 : 1);
    if (depth >= ActLimits().max_depth) {
      reader_.stop({ErrorKind::bad_input, "xes-too-deep", fmt::format("attributes are nested deeper than {}", depth), "",
                    "no log needs that: the file is damaged or made to do harm"});
      frames_.push_back({In::ignored});
      return;
    }
    Value* target = nullptr;
    if (parent.kind == Value::Kind::list) {
      parent.items.emplace_back();
      target = &parent.items.back();
      if (kListItem != key) {
        target->kind = Value::Kind::object;
        target->members.emplace_back(std::string(), Value());
        target->members.back().first.assign(key);
        target = &target->members.back().second;
      }
    } else {
      std::string unique = key;
      for (size_t n = 2; has_key(parent.members, unique); ++n) unique = fmt::format("{}#{}", key, n);
      if (unique != key) ++duplicates_;
      parent.members.emplace_back(std::string(), Value());
      parent.members.back().first = std::move(unique);
      target = &parent.members.back().second;
    }
    set_value(*target, type, value);
    Frame frame{In::attribute, target};
    frame.depth = depth;
    frames_.push_back(frame);
  }

  static bool has_key(const Members& members, std::string_view key) {
    for (const auto& member : members) {
      if (member.first == key) return true;
    }
    return false;
  }

  // The open attribute as something that can hold children.
  Value* open_parent() {
    Frame& top = frames_.back();
    if (top.value == nullptr) {  // concept:name and the like: their children go to `data` beside the value
      own_into_->emplace_back(std::string(), Value());
      own_into_->back().first = top.own_key;
      top.value = &own_into_->back().second;
      top.value->kind = Value::Kind::text;
      top.value->text = *top.own;
    }
    if (top.value->kind != Value::Kind::list && top.value->kind != Value::Kind::object) {
      Value own = std::move(*top.value);
      *top.value = Value{};
      top.value->kind = Value::Kind::object;
      top.value->members.emplace_back(kOwnValue, std::move(own));
    }
    return top.value;
  }

  void set_value(Value& out, Type type, const char* text) {
    switch (type) {
      case Type::integer:
      case Type::decimal:
        if (const auto decimal = Decimal::parse(text)) {
          out.kind = Value::Kind::number;
          out.number = *decimal;
          return;
        }
        out = number_value(text);
        if (out.kind != Value::Kind::number) intake_.odd("mistyped_values");
        return;
      case Type::boolean:
        out.kind = Value::Kind::boolean;
        out.boolean = strcasecmp(text, "true") == 0 || std::strcmp(text, "1") == 0;
        if (out.boolean || strcasecmp(text, "false") == 0 || std::strcmp(text, "0") == 0) return;
        intake_.odd("mistyped_values");
        break;
      case Type::list: out.kind = Value::Kind::list; return;
      case Type::container: out.kind = Value::Kind::object; return;
      default: break;
    }
    out.kind = Value::Kind::text;
    out.text = text;
  }

  void end_event() {
    in_event_ = false;
    if (reader_.stopped()) return;
    Draft& event = draft();
    Result<void> done = complete(event);
    if (!done.ok()) {
      const bool listed = intake_.report.room_for(done.error().code);
      intake_.refuse(listed ? reader_.where() : std::string(), done.error());
      --used_;
      return;
    }
    if (loose_) {
      intake_.odd("loose_events");
      ++loose_count_;
      if (event.act.id.empty()) event.act.id = fmt::format("loose-{}", loose_count_);
      send(event);
      used_ = 0;
      return;
    }
    if (last_at_ && event.act.at.instant < *last_at_ && !unsorted_) {
      unsorted_ = true;
      intake_.odd("unsorted_traces");
      note("xes-unsorted",
                   fmt::format("an event of {} stands after a later one", case_words()),
                   "nothing was re-sorted: acts are ordered by their time, and by place in the file where it is equal");
    }
    last_at_ = event.act.at.instant;
    if (reader_.byte() - trace_byte_ > kFlushBytes) flush_part();
  }

  // The place is only worked out for problems that will be listed.
  void note(std::string_view code, std::string what, std::string help) {
    const bool listed = intake_.report.room_for(code);
    intake_.note(listed ? reader_.where() : std::string(), code, std::move(what), std::move(help));
  }

  std::string case_words() const {
    return case_name_.empty() ? std::string("a trace") : fmt::format("case `{}`", printable(case_name_.substr(0, 100)));
  }

  // What the event itself says; the case comes at the end of the trace.
  Result<void> complete(Draft& event) {
    Act& act = event.act;
    const uint64_t renamed = make_keys_unique(act.data);
    duplicates_ += renamed;
    if (event.time.empty())
      return Error{ErrorKind::bad_input, "xes-no-time", fmt::format("the event has no `{}`", time_key_), "",
                   "an act needs the time it was done: add it to the log"};
    HENG_TRY(act.at, read_time(event.time));
    if (act.type.empty()) {
      intake_.odd("unnamed_events");
      note("xes-unnamed-event", fmt::format("the event has no `{}`", type_key_),
                   "it was kept under the type `unnamed`");
      act.type = "unnamed";
    }
    if (!event.resource.empty()) {
      act.by.push_back({event.resource, event.role});
    } else if (!event.role.empty()) {
      Value role;
      role.kind = Value::Kind::text;
      role.text = event.role;
      act.data.emplace_back("org:role", std::move(role));
    }
    act.agency = event.group;
    if (!event.extra.empty()) {
      HENG_TRY(const uint64_t twice, intake_.merge_extra(event.extra, act));
      duplicates_ += twice;
    }
    intake_.apply_mapping(act);
    return {};
  }

  Result<OffsetTime> read_time(const std::string& text) {
    if (mapping_.at_format.empty()) return intake_.time(text);
    HENG_TRY(const ForeignTime foreign, parse_foreign_time(text, mapping_.at_format));
    return intake_.time(foreign, text);
  }

  // All but the newest event of a long trace, if its name is known by now.
  void flush_part() {
    if (reader_.byte() - trace_byte_ > intake_.options.max_trace_bytes && case_name_.empty())
      return reader_.stop({ErrorKind::bad_input, "xes-trace-too-long",
                           fmt::format("a trace is longer than {} bytes and its name does not stand before its events",
                                       intake_.options.max_trace_bytes),
                           "", "write the trace's `concept:name` before its events"});
    if (case_name_.empty() || used_ < 2) return;
    open_case();
    for (size_t i = 0; i + 1 < used_; ++i) send_in_case(drafts_[i]);
    std::swap(drafts_[0], drafts_[used_ - 1]);
    used_ = 1;
  }

  // Gives the first act the trace's attributes, and counts the case.
  void open_case() {
    if (!flushed_) {
      bool fresh = false;
      if (const auto named = mapping_.case_id.values.find(case_name_); named != mapping_.case_id.values.end())
        case_name_ = named->second;
      base_ = intake_.cases.of(case_name_, &fresh);
      if (!fresh) {
        intake_.odd("duplicate_cases");
        note("xes-duplicate-case",
                     fmt::format("another trace had the name `{}` before", printable(case_name_.substr(0, 100))),
                     "both were kept as one case, their events numbered on");
      }
    }
    for (const auto& [key, value] : trace_data_) {
      if (key == "org:group" && value.kind == Value::Kind::text) trace_group_ = value.text;
    }
    if (!trace_data_.empty()) {
      if (flushed_) intake_.odd("late_case_attributes", trace_data_.size());
      Act& act = drafts_[flushed_ ? used_ - 1 : 0].act;
      for (auto& [key, value] : trace_data_) {
        act.data.emplace_back("case:" + key, std::move(value));
      }
      duplicates_ += make_keys_unique(act.data);
      trace_data_.clear();
    }
    flushed_ = true;
  }

  void end_trace() {
    if (reader_.stopped()) return;
    if (case_name_.empty()) {
      intake_.odd("unnamed_cases");
      case_name_ = fmt::format("unnamed-case-{}", intake_.report.traces);
      note("xes-unnamed-case", fmt::format("the trace has no `{}`", case_key_),
                   fmt::format("it was kept as `{}`", case_name_));
    }
    if (in_trace_ == 0) {
      intake_.odd("empty_traces");
      note("xes-empty-trace",
                   fmt::format("the trace `{}` has no events", printable(case_name_.substr(0, 100))),
                   "there is no act to keep of it");
      bool fresh = false;
      intake_.cases.of(case_name_, &fresh);
      if (!fresh) intake_.odd("duplicate_cases");
      return;
    }
    if (used_ == 0) {  // every event of it was refused
      intake_.cases.of(case_name_) += in_trace_;
      return;
    }
    open_case();
    for (size_t i = 0; i < used_; ++i) send_in_case(drafts_[i]);
    intake_.cases.of(case_name_) = base_ + in_trace_;
    used_ = 0;
  }

  void send_in_case(Draft& event) {
    event.act.case_id = case_name_;
    if (event.act.id.empty()) {
      event.act.id.assign(case_name_);
      event.act.id += '-';
      event.act.id += std::to_string(base_ + event.number);
    }
    send(event);
  }

  void send(Draft& event) {
    Act& act = event.act;
    if (act.agency.empty()) act.agency = trace_group_;
    if (act.agency.empty()) act.agency = intake_.default_agency;
    if (act.agency.empty()) {
      act.agency = "unknown";
      ++unknown_agency_;
    }
    if (act.data.size() > intake_.options.max_fields)
      return intake_.refuse(fmt::format("{} byte {}", intake_.name(), event.byte),
                            {ErrorKind::bad_input, "act-too-large",
                             fmt::format("the event and its trace have more than {} attributes", intake_.options.max_fields), "",
                             "split it"});
    if (const auto bad = intake_.check_ids(act); !bad.ok())
      return intake_.refuse(fmt::format("{} byte {}", intake_.name(), event.byte), bad.error());
    intake_.deliver(act);
  }

  XmlReader& reader_;
  Intake& intake_;
  const Mapping& mapping_;
  std::string type_key_;
  std::string time_key_;
  std::string group_key_;
  std::string case_key_;
  bool own_resource_ = true;
  std::vector<Frame> frames_;
  std::vector<Draft> drafts_;  // of the open trace; [used_, size) are kept for their memory
  size_t used_ = 0;
  std::string case_name_;
  std::string trace_group_;
  Members trace_data_;
  Members* own_into_ = nullptr;
  std::string own_key_;
  std::optional<Instant> last_at_;
  uint64_t trace_byte_ = 0;
  uint64_t log_fields_ = 0;
  uint64_t trace_fields_ = 0;
  uint64_t event_fields_ = 0;  // of the event
  uint64_t in_trace_ = 0;      // events met in this trace
  uint64_t base_ = 0;          // events of the case in earlier traces of its name
  uint64_t loose_count_ = 0;
  uint64_t duplicates_ = 0;
  uint64_t unknown_agency_ = 0;
  bool in_log_ = true;
  bool in_event_ = false;
  bool loose_ = false;
  bool flushed_ = false;
  bool unsorted_ = false;
};

}  // namespace

std::unique_ptr<XmlHandler> make_xes_handler(XmlReader& reader, Intake& intake) {
  return std::make_unique<XesHandler>(reader, intake);
}

}  // namespace heng
