#include "law/explain.h"

namespace heng::law {

const std::vector<Cite>* cites_of(const Decl& decl) {
  if (const Meta* meta = meta_of(decl)) return &meta->cites;
  if (const auto* d = std::get_if<StateDecl>(&decl)) return &d->cites;
  if (const auto* d = std::get_if<FactDecl>(&decl)) return &d->cites;
  if (const auto* d = std::get_if<TableDecl>(&decl)) return &d->cites;
  if (const auto* d = std::get_if<PeriodDecl>(&decl)) return &d->cites;
  return nullptr;
}

namespace {

bool can_be_explained(const Decl& decl) {
  return meta_of(decl) != nullptr || std::holds_alternative<StateDecl>(decl) ||
         std::holds_alternative<FactDecl>(decl);
}

}  // namespace

std::vector<Found> find_rules(const PackSet& packs, std::string_view wanted) {
  std::vector<Found> out;
  std::string_view pack_name;
  if (const size_t slash = wanted.find('/'); slash != std::string_view::npos) {
    pack_name = wanted.substr(0, slash);
    wanted.remove_prefix(slash + 1);
  }
  for (const Pack& pack : packs.packs) {
    if (!pack_name.empty() && pack.name != pack_name) continue;
    for (const File& file : pack.files) {
      for (const Decl& decl : file.declarations) {
        const DeclBase& base = base_of(decl);
        if (!can_be_explained(decl) || (base.name.text != wanted && rule_id(base) != wanted)) continue;
        Found found{&pack, &decl, {}};
        for (const File& other : pack.files) {
          for (const Decl& candidate : other.declarations) {
            const auto* test = std::get_if<TestDecl>(&candidate);
            if (test != nullptr && rule_id(*test) == rule_id(base)) found.tests.push_back(test);
          }
        }
        out.push_back(std::move(found));
      }
    }
  }
  return out;
}

std::vector<std::string> rule_names(const PackSet& packs) {
  std::vector<std::string> out;
  for (const Pack& pack : packs.packs) {
    for (const File& file : pack.files) {
      for (const Decl& decl : file.declarations) {
        if (can_be_explained(decl)) out.push_back(rule_id(base_of(decl)));
      }
    }
  }
  return out;
}

std::vector<std::string> story_lines(const Story& story, const PackSet& packs) {
  std::vector<std::string> out;
  for (const Statement& statement : story.statements) {
    if (statement.span.file >= packs.sources.size()) continue;
    const std::string& text = packs.sources[statement.span.file].text;
    out.push_back(text.substr(statement.span.begin, statement.span.end - statement.span.begin));
  }
  return out;
}

std::string explain(const Found& found, const PackSet& packs, const Names& names, Language language) {
  const bool zh = language == Language::chinese;
  const Sayer sayer(names, language);
  const DeclBase& base = base_of(*found.decl);
  const std::string& title = zh ? (base.labels.zh.empty() ? base.labels.en : base.labels.zh)
                                : (base.labels.en.empty() ? base.labels.zh : base.labels.en);
  std::string out = title + "\n" + found.pack->name + "/" + rule_id(base);
  const Meta* meta = meta_of(*found.decl);
  if (meta != nullptr && meta->severity != Severity::none) {
    out += (zh ? "  程度：" : "  severity: ") + sayer.severity(meta->severity);
  }
  if (meta != nullptr && meta->from) out += (zh ? "  自 " : "  from ") + format_date(*meta->from);
  if (meta != nullptr && meta->until) out += (zh ? "  至 " : "  until ") + format_date(*meta->until);
  out += "\n";
  if (!found.pack->decl.reviewed.value_or(false))
    out += zh ? "尚未经法律专业人员审阅\n" : "not reviewed by a lawyer\n";
  if (!base.doc.empty()) out += "\n" + base.doc + "\n";
  const std::vector<Cite>* cites = cites_of(*found.decl);
  if (cites != nullptr && !cites->empty()) {
    out += zh ? "\n依据\n" : "\nrests on\n";
    for (const Cite& cite : *cites) out += "  " + sayer.say(cite) + "\n";
  }
  out += "\n";
  for (const SaidClause& clause : sayer.clauses(*found.decl)) {
    const std::string join = sayer.join_word(clause.join);
    out += clause.heading + (join.empty() ? "" : (zh ? "（" : " (") + join + (zh ? "）" : ")")) + "\n";
    for (const std::string& line : clause.lines) out += "  " + line + "\n";
  }
  if (!found.tests.empty()) out += zh ? "\n例\n" : "\nexamples\n";
  for (const TestDecl* test : found.tests) {
    for (const Story& story : test->stories) {
      out +=
          "  " +
          (story.given ? std::string(zh ? "（共同事实）" : "(in all of them)") : "\"" + story.title + "\"") +
          "\n";
      for (const std::string& line : story_lines(story, packs)) out += "    " + line + "\n";
    }
  }
  return out;
}

}  // namespace heng::law
