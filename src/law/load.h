// Packs from disk. A pack is a folder with a pack.law (it holds the `pack` declaration) and further .law
// files, read in the order of their names; its dotted name is its place under a packs root (cn.criminal:
// packs/cn/criminal). A single .law file may hold several packs, each declaration belonging to the last
// `pack` above it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "law/ast.h"
#include "law/diagnostics.h"

namespace heng::law {

struct Pack {
  std::string name;  // cn.criminal
  PackDecl decl;
  std::vector<File> files;        // the declarations that belong to it, without the `pack` line itself
  std::string folder;             // where it lies
  std::vector<std::string> uses;  // names of packs, all of them in the set and before this one
  std::string holidays_path;  // the calendar its `holidays` names; empty if it names none or none is found
  std::string hash;           // SHA-256, hex, of its own files' names and bytes and of the packs it uses
};

struct PackSet {
  std::vector<SourceFile> sources;  // what Span::file indexes
  std::vector<Pack> packs;          // dependencies first
  const Pack* find(std::string_view name) const;
};

// Names (`cn.criminal`) are looked for under the roots, the first one wins; whatever holds a `/` or ends in
// `.law`, or is a folder or file that is there, is a path. What a pack uses is loaded too. Everything that
// goes wrong is a diagnostic; the set holds what could be read.
PackSet load_packs(const std::vector<std::string>& names_or_paths, const std::vector<std::string>& roots,
                   Diagnostics& diagnostics);

// The same for one text that is at hand (tests, the playground); `path` is only shown.
PackSet load_text(std::string path, std::string text, Diagnostics& diagnostics);

struct PackInfo {
  std::string name;
  std::string title_zh;
  std::string title_en;
  size_t rules = 0;  // rules, clocks, separations, powers and consequences, versions counted once
  std::string path;  // the folder
};

// Every pack under the roots, by name. Folders that cannot be read and files that do not parse are passed
// over.
std::vector<PackInfo> list_packs(const std::vector<std::string>& roots);
// Only their names, without reading what they hold.
std::vector<std::string> pack_names(const std::vector<std::string>& roots);

// Where packs are looked for: HENG_PACKS (several separated by `:`) if it is set; then `packs` beside the
// executable, above it (a build folder in a clone), and its installed place (../share/heng/packs), as far as
// they exist.
std::vector<std::string> default_roots(const std::string& executable_folder, const char* heng_packs);

}  // namespace heng::law
