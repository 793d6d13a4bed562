// Reading and writing dossiers and redacted acts.
#include "record/disclosure.h"
#include "record/verdict.h"

namespace heng::record {
namespace {

constexpr size_t kMaxActs = 100'000;

Error malformed(std::string what) {
  return Error{ErrorKind::bad_input, "dossier-malformed", std::move(what), "", ""};
}

Json act_to_json(const DossierAct& act) {
  Json out = Json::object();
  out.add("index", Json::of(act.index));
  out.add("leaf", Json::of(act.leaf));
  Json path = Json::list();
  for (const tlog::Hash& hash : act.path) path.items.push_back(Json::of(to_base64(hash)));
  out.add("path", std::move(path));
  if (act.disclosure) out.add("disclosure", *act.disclosure);
  return out;
}

Result<std::vector<DossierAct>> read_acts(const Json* list) {
  std::vector<DossierAct> out;
  if (list == nullptr) return out;
  if (list->kind != Json::Kind::list || list->items.size() > kMaxActs)
    return malformed("a list of acts is malformed");
  for (const Json& item : list->items) {
    DossierAct act;
    const auto index = item.integer_of("index");
    const auto leaf = item.text_of("leaf");
    const Json* path = item.find("path");
    if (!index || !leaf || path == nullptr || path->items.size() > 63)
      return malformed("an act of the dossier is malformed");
    act.index = *index;
    act.leaf = *leaf;
    for (const Json& hash : path->items) {
      const auto typed = hash_from_base64(hash.text);
      if (!typed) return malformed("a hash of the dossier is malformed");
      act.path.push_back(*typed);
    }
    if (const Json* disclosure = item.find("disclosure")) act.disclosure = *disclosure;
    out.push_back(std::move(act));
  }
  return out;
}

}  // namespace

std::string dossier_to_text(const Dossier& dossier) {
  Json out = Json::object();
  out.add("t", Json::of("heng.dossier/1"));
  out.add("checkpoint", Json::of(dossier.checkpoint));
  const auto list_of = [](const std::vector<DossierAct>& acts) {
    Json list = Json::list();
    for (const DossierAct& act : acts) list.items.push_back(act_to_json(act));
    return list;
  };
  out.add("acts", list_of(dossier.acts));
  out.add("keys", list_of(dossier.keys));
  Json heads = Json::list();
  for (const std::string& head : dossier.heads) heads.items.push_back(Json::of(head));
  out.add("heads", std::move(heads));
  return canonical(out) + "\n";
}

Result<Dossier> parse_dossier(std::string_view bytes) {
  HENG_TRY(const Json object, parse_json(bytes));
  if (object.text_of("t") != "heng.dossier/1") return malformed("this is no heng.dossier/1 file");
  Dossier out;
  const auto checkpoint = object.text_of("checkpoint");
  if (!checkpoint) return malformed("the dossier has no checkpoint");
  out.checkpoint = *checkpoint;
  HENG_TRY(out.acts, read_acts(object.find("acts")));
  HENG_TRY(out.keys, read_acts(object.find("keys")));
  if (const Json* heads = object.find("heads")) {
    if (heads->items.size() > 1000) return malformed("the dossier has too many heads");
    for (const Json& head : heads->items) out.heads.push_back(head.text);
  }
  return out;
}

std::string redacted_to_text(const tlog::ProofFile& proof, const Json& disclosure) {
  Json out = Json::object();
  out.add("t", Json::of("heng.redacted/1"));
  out.add("proof", Json::of(proof.bytes()));
  out.add("disclosure", disclosure);
  return canonical(out) + "\n";
}

}  // namespace heng::record
