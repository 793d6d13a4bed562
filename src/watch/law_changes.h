// What two versions of a body of law say differently, declaration by declaration: by their formatted text in the
// English words, without comments, so that layout, remarks and spelling of the language do not count.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "law/load.h"

namespace heng::watch {

enum class DeclarationChange : uint8_t { added, removed, changed };
const char* name_of(DeclarationChange change);  // "added", …

struct ChangedDeclaration {
  DeclarationChange change = DeclarationChange::changed;
  std::string pack;   // of the old version; of an added declaration that of its counterpart
  std::string kind;   // "clock", "rule", "table", …, "pack"; "holidays": the calendar file
  std::string name;   // "id" or "id.part"; of a pack or a calendar its name
  std::string where;  // file:line in the new version, of a removed one in the old
  std::string before; // text, lines ended by \n; empty if added
  std::string after;  // empty if removed
};

struct LawChanges {
  std::vector<ChangedDeclaration> declarations;  // by pack, then in the order of the new version, removed ones last
  // Packs compared under two names: {old, new}. At most one pair: what is alone on either side.
  std::vector<std::pair<std::string, std::string>> renamed;

  // Places in `declarations` that `rule` ("pack/id[.part]" in the old names) rests on: its own text first, then what
  // it names, and what that names in turn. Tests are never among them; a changed `pack` clause or calendar always is.
  std::vector<size_t> causes_of(const std::string& rule) const;

  // For causes_of: what each declaration of either version names. `key` is "kind name".
  struct Node {
    std::string pack;
    std::string name;
    std::vector<std::string> words;
    int32_t changed = -1;  // into declarations
  };
  std::vector<Node> nodes;
};

// Both sets must have been read without errors. Packs are paired by name; if one stands alone on each side, those two
// are versions of one pack. Versions of a rule (several declarations of one name) are paired by equal text first, then
// in the order they stand.
LawChanges compare_law(const law::PackSet& before, const law::PackSet& after);

// The lines of two texts as a difference: "  " both, "- " before only, "+ " after only.
std::string line_difference(const std::string& before, const std::string& after);

}  // namespace heng::watch
