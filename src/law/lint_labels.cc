// What a public pack owes its readers: labels in two languages, severities, sources in force, a lawyer's
// review.
#include "law/lint_parts.h"

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

std::string days(const InForce& in_force) {
  std::string out;
  if (in_force.from) out += "from " + format_date(*in_force.from);
  if (in_force.until) out += std::string(out.empty() ? "" : " ") + "until " + format_date(*in_force.until);
  return out.empty() ? "always" : out;
}

}  // namespace

void lint_labels(LintContext& context, uint32_t pack) {
  const Symbols& symbols = context.symbols;
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
