#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "act/json.h"
#include "act/json_value.h"
#include "act/parts.h"
#include "base/text.h"

namespace heng {
namespace {

using act_parts::bad;
namespace od = simdjson::ondemand;

enum Field : unsigned { id, type, at, recorded, case_, agency, by, on, data, docs, corrects, annuls, field_count };
constexpr std::array<std::string_view, field_count> kNames = {
    "id", "type", "at", "recorded", "case", "agency", "by", "on", "data", "docs", "corrects", "annuls"};

Field field_of(std::string_view name) {
  const auto is = [name](Field field) { return kNames[field] == name ? field : field_count; };
  switch (name.size()) {
    case 2: return name[0] == 'i' ? is(id) : name[0] == 'a' ? is(at) : name[0] == 'b' ? is(by) : is(on);
    case 4: return name[0] == 't' ? is(type) : name[0] == 'c' ? is(case_) : name[1] == 'a' ? is(data) : is(docs);
    case 6: return name[1] == 'g' ? is(agency) : is(annuls);
    case 8: return name[0] == 'r' ? is(recorded) : is(corrects);
    default: return field_count;
  }
}

Error syntax(simdjson::error_code code) {
  if (code == simdjson::INCORRECT_TYPE) return bad("act-field-type", "a value has the wrong type", "see docs/format/act.md for the type of each field");
  if (code == simdjson::UTF8_ERROR)
    return bad("json-syntax", "the line is not valid UTF-8", "save the file as UTF-8");
  if (code == simdjson::INCOMPLETE_ARRAY_OR_OBJECT || code == simdjson::UNCLOSED_STRING)
    return bad("json-syntax", "the line is cut off: a string, list or object does not end",
               "write one whole JSON object on each line");
  if (code == simdjson::EMPTY) return bad("json-syntax", "the line is empty", "remove it");
  return bad("json-syntax", "the line is not JSON", "write one JSON object on each line, for example with jq -c");
}

Error wrong_type(std::string_view name, std::string_view wanted) {
  return bad("act-field-type", fmt::format("`{}` is not {}", printable(name.substr(0, 100)), wanted),
             fmt::format("write `{}` as {}", printable(name.substr(0, 100)), wanted));
}

Error duplicate(std::string_view key) {
  return bad("json-duplicate-key",
             fmt::format("the key `{}` stands twice in one object", printable(key.substr(0, 100))),
             "keep one of them");
}

Error unknown(std::string_view key, std::span<const std::string_view> known, std::string_view place) {
  std::vector<std::string> candidates(known.begin(), known.end());
  std::string list;
  for (const std::string& name : candidates) list += (list.empty() ? "`" : ", `") + name + "`";
  const std::string shown = printable(key.substr(0, 100));
  const auto near = suggest(shown, candidates, 1);
  return bad("act-unknown-field", fmt::format("{} has no field `{}`", place, shown),
             near.empty() ? fmt::format("the fields are {}; what belongs to the act type goes into `data`", list)
                          : fmt::format("did you mean `{}`?", near[0]));
}

#define HENG_JSON(expression)                                       \
  do {                                                              \
    if (const simdjson::error_code code_ = (expression)) return syntax(code_); \
  } while (false)

std::string_view trimmed(std::string_view token) {
  while (!token.empty() && (token.back() == ' ' || token.back() == '\n' || token.back() == '\r' || token.back() == '\t'))
    token.remove_suffix(1);
  return token;
}

// The number grammar of RFC 8259, 6; "35", "-1.5e3". Plain integers and decimals of at most 18 digits are read here,
// the rest by number_value.
bool read_number(std::string_view token, Value& value) {
  size_t pos = 0;
  const bool negative = !token.empty() && token[0] == '-';
  if (negative) ++pos;
  const size_t first = pos;
  int64_t mantissa = 0;
  int32_t scale = 0;
  while (pos < token.size() && token[pos] >= '0' && token[pos] <= '9') {
    if (pos - first < 18) mantissa = mantissa * 10 + (token[pos] - '0');
    ++pos;
  }
  if (pos == first || (token[first] == '0' && pos > first + 1)) return false;
  if (pos < token.size() && token[pos] == '.' && pos - first < 18) {
    const size_t point = ++pos;
    while (pos < token.size() && token[pos] >= '0' && token[pos] <= '9') {
      if (pos - first <= 18) mantissa = mantissa * 10 + (token[pos] - '0');
      ++pos;
    }
    if (pos == point) return false;
    scale = static_cast<int32_t>(pos - point);
  }
  if (pos == token.size() && pos - first <= 18) {
    while (scale > 0 && mantissa % 10 == 0) {
      mantissa /= 10;
      --scale;
    }
    value.kind = Value::Kind::number;
    value.number = Decimal{negative ? -mantissa : mantissa, scale};
    value.text.clear();
    return true;
  }
  if (token[first] < '0' || token[first] > '9' || token.back() < '0' || token.back() > '9') return false;
  value = number_value(token);
  if (value.kind != Value::Kind::number) return false;
  // Decimal::parse is laxer than JSON ("1.e5"): a point must have digits on both sides.
  const size_t dot = token.find('.');
  return dot == std::string_view::npos || (dot + 1 < token.size() && token[dot + 1] >= '0' && token[dot + 1] <= '9');
}

// True if the newest key is among those before it.
template <typename Members>
bool repeats_last(const Members& members, size_t count) {
  const std::string& key = members[count - 1].first;
  for (size_t i = 0; i + 1 < count; ++i) {
    if (members[i].first == key) return true;
  }
  return false;
}

template <typename Members>
const std::string* repeated_key(const Members& members) {
  std::vector<const std::string*> keys;
  keys.reserve(members.size());
  for (const auto& member : members) keys.push_back(&member.first);
  std::sort(keys.begin(), keys.end(), [](const auto* a, const auto* b) { return *a < *b; });
  for (size_t i = 1; i < keys.size(); ++i) {
    if (*keys[i] == *keys[i - 1]) return keys[i];
  }
  return nullptr;
}

struct Reading {
  const ActLimits& limits;

  Result<void> text(od::value value, std::string_view name, std::string& out) const {
    std::string_view got;
    const simdjson::error_code code = value.get_string().get(got);
    if (code == simdjson::INCORRECT_TYPE) return wrong_type(name, "text in quotes");
    if (code) return syntax(code);
    out.assign(got);
    return {};
  }

  Result<void> id_text(od::value value, std::string_view name, std::string& out) const {
    HENG_TRY_VOID(text(value, name, out));
    return act_parts::check_id(name, out, limits);
  }

  Result<OffsetTime> time(od::value value, std::string_view name) const {
    std::string_view got;
    const simdjson::error_code code = value.get_string().get(got);
    if (code == simdjson::INCORRECT_TYPE) return wrong_type(name, "a time in quotes, 2025-03-03T09:00:00+08:00");
    if (code) return syntax(code);
    auto parsed = parse_rfc3339(got.substr(0, 200));
    if (!parsed.ok()) {
      Error error = parsed.error();
      error.code = "act-time";
      error.what = fmt::format("`{}`: {}", name, printable(error.what));
      return error;
    }
    return *parsed;
  }

  template <typename Members>
  Result<void> members(od::object object, Members& out, size_t depth) const {
    size_t count = 0;
    for (auto field : object) {
      if (count >= limits.max_fields)
        return bad("act-too-large", fmt::format("an object has more than {} members", limits.max_fields), "split it");
      std::string_view key;
      HENG_JSON(field.unescaped_key().get(key));
      if (count == out.size()) out.emplace_back(std::string(), Value());
      out[count].first.assign(key);
      ++count;
      if (count <= 32 && repeats_last(out, count)) return duplicate(key);
      od::value inner;
      HENG_JSON(field.value().get(inner));
      HENG_TRY_VOID(value(inner, out[count - 1].second, depth + 1));
    }
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(count), out.end());
    if (count > 32) {
      if (const std::string* twice = repeated_key(out)) return duplicate(*twice);
    }
    return {};
  }

  Result<void> value(od::value in, Value& out, size_t depth) const {
    if (depth > limits.max_depth)
      return bad("act-too-deep", fmt::format("`data` is nested deeper than {}", limits.max_depth), "flatten it");
    od::json_type kind;
    HENG_JSON(in.type().get(kind));
    if (kind != od::json_type::object) out.members.clear();
    if (kind != od::json_type::array) out.items.clear();
    out.boolean = false;
    out.exact = true;
    out.number = Decimal{};
    switch (kind) {
      case od::json_type::object: {
        out.kind = Value::Kind::object;
        out.text.clear();
        od::object object;
        HENG_JSON(in.get_object().get(object));
        return members(object, out.members, depth);
      }
      case od::json_type::array: {
        out.kind = Value::Kind::list;
        out.text.clear();
        out.items.clear();
        od::array array;
        HENG_JSON(in.get_array().get(array));
        for (auto item : array) {
          if (out.items.size() >= limits.max_fields)
            return bad("act-too-large", fmt::format("a list has more than {} items", limits.max_fields), "split it");
          od::value inner;
          HENG_JSON(item.get(inner));
          out.items.emplace_back();
          HENG_TRY_VOID(value(inner, out.items.back(), depth + 1));
        }
        return {};
      }
      case od::json_type::string: {
        out.kind = Value::Kind::text;
        std::string_view got;
        HENG_JSON(in.get_string().get(got));
        out.text.assign(got);
        return {};
      }
      case od::json_type::number:
        if (!read_number(trimmed(in.raw_json_token()), out)) return syntax(simdjson::NUMBER_ERROR);
        return {};
      case od::json_type::boolean:
        out.kind = Value::Kind::boolean;
        out.text.clear();
        HENG_JSON(in.get_bool().get(out.boolean));
        return {};
      case od::json_type::null:
        if (trimmed(in.raw_json_token()) != "null") return syntax(simdjson::N_ATOM_ERROR);
        out.kind = Value::Kind::null;
        out.text.clear();
        return {};
    }
    return syntax(simdjson::TAPE_ERROR);
  }

  // Calls `each(key, value)` for the members of every object in the list.
  template <typename Begin, typename Each>
  Result<void> objects(od::value in, std::string_view name, const Begin& begin, const Each& each) const {
    od::array array;
    if (in.get_array().get(array)) return wrong_type(name, "a list of objects, [{\"id\":\"…\"}]");
    size_t count = 0;
    for (auto item : array) {
      if (++count > limits.max_fields)
        return bad("act-too-large", fmt::format("`{}` has more than {} items", name, limits.max_fields), "split it");
      od::value element;
      HENG_JSON(item.get(element));
      od::object object;
      if (element.get_object().get(object)) return wrong_type(name, "a list of objects, [{\"id\":\"…\"}]");
      begin();
      for (auto field : object) {
        std::string_view key;
        HENG_JSON(field.unescaped_key().get(key));
        od::value inner;
        HENG_JSON(field.value().get(inner));
        HENG_TRY_VOID(each(key, inner));
      }
    }
    return {};
  }

  Result<void> parties(od::value in, std::string_view name, std::vector<Party>& out) const {
    static constexpr std::string_view kKeys[] = {"id", "role"};
    size_t count = 0;
    const auto done = objects(
        in, name,
        [&] {
          if (count == out.size()) out.emplace_back();
          out[count].id.clear();
          out[count].role.clear();
          ++count;
        },
        [&](std::string_view key, od::value inner) -> Result<void> {
          Party& party = out[count - 1];
          std::string* target = key == "id" ? &party.id : key == "role" ? &party.role : nullptr;
          if (target == nullptr) return unknown(key, kKeys, fmt::format("`{}`", name));
          if (!target->empty()) return duplicate(key);
          return id_text(inner, key, *target);
        });
    HENG_TRY_VOID(done);
    out.resize(count);
    for (const Party& party : out) {
      if (party.id.empty())
        return bad("act-missing-field", fmt::format("somebody in `{}` has no `id`", name), "give everybody an `id`");
    }
    return {};
  }

  Result<void> documents(od::value in, std::vector<Document>& out) const {
    static constexpr std::string_view kKeys[] = {"id", "kind", "sha256", "title"};
    unsigned seen = 0;
    out.clear();
    const auto done = objects(
        in, "docs",
        [&] {
          out.emplace_back();
          seen = 0;
        },
        [&](std::string_view key, od::value inner) -> Result<void> {
          Document& doc = out.back();
          std::string* const targets[] = {&doc.id, &doc.kind, &doc.sha256, &doc.title};
          const auto* found = std::find(std::begin(kKeys), std::end(kKeys), key);
          if (found == std::end(kKeys)) return unknown(key, kKeys, "`docs`");
          const auto which = static_cast<unsigned>(found - std::begin(kKeys));
          if ((seen & (1U << which)) != 0) return duplicate(key);
          seen |= 1U << which;
          if (which == 0) return id_text(inner, *found, *targets[which]);
          HENG_TRY_VOID(text(inner, *found, *targets[which]));
          if (which == 2 && !act_parts::lower_sha256(doc.sha256)) return act_parts::bad_sha256(doc.sha256);
          return {};
        });
    HENG_TRY_VOID(done);
    for (const Document& doc : out) {
      if (doc.id.empty())
        return bad("act-missing-field", "a document in `docs` has no `id`", "give every document an `id`");
    }
    return {};
  }

  Result<void> field(Field which, od::value in, Act& act) const {
    switch (which) {
      case id: return id_text(in, "id", act.id);
      case type: return id_text(in, "type", act.type);
      case case_: return id_text(in, "case", act.case_id);
      case agency: return id_text(in, "agency", act.agency);
      case corrects: return id_text(in, "corrects", act.corrects);
      case annuls: return id_text(in, "annuls", act.annuls);
      case at: {
        HENG_TRY(act.at, time(in, "at"));
        return {};
      }
      case recorded: {
        HENG_TRY(act.recorded, time(in, "recorded"));
        return {};
      }
      case by: return parties(in, "by", act.by);
      case on: return parties(in, "on", act.on);
      case docs: return documents(in, act.docs);
      case data: {
        od::object object;
        if (in.get_object().get(object)) return wrong_type("data", "an object, {\"field\": value}");
        return members(object, act.data, 0);
      }
      case field_count: break;
    }
    return {};
  }

  Result<void> act(od::document& document, Act& out) const {
    od::object object;
    const simdjson::error_code not_object = document.get_object().get(object);
    if (not_object == simdjson::INCORRECT_TYPE)
      return bad("json-syntax", "the line is not a JSON object", "an act is written {\"id\":…,\"type\":…,\"at\":…}");
    if (not_object) return syntax(not_object);
    unsigned seen = 0;
    for (auto member : object) {
      std::string_view key;
      HENG_JSON(member.unescaped_key().get(key));
      const Field which = field_of(key);
      if (which == field_count) return unknown(key, kNames, "an act");
      if ((seen & (1U << which)) != 0) return duplicate(key);
      seen |= 1U << which;
      od::value inner;
      HENG_JSON(member.value().get(inner));
      HENG_TRY_VOID(field(which, inner, out));
    }
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
      return bad("json-syntax", "something follows the object", "write one JSON object on each line");
    static constexpr std::pair<Field, std::string_view> kRequired[] = {
        {id, "give every act an id of its own"},
        {type, "name the act type of the vocabulary"},
        {at, "state when it was done, as 2025-03-03T09:00:00+08:00"},
        {agency, "state which agency did it"}};
    for (const auto& [name, help] : kRequired) {
      if ((seen & (1U << name)) == 0)
        return bad("act-missing-field", fmt::format("`{}` is missing", kNames[name]), std::string(help));
    }
    if ((seen & (1U << case_)) == 0) out.case_id.clear();
    if ((seen & (1U << recorded)) == 0) out.recorded.reset();
    if ((seen & (1U << by)) == 0) out.by.clear();
    if ((seen & (1U << on)) == 0) out.on.clear();
    if ((seen & (1U << data)) == 0) out.data.clear();
    if ((seen & (1U << docs)) == 0) out.docs.clear();
    if ((seen & (1U << corrects)) == 0) out.corrects.clear();
    if ((seen & (1U << annuls)) == 0) out.annuls.clear();
    return {};
  }
};

}  // namespace

struct ActReader::Impl {
  ActLimits limits;
  od::parser parser;
  std::string copy;
};

static_assert(ActReader::kPadding >= simdjson::SIMDJSON_PADDING);

ActReader::ActReader(ActLimits limits) : impl_(std::make_unique<Impl>()) { impl_->limits = limits; }
ActReader::~ActReader() = default;
ActReader::ActReader(ActReader&&) noexcept = default;
ActReader& ActReader::operator=(ActReader&&) noexcept = default;

Result<void> ActReader::read_padded(std::string_view line, Act& act) {
  od::document document;
  HENG_JSON(impl_->parser.iterate(line.data(), line.size(), line.size() + kPadding).get(document));
  return Reading{impl_->limits}.act(document, act);
}

Result<void> ActReader::read(std::string_view line, Act& act) {
  impl_->copy.assign(line);
  impl_->copy.append(kPadding, ' ');
  return read_padded(std::string_view(impl_->copy.data(), line.size()), act);
}

Result<Value> ActReader::read_value(std::string_view json) {
  // Wrapped in a list, so that scalars are read like all other values.
  impl_->copy.assign("[").append(json).append("]");
  const size_t size = impl_->copy.size();
  impl_->copy.append(kPadding, ' ');
  od::document document;
  HENG_JSON(impl_->parser.iterate(impl_->copy.data(), size, size + kPadding).get(document));
  od::array array;
  HENG_JSON(document.get_array().get(array));
  Value out;
  size_t count = 0;
  for (auto item : array) {
    od::value inner;
    HENG_JSON(item.get(inner));
    HENG_TRY_VOID(Reading{impl_->limits}.value(inner, out, 1));
    ++count;
  }
  if (count != 1 || document.current_location().error() != simdjson::OUT_OF_BOUNDS)
    return bad("json-syntax", "this is not one JSON value", "");
  return out;
}

Result<Value> value_from(od::value value, const ActLimits& limits) {
  Value out;
  HENG_TRY_VOID(Reading{limits}.value(value, out, 0));
  return out;
}

Error json_error(simdjson::error_code code) { return syntax(code); }

Result<Act> act_from_json(std::string_view line) {
  Act act;
  HENG_TRY_VOID(ActReader().read(line, act));
  return act;
}

}  // namespace heng
