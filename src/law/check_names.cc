// Names looked up and reported.
#include <algorithm>

#include "law/check_context.h"

namespace heng::law {
namespace {

struct SpaceWords {
  Kind unknown;
  const char* what;
};

SpaceWords words_of(Space space) {
  switch (space) {
    case Space::act:
      return {Kind::unknown_act, "act"};
    case Space::rule:
      return {Kind::unknown_rule, "rule"};
    case Space::subject:
      return {Kind::unknown_subject, "subject"};
    case Space::role:
      return {Kind::unknown_role, "role"};
    case Space::agency:
      return {Kind::unknown_agency, "agency"};
    case Space::office:
      return {Kind::unknown_agency, "office"};
    case Space::named:
      return {Kind::unknown_state, "state or fact"};
    case Space::unit:
      return {Kind::unknown_unit, "unit"};
    case Space::source:
      return {Kind::unknown_source, "source"};
    case Space::field:
      return {Kind::unknown_field, "field"};
  }
  return {Kind::unknown_act, "act"};
}

}  // namespace

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

const Symbol* CheckContext::look_up(uint32_t pack, Space space, const Name& name) {
  if (!name) return nullptr;
  bool elsewhere = false;
  const Symbol* symbol = symbols_.find(pack, space, name.text, &elsewhere);
  const SpaceWords words = words_of(space);
  if (symbol == nullptr) {
    Diagnostic& said = out_.add(words.unknown, name.span,
                                "no " + std::string(words.what) + " is called " + quoted(name.text),
                                "not declared by this pack or the packs it uses");
    const std::string near = symbols_.nearest(pack, space, name.text);
    if (!near.empty()) said.help = "did you mean " + quoted(near) + "?";
    return nullptr;
  }
  if (elsewhere) {
    const std::string& owner = symbols_.pack_name(symbol->pack);
    Diagnostic& said = out_.add(Kind::not_visible, name.span,
                                quoted(name.text) + " belongs to the pack " + quoted(owner) + ", which " +
                                    quoted(symbols_.pack_name(pack)) + " does not use",
                                "known only because that pack is loaded too");
    said.secondary.push_back(Label{base_of(*symbol->decl).name.span, "declared here"});
    said.help = "write `uses " + owner + "`, or move the declaration to a pack that both use";
  }
  return symbol;
}

const ActInfo* CheckContext::act(uint32_t pack, const Name& name) {
  return look_up(pack, Space::act, name) == nullptr ? nullptr : symbols_.act(pack, name.text);
}

void CheckContext::roles(uint32_t pack, const std::vector<Name>& names) {
  for (const Name& name : names) look_up(pack, Space::role, name);
}

void CheckContext::level(uint32_t pack, const Name& name) {
  if (!name || symbols_.level(pack, name.text)) return;
  std::vector<std::string> all;
  for (const Name& each : symbols_.levels(pack)) all.push_back(each.text);
  Diagnostic& said = out_.add(Kind::unknown_level, name.span, "no level is called " + quoted(name.text));
  const std::string near = nearest_name(name.text, all);
  if (!near.empty()) {
    said.help = "did you mean " + quoted(near) + "?";
  } else if (all.empty()) {
    said.help = "name the levels in the pack's head, lowest first: `levels station, county, city`";
  }
}

const SubjectDecl* CheckContext::subject_of(uint32_t pack, const std::optional<For>& key) {
  if (!key || key->subject.text == "case") return nullptr;
  return symbols_.subject(pack, key->subject.text);
}

void CheckContext::clock(const Scope& scope, const Name& name) {
  if (!name) return;
  bool elsewhere = false;
  const Symbol* symbol = symbols_.find(scope.pack, Space::rule, name.text, &elsewhere);
  const auto* clock = symbol == nullptr ? nullptr : symbol->as<ClockDecl>();
  if (clock == nullptr) {
    Diagnostic& said = out_.add(Kind::unknown_clock, name.span, "no clock is called " + quoted(name.text));
    if (symbol != nullptr) {
      said.secondary.push_back(Label{base_of(*symbol->decl).name.span, "this is no clock"});
      return;
    }
    std::vector<std::string> clocks;
    for (const uint32_t other : symbols_.visible(scope.pack)) {
      for (const Symbol& each : symbols_.declared(other)) {
        if (const auto* known = each.as<ClockDecl>()) clocks.push_back(rule_id(*known));
      }
    }
    const std::string near = nearest_name(name.text, clocks);
    if (!near.empty()) said.help = "did you mean " + quoted(near) + "?";
    return;
  }
  if (elsewhere) look_up(scope.pack, Space::rule, name);
  const SubjectDecl* key = subject_of(symbol->pack, clock->key);
  if (key == nullptr || key == scope.key) return;
  Diagnostic& said = out_.add(Kind::wrong_subject, name.span,
                              quoted(name.text) + " runs for each " + key->name.text + ", not for each " +
                                  (scope.key == nullptr ? std::string("case") : scope.key->name.text),
                              "a clock of another subject");
  said.secondary.push_back(Label{clock->key->span, "declared here"});
}

void CheckContext::unknown_field(const Scope& scope, const ActSet& acts, const Name& name, bool lenient) {
  std::vector<std::string> names = {"at", "entered", "by", "on", "agency", "case"};
  const std::vector<const ActInfo*> all = acts_of(acts, scope);
  for (const ActInfo* act : all) {
    for (const Field& field : act->fields) names.push_back(field.name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  const std::string near = nearest_name(name.text, names);
  if (lenient && near.empty()) {
    Diagnostic& said =
        out_.add(Kind::undeclared_field, name.span, "no act type says that it carries " + quoted(name.text),
                 "unknown unless an act happens to carry it");
    said.help = "declare the field under `data` of the act that states it";
    return;
  }
  std::string of = "the acts spoken of here";
  if (!acts.any && acts.acts.size() == 1) of = quoted(acts.acts.front()->decl->name.text);
  if (acts.any) of = "any act type";
  Diagnostic& said = out_.add(Kind::unknown_field, name.span, quoted(name.text) + " is no field of " + of);
  for (const ActInfo* act : all) {
    if (all.size() > 3 || acts.any) break;
    said.secondary.push_back(Label{act->decl->name.span, "declared here"});
  }
  if (!near.empty()) said.help = "did you mean " + quoted(near) + "?";
}

}  // namespace heng::law
