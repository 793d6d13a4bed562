// Everything that reads a stranger's file: JSON, leaves, dossiers, disclosures, receipts, proofs in a twin log, the
// whole verdict.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "record/disclosure.h"
#include "record/receipt.h"
#include "record/twin.h"
#include "record/verdict.h"

namespace {

using namespace heng::record;

// The fields of a value by way of its tree, as docs/format/leaf.md says it.
void collect(const Json& value, const std::string& path, std::vector<Field>& out) {
  const auto below = [&](std::string_view name) {
    std::string escaped = path.empty() ? "" : path + "/";
    for (const char c : name) escaped += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return escaped;
  };
  if (value.members.empty() && value.items.empty()) out.push_back({path, canonical(value)});
  for (const JsonMember& member : value.members) collect(member.second, below(member.first), out);
  for (size_t i = 0; i < value.items.size(); ++i) collect(value.items[i], below(std::to_string(i)), out);
}

std::vector<Field> fields_in_tree(const Json& object) {
  std::vector<Field> out;
  collect(object, "", out);
  return out;
}

// Keys that are empty can give two fields one path.
std::vector<Field> in_one_order(std::vector<Field> fields) {
  std::sort(fields.begin(), fields.end(),
            [](const Field& a, const Field& b) { return std::tie(a.path, a.value) < std::tie(b.path, b.value); });
  return fields;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace heng;
  using namespace heng::record;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  static const tlog::Policy policy = tlog::parse_policy("quorum none\n").value();
  switch (data[0] % 7) {
    case 0:
      if (const auto value = parse_json(text); value.ok()) {
        const std::string once = canonical(*value);
        HENG_ASSERT(canonical(parse_json(once).value()) == once);
        if (value->kind == Json::Kind::object) {
          const auto fields = fields_of(once);
          HENG_ASSERT(fields.ok() || once.size() > kMostPathBytes);
          if (fields.ok()) HENG_ASSERT(in_one_order(*fields) == in_one_order(fields_in_tree(*value)));
        }
      }
      (void)fields_of(text);
      break;
    case 1:
      if (const auto leaf = parse_leaf(text); leaf.ok()) HENG_ASSERT(leaf->bytes() == text);
      break;
    case 2:
      if (const auto dossier = parse_dossier(text); dossier.ok())
        HENG_ASSERT(parse_dossier(dossier_to_text(*dossier)).ok());
      break;
    case 3:
      if (const auto value = parse_json(text); value.ok())
        if (const auto disclosure = disclosure_from_json(*value); disclosure.ok())
          (void)root_from_disclosure(*disclosure);
      break;
    case 4:
      if (const auto receipt = parse_receipt(text); receipt.ok()) {
        const auto again = parse_receipt(receipt->note.bytes());
        HENG_ASSERT(again.ok() && again->origin == receipt->origin && again->entries == receipt->entries);
      }
      break;
    case 5: {
      static const std::string key = sm2_public_key(sm2_make_key().value()).value();
      HENG_ASSERT(!verify_twin_proof(text, key).ok());  // nobody here holds the other half of the key
      break;
    }
    default:
      (void)render_verdict(verify_file({text, text}, policy), Language::both);
      (void)compare_files(text, text, text, policy);
      break;
  }
  return 0;
}
