// What a public pack owes its readers: labels in two languages, severities, sources in force, a lawyer's
// review.
#include <algorithm>
#include <set>

#include "law/lint_parts.h"
#include "law/visit.h"

namespace heng::law {
namespace {

bool finds(const Symbol& symbol) {
  const auto* clock = symbol.as<ClockDecl>();
  return symbol.as<RuleDecl>() != nullptr || (clock != nullptr && !clock->may) ||
         symbol.as<SeparationDecl>() != nullptr || symbol.as<PowerDecl>() != nullptr ||
         symbol.as<WatchDecl>() != nullptr;
}

void label(LintContext& context, const DeclBase& decl, bool needed) {
  const Labels& labels = decl.labels;
  const bool zh = !labels.zh.empty();
  const bool en = !labels.en.empty();
  if (zh == en && (zh || !needed)) return;
  Diagnostic& said = context.out.add(
      Kind::one_language, decl.name.span,
      quoted(rule_id(decl)) + (zh || en ? std::string(" is labelled only in ") + (zh ? "Chinese" : "English")
                                        : std::string(" has no label")),
      zh || en ? "readers of the other language see a name" : "readers see a name");
  said.help = "write two strings behind the name, Chinese, then English";
}

// Codes in conditions: `field = code`, `field in (code, …)`, `at least 1 code in field`.
struct Coded : Visitor {
  struct Use {
    std::string field;
    std::string code;
    Span span;
  };
  std::vector<Use> uses;
  std::set<std::string> aliases;

  void pattern(const Pattern& pattern, PatternRole) override {
    if (pattern.alias) aliases.insert(pattern.alias.text);
  }
  void atom(const Atom& atom) override {
    const std::string field = field_of(atom.left);
    if (field.empty()) return;
    if (atom.kind == Atom::Kind::compare && atom.right.factors.size() == 1) code(field, atom.right.factors.front());
    if (atom.kind == Atom::Kind::in)
      for (const Factor& value : atom.values) code(field, value);
    if (atom.kind == Atom::Kind::count_in)
      for (const Name& name : atom.names) uses.push_back({field, name.text, name.span});
  }

 private:
  static std::string field_of(const Operand& operand) {
    if (operand.factors.size() != 1) return {};
    const Factor& factor = operand.factors.front();
    if (factor.kind == Factor::Kind::latest) return factor.name.text;
    if (factor.kind != Factor::Kind::path || factor.path->call) return {};
    return factor.path->rest.empty() ? factor.path->head.text : factor.path->rest.back().text;
  }
  void code(const std::string& field, const Factor& factor) {
    if (factor.kind == Factor::Kind::text) uses.push_back({field, factor.text, factor.span});
    if (factor.kind != Factor::Kind::path || factor.path->call || !factor.path->rest.empty()) return;
    const std::string& word = factor.path->head.text;
    if (word != "this") uses.push_back({field, word, factor.span});
  }
};

bool carries_labels(const Symbols& symbols, uint32_t pack) {
  for (const uint32_t other : symbols.visible(pack))
    for (const Symbol& symbol : symbols.declared(other))
      if (symbol.space == Space::field) return true;
  return std::ranges::any_of(symbols.acts(pack), [](const ActInfo* act) {
    return std::ranges::any_of(act->decl->fields, [](const FieldDecl& field) { return !field.labels.zh.empty(); });
  });
}

// A pack that says what some of its fields are called says it of all, and of the codes its conditions name.
void lint_fields(LintContext& context, uint32_t pack) {
  const Symbols& symbols = context.symbols;
  if (!carries_labels(symbols, pack)) return;
  std::set<std::string> said_of;
  for (const Symbol& symbol : symbols.declared(pack)) {
    const auto* act = symbol.as<ActDecl>();
    if (act == nullptr) continue;
    for (const FieldDecl& field : act->fields) {
      if (!field.labels.zh.empty() || symbols.find(pack, Space::field, field.name.text) != nullptr ||
          !said_of.insert(field.name.text).second)
        continue;
      Diagnostic& said = context.out.add(Kind::unlabelled_field, field.name.span,
                                         "the field " + quoted(field.name.text) + " has no label",
                                         "readers of findings see this name");
      said.help = "add `field " + field.name.text + " \"…\" \"…\"`, or two strings behind the name here";
    }
  }
  const auto labelled = [&](const Coded::Use& use) {
    for (const Space space : {Space::role, Space::agency, Space::named})
      if (symbols.find(pack, space, use.code) != nullptr) return true;
    if (symbols.level(pack, use.code)) return true;
    if (const auto* field = symbols.find_as<FieldNameDecl>(pack, Space::field, use.field))
      for (const FieldNameDecl::Code& code : field->codes)
        if (code.name.text == use.code) return true;
    for (const ActInfo* act : symbols.acts(pack))
      for (const FieldDecl& field : act->decl->fields)
        for (size_t i = 0; field.name.text == use.field && i < field.type.codes.size(); ++i)
          if (field.type.codes[i].text == use.code && !field.type.code_labels[i].zh.empty()) return true;
    return false;
  };
  std::set<std::pair<std::string, std::string>> codes_said;
  for (const Symbol& symbol : symbols.declared(pack)) {
    Coded coded;
    visit(*symbol.decl, coded);
    if (const auto* rule = symbol.as<RuleDecl>())
      for (const Given& given : rule->given) coded.aliases.insert(given.alias.text);
    for (const Coded::Use& use : coded.uses) {
      if (coded.aliases.contains(use.code) || labelled(use) || !codes_said.insert({use.field, use.code}).second) continue;
      Diagnostic& said = context.out.add(Kind::unlabelled_code, use.span,
                                         "the code " + quoted(use.code) + " of " + quoted(use.field) + " has no label",
                                         "readers of findings see this word");
      said.help = "add it to the `codes` of `field " + use.field + "`";
    }
  }
}

std::string days(const InForce& in_force) {
  std::string out;
  if (in_force.from) out += "from " + format_date(*in_force.from);
  if (in_force.until) out += std::string(out.empty() ? "" : " ") + "until " + format_date(*in_force.until);
  return out.empty() ? "always" : out;
}

}  // namespace

void lint_labels(LintContext& context, uint32_t pack) {
  const Symbols& symbols = context.symbols;
  lint_fields(context, pack);
  const PackDecl* head = symbols.pack_decl(pack);
  if (head != nullptr) {
    label(context, *head, false);
    if (head->reviewed && !*head->reviewed) {
      context.out.add(Kind::not_reviewed, head->name.span,
                      "no lawyer has reviewed " + quoted(head->name.text) + " yet",
                      "its findings are shown as unreviewed");
    }
  }
  for (const Symbol& symbol : symbols.declared(pack)) {
    const DeclBase& decl = base_of(*symbol.decl);
    label(context, decl, symbol.space == Space::rule);
    const Meta* meta = meta_of(*symbol.decl);
    if (meta == nullptr || meta->severity != Severity::none || !finds(symbol)) continue;
    Diagnostic& said =
        context.out.add(Kind::no_severity, decl.name.span, quoted(rule_id(decl)) + " has no severity",
                        "its findings cannot be ranked");
    said.help = "add `severity low`, `medium`, `high` or `critical`";
  }
}

void lint_sources(LintContext& context, uint32_t pack) {
  const Symbols& symbols = context.symbols;
  for (const Symbol& symbol : symbols.declared(pack)) {
    const Meta* meta = meta_of(*symbol.decl);
    if (meta == nullptr || (!meta->from && !meta->until)) continue;
    const InForce written{meta->from, meta->until};
    for (size_t i = 0; i < meta->cites.size(); ++i) {
      const Cite& cite = meta->cites[i];
      const auto* source = symbols.find_as<SourceDecl>(pack, Space::source, cite.source.text);
      if (source == nullptr || written.empty()) continue;
      const InForce of{source->from, source->until};
      const bool never = !written.overlaps(of);
      // The first source is the rule's ground; it should hold on every day the rule names.
      const bool partly = i == 0 && ((meta->from && of.from && *meta->from < *of.from) ||
                                     (meta->until && of.until && *of.until < *meta->until));
      if (!never && !partly) continue;
      Diagnostic& said = context.out.add(
          Kind::source_not_in_force, cite.span,
          quoted(cite.source.text) + " is not in force on " + (never ? "any" : "every") + " day of the rule",
          "in force " + days(of));
      said.secondary.push_back(Label{source->name.span, "declared here"});
      said.notes.push_back("the rule is in force " + days(written));
    }
  }
}

}  // namespace heng::law
