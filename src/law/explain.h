// One rule printed for a reader: titles, articles, clauses in plain words, and its stories.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "law/load.h"
#include "law/say.h"
#include "law/symbols.h"

namespace heng::law {

// `name`, `name.part`, or `pack/name[.part]`; a name without its part finds every part. Versions and parts in
// the order they stand. Rules, clocks, separations, powers, consequences, states and facts; the tests that
// belong to the name.
struct Found {
  const Pack* pack = nullptr;
  const Decl* decl = nullptr;
  std::vector<const TestDecl*> tests;
};
std::vector<Found> find_rules(const PackSet& packs, std::string_view name);
std::vector<std::string> rule_names(const PackSet& packs);  // for suggestions, without the pack

std::string explain(const Found& found, const PackSet& packs, const Names& names, Language language);

const std::vector<Cite>* cites_of(const Decl& decl);  // nullptr: a kind that cites nothing

// What a story says, one statement a string, as written in the source.
std::vector<std::string> story_lines(const Story& story, const PackSet& packs);

}  // namespace heng::law
