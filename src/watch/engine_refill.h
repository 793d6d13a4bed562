// What other packs make different of what a snapshot holds; inside the engine only.
#pragma once

#include <map>

#include "watch/engine.h"

namespace heng::watch {

struct Engine::Refill {
  std::set<std::string> names;              // declarations of this plan that are new or mean something else than before
  std::set<std::string> gone;               // of the old plan, in this one no more
  size_t declared = 0;                      // in this plan
  std::vector<bool> held;                   // by rule_names_: found by one of the two
  std::vector<int32_t> clocks;              // by clock of the old plan: the same one here; kNone if judged anew or gone
  std::vector<Sym> symbols;                 // by symbol of the old plan: the same one here
  bool same_keys = false;                   // what is read across cases is the same
  std::map<int32_t, int32_t> subjects;      // if so: by subject of the old plan that is asked about across cases, the same one here
  std::map<int32_t, std::string> meant;     // by subject of the old plan asked about across cases: the hash of it
  std::map<int32_t, std::string> means;     // the same of this one

  // Whether what such a declaration (`pack/name.part`) found is looked at again.
  bool again(const std::string& rule) const {
    const std::string name = name_of(rule);
    return names.contains(name) || gone.contains(name);
  }
  bool move(Sym& symbol) const {
    if (symbol >= symbols.size()) return false;
    symbol = symbols[symbol];
    return true;
  }
  // `pack/name` of `pack/name.part`.
  static std::string name_of(const std::string& rule) {
    const size_t slash = rule.find('/');
    return rule.substr(0, rule.find('.', slash == std::string::npos ? 0 : slash));
  }
};

}  // namespace heng::watch
