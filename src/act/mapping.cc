#include "act/mapping.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>

#include "base/text.h"

namespace heng {
namespace {

using Json = nlohmann::json;
constexpr std::streamsize kMaxMapping = 1 << 20;

Error bad(std::string_view name, std::string what, std::string help = "see docs/format/mapping.md") {
  return Error{ErrorKind::bad_input, "mapping-invalid", std::move(what), std::string(name), std::move(help)};
}

Result<void> known_keys(const Json& object, std::string_view place, std::string_view name,
                        std::initializer_list<const char*> keys) {
  const std::vector<std::string> known(keys.begin(), keys.end());
  for (const auto& item : object.items()) {
    if (std::find(known.begin(), known.end(), item.key()) != known.end()) continue;
    const auto near = suggest(item.key(), known, 1);
    return bad(name, fmt::format("{} has no setting `{}`", place, printable(item.key())),
               near.empty() ? "see docs/format/mapping.md" : fmt::format("did you mean `{}`?", near[0]));
  }
  return {};
}

class Parser {
 public:
  explicit Parser(std::string_view name) : name_(name) {}

  Result<Mapping> run(const Json& root) {
    if (!root.is_object()) return bad(name_, "a mapping is a JSON object");
    HENG_TRY_VOID(known_keys(root, "a mapping", name_,
                             {"encoding", "delimiter", "quote", "zone", "type", "case", "agency", "id", "at",
                              "recorded", "by", "on", "fields", "ocel_case", "note"}));
    Mapping out;
    HENG_TRY_VOID(text(root, "encoding", out.encoding));
    HENG_TRY_VOID(text(root, "zone", out.zone));
    HENG_TRY_VOID(text(root, "ocel_case", out.ocel_case));
    HENG_TRY_VOID(text(root, "recorded", out.recorded_column));
    HENG_TRY_VOID(sign(root, "delimiter", out.delimiter));
    HENG_TRY_VOID(sign(root, "quote", out.quote));
    HENG_TRY_VOID(column(root, "type", out.type));
    HENG_TRY_VOID(column(root, "case", out.case_id));
    HENG_TRY_VOID(column(root, "agency", out.agency));
    HENG_TRY_VOID(column(root, "id", out.id));
    HENG_TRY_VOID(time(root, out));
    HENG_TRY_VOID(parties(root, "by", out.by));
    HENG_TRY_VOID(parties(root, "on", out.on));
    HENG_TRY_VOID(fields(root, out));
    return out;
  }

 private:
  Result<void> text(const Json& object, const char* key, std::string& out) {
    if (!object.contains(key)) return {};
    if (!object[key].is_string()) return bad(name_, fmt::format("`{}` is not text", key));
    out = object[key].get<std::string>();
    return {};
  }

  Result<void> sign(const Json& object, const char* key, char& out) {
    std::string got;
    HENG_TRY_VOID(text(object, key, got));
    if (got.empty()) return {};
    if (got.size() != 1 || got == "\n" || got == "\r") return bad(name_, fmt::format("`{}` is not one ASCII sign", key));
    out = got[0];
    return {};
  }

  Result<void> column(const Json& object, const char* key, Mapping::Text& out) {
    if (!object.contains(key)) return {};
    const Json& value = object[key];
    if (value.is_string()) {
      out.column = value.get<std::string>();
      return {};
    }
    if (!value.is_object()) return bad(name_, fmt::format("`{}` is neither a column's name nor an object", key));
    HENG_TRY_VOID(known_keys(value, fmt::format("`{}`", key), name_, {"column", "constant", "values"}));
    HENG_TRY_VOID(text(value, "column", out.column));
    HENG_TRY_VOID(text(value, "constant", out.constant));
    if (!value.contains("values")) return {};
    if (!value["values"].is_object()) return bad(name_, fmt::format("`values` of `{}` is not an object", key));
    for (const auto& item : value["values"].items()) {
      if (!item.value().is_string()) return bad(name_, fmt::format("`values` of `{}` holds something that is not text", key));
      out.values.emplace(item.key(), item.value().get<std::string>());
    }
    return {};
  }

  Result<void> time(const Json& object, Mapping& out) {
    if (!object.contains("at")) return {};
    const Json& value = object["at"];
    if (value.is_string()) {
      out.at_column = value.get<std::string>();
      return {};
    }
    if (!value.is_object()) return bad(name_, "`at` is neither a column's name nor an object");
    HENG_TRY_VOID(known_keys(value, "`at`", name_, {"column", "format"}));
    HENG_TRY_VOID(text(value, "column", out.at_column));
    return text(value, "format", out.at_format);
  }

  Result<void> parties(const Json& object, const char* key, std::vector<Mapping::PartyColumn>& out) {
    if (!object.contains(key)) return {};
    const Json& list = object[key];
    if (!list.is_array()) return bad(name_, fmt::format("`{}` is not a list", key));
    for (const Json& item : list) {
      Mapping::PartyColumn party;
      if (!item.is_object()) return bad(name_, fmt::format("`{}` holds something that is not an object", key));
      HENG_TRY_VOID(known_keys(item, fmt::format("`{}`", key), name_, {"column", "role", "role_column"}));
      HENG_TRY_VOID(text(item, "column", party.column));
      HENG_TRY_VOID(text(item, "role", party.role));
      HENG_TRY_VOID(text(item, "role_column", party.role_column));
      if (party.column.empty()) return bad(name_, fmt::format("somebody in `{}` has no `column`", key));
      out.push_back(std::move(party));
    }
    return {};
  }

  Result<void> fields(const Json& object, Mapping& out) {
    if (!object.contains("fields")) return {};
    const Json& list = object["fields"];
    if (!list.is_object()) return bad(name_, "`fields` is not an object");
    for (const auto& item : list.items()) {
      Mapping::Field field;
      if (item.value().is_string()) {
        field.name = item.value().get<std::string>();
      } else if (item.value().is_object()) {
        HENG_TRY_VOID(known_keys(item.value(), "a field", name_, {"name", "as", "empty"}));
        HENG_TRY_VOID(text(item.value(), "name", field.name));
        std::string as;
        std::string empty;
        HENG_TRY_VOID(text(item.value(), "as", as));
        HENG_TRY_VOID(text(item.value(), "empty", empty));
        if (!empty.empty() && empty != "blank" && empty != "unknown")
          return bad(name_, fmt::format("`empty` of `{}` is neither `blank` nor `unknown`", printable(item.key())));
        field.blank = empty == "blank";
        if (as == "text") field.as = Mapping::As::text;
        else if (as == "number") field.as = Mapping::As::number;
        else if (as == "boolean") field.as = Mapping::As::boolean;
        else if (as == "json") field.as = Mapping::As::json;
        else if (!as.empty())
          return bad(name_, fmt::format("`as` of `{}` is not text, number, boolean or json", printable(item.key())));
      } else {
        return bad(name_, fmt::format("`{}` in `fields` is neither text nor an object", printable(item.key())));
      }
      out.fields.emplace(item.key(), std::move(field));
    }
    return {};
  }

  std::string name_;
};

}  // namespace

Result<Mapping> Mapping::parse(std::string_view json, const std::string& name) {
  const Json root = Json::parse(json, nullptr, false, true);
  if (root.is_discarded()) return bad(name, "the mapping is not JSON", "check commas, quotes and brackets, for example with jq");
  return Parser(name).run(root);
}

Result<Mapping> Mapping::load(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return Error{ErrorKind::not_found, "mapping-open", fmt::format("cannot open the mapping `{}`", path), "",
                 "check the path"};
  std::string text(static_cast<size_t>(kMaxMapping) + 1, '\0');
  in.read(text.data(), kMaxMapping + 1);
  if (in.gcount() > kMaxMapping) return bad(path, "the mapping is larger than 1 MiB");
  text.resize(static_cast<size_t>(in.gcount()));
  return parse(text, path);
}

}  // namespace heng
