#include "law/load.h"

#include <openssl/evp.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "law/lexer.h"
#include "law/parser.h"

namespace heng::law {
namespace {

namespace fs = std::filesystem;

constexpr int kFolderDepth = 8;
constexpr size_t kMostFiles = 4096;

std::string dots_to_folders(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '.', '/');
  return out;
}

// A dotted name made of letters, so that it cannot climb out of the root.
bool is_pack_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.back() != '.' &&
         name.find("..") == std::string_view::npos && name.find('/') == std::string_view::npos;
}

std::optional<std::string> read_text(const fs::path& path, std::string& why) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    why = fs::exists(path, error) ? "it is no regular file" : "there is no such file";
    return std::nullopt;
  }
  if (fs::file_size(path, error) > kMaxFileBytes) {
    why = "it is larger than 4 MiB";
    return std::nullopt;
  }
  std::ifstream in(path, std::ios::binary);
  std::string text;
  char buffer[65536];
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
    text.append(buffer, static_cast<size_t>(in.gcount()));
    if (text.size() > kMaxFileBytes) break;
  }
  if (in.bad() || !in.eof()) {
    why = "it cannot be read";
    return std::nullopt;
  }
  return text;
}

// The .law files of a folder by name, pack.law first.
std::vector<fs::path> law_files(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".law" && out.size() < kMostFiles) out.push_back(it->path());
  }
  std::sort(out.begin(), out.end(), [](const fs::path& a, const fs::path& b) {
    const bool a_first = a.filename() == "pack.law";
    const bool b_first = b.filename() == "pack.law";
    return a_first != b_first ? a_first : a.filename().string() < b.filename().string();
  });
  return out;
}

void find_packs(const fs::path& folder, int depth, std::vector<fs::path>& out) {
  std::error_code error;
  if (fs::is_regular_file(folder / "pack.law", error)) out.push_back(folder);
  if (depth == kFolderDepth) return;
  std::vector<fs::path> folders;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code kind_error;
    if (it->is_directory(kind_error) && !it->path().filename().string().starts_with('.'))
      folders.push_back(it->path());
  }
  std::sort(folders.begin(), folders.end());
  for (const fs::path& next : folders) find_packs(next, depth + 1, out);
}

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_, EVP_sha256(), nullptr); }
  ~Sha256() { EVP_MD_CTX_free(context_); }
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void part(std::string_view bytes) {  // with its length, so that parts cannot run into one another
    const std::string size = std::to_string(bytes.size()) + ":";
    EVP_DigestUpdate(context_, size.data(), size.size());
    EVP_DigestUpdate(context_, bytes.data(), bytes.size());
  }
  std::string hex() {
    unsigned char digest[32];
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_, digest, &size);
    static constexpr char kHex[] = "0123456789abcdef";
    std::string out;
    for (const unsigned char byte : digest) {
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
    return out;
  }

 private:
  EVP_MD_CTX* context_;
};

class Loader {
 public:
  Loader(std::vector<std::string> roots, Diagnostics& diagnostics)
      : roots_(std::move(roots)), diagnostics_(diagnostics) {}

  void load(const std::string& name_or_path) {
    std::error_code error;
    const bool path = name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".law") ||
                      (fs::exists(name_or_path, error) && !find_folder(name_or_path));
    if (path) {
      load_path(name_or_path);
    } else if (const auto folder = find_folder(name_or_path)) {
      load_folder(*folder, name_or_path);
    } else {
      not_found(diagnostics_.add_without_place(Kind::pack_not_found, message_not_found(name_or_path)),
                name_or_path);
    }
  }

  void add_text(std::string path, std::string text) { read({std::move(path), std::move(text)}, fs::path{}); }

  PackSet finish() {
    // What is used is loaded while the list grows.
    for (size_t i = 0; i < set_.packs.size(); ++i) load_used(i);
    order();
    for (Pack& pack : set_.packs) {
      resolve_holidays(pack);
      hash(pack);
    }
    diagnostics_.sort();
    return std::move(set_);
  }

 private:
  static std::string message_not_found(const std::string& name) {
    return "no pack is called `" + printable(name) + "`";
  }

  void not_found(Diagnostic& d, const std::string& name) {
    std::vector<std::string> known = pack_names(roots_);
    for (const Pack& pack : set_.packs) known.push_back(pack.name);
    const auto near = suggest(name, known);
    if (!near.empty()) {
      d.help = "did you mean `" + near.front() + "`?";
    } else if (roots_.empty()) {
      d.help = "no folder of packs is known; set HENG_PACKS";
    } else {
      d.help = "packs are looked for under";
      for (const std::string& root : roots_) d.help += " " + root;
    }
  }

  std::optional<fs::path> find_folder(const std::string& name) const {
    if (!is_pack_name(name)) return std::nullopt;
    std::error_code error;
    for (const std::string& root : roots_) {
      const fs::path folder = fs::path(root) / dots_to_folders(name);
      if (fs::is_regular_file(folder / "pack.law", error)) return folder;
    }
    return std::nullopt;
  }

  void load_path(const fs::path& path) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      load_file(path);
      return;
    }
    if (fs::is_regular_file(path / "pack.law", error)) {
      load_folder(path, {});
      return;
    }
    std::vector<fs::path> folders;
    find_packs(path, 0, folders);
    for (const fs::path& folder : folders) load_folder(folder, {});
    if (!folders.empty()) return;
    const std::vector<fs::path> files = law_files(path);
    for (const fs::path& file : files) load_file(file);
    if (files.empty()) {
      diagnostics_
          .add_without_place(Kind::pack_not_found,
                             "no pack lies in the folder `" + printable(path.string()) + "`")
          .help = "a pack is a folder with a pack.law";
    }
  }

  // True the first time a path is seen.
  bool first_time(const fs::path& path) {
    std::error_code error;
    const fs::path canonical = fs::weakly_canonical(path, error);
    return seen_.insert(error ? path.string() : canonical.string()).second;
  }

  void load_folder(const fs::path& folder, const std::string& expected_name) {
    if (!first_time(folder / "")) return;
    current_ = kNone;
    const size_t before = set_.packs.size();
    for (const fs::path& path : law_files(folder)) {
      std::string why;
      std::optional<std::string> text = read_text(path, why);
      if (!text) {
        unreadable(path, why);
        continue;
      }
      read({path.string(), std::move(*text)}, folder);
    }
    if (!expected_name.empty() && set_.packs.size() > before && set_.packs[before].name != expected_name) {
      const Pack& pack = set_.packs[before];
      diagnostics_
          .add(Kind::pack_not_found, pack.decl.name.span,
               "the folder of `" + expected_name + "` declares `" + pack.name + "`")
          .help = "a pack's name is its folder under the packs root, with dots";
    }
  }

  void load_file(const fs::path& path) {
    if (!first_time(path)) return;
    std::string why;
    std::optional<std::string> text = read_text(path, why);
    if (!text) {
      unreadable(path, why);
      return;
    }
    std::error_code error;
    const fs::path folder = path.parent_path().empty() ? fs::path(".") : path.parent_path();
    // A file of a folder's pack: the pack is what can be loaded.
    Diagnostics unused;
    const SourceFile source{path.string(), std::move(*text)};
    const File file = parse(source, 0, unused);
    const bool has_pack =
        std::any_of(file.declarations.begin(), file.declarations.end(),
                    [](const Decl& decl) { return std::holds_alternative<PackDecl>(decl); });
    if (!has_pack && fs::is_regular_file(folder / "pack.law", error)) {
      load_folder(folder, {});
      return;
    }
    current_ = kNone;
    read(source, folder);
  }

  void unreadable(const fs::path& path, const std::string& why) {
    diagnostics_.add_without_place(Kind::unreadable,
                                   "`" + printable(path.string()) + "` is not read: " + why);
  }

  void read(SourceFile source, const fs::path& folder) {
    const auto index = static_cast<uint32_t>(set_.sources.size());
    set_.sources.push_back(std::move(source));
    File file = parse(set_.sources.back(), index, diagnostics_);
    bool reported = false;
    for (Decl& decl : file.declarations) {
      if (auto* pack = std::get_if<PackDecl>(&decl)) {
        begin_pack(*pack, folder);
        continue;
      }
      if (current_ == kNone) {
        if (!reported && !skipping_) {
          const Span span = std::visit([](const auto& d) { return d.name.span; }, decl);
          diagnostics_.add(Kind::no_pack, span, "a declaration stands before any `pack`").help =
              "begin with `pack NAME`, or put the file in the folder of a pack";
        }
        reported = true;
        continue;
      }
      std::vector<File>& files = set_.packs[current_].files;
      if (files.empty() || files.back().index != index) files.push_back(File{index, {}});
      files.back().declarations.push_back(std::move(decl));
    }
    skipping_ = false;
  }

  void begin_pack(const PackDecl& decl, const fs::path& folder) {
    for (const Pack& pack : set_.packs) {
      if (pack.name != decl.name.text) continue;
      Diagnostic& d = diagnostics_.add(Kind::pack_twice, decl.name.span,
                                       "two packs are called `" + pack.name + "`", "this one is passed over");
      d.secondary.push_back({pack.decl.name.span, "the first one"});
      current_ = kNone;
      skipping_ = true;
      return;
    }
    Pack& pack = set_.packs.emplace_back();
    pack.name = decl.name.text;
    pack.decl = decl;
    pack.folder = folder.string();
    pack.files.push_back(File{decl.name.span.file, {}});
    if (decl.uses) pack.uses.push_back(decl.uses.text);
    current_ = set_.packs.size() - 1;
  }

  bool known(const std::string& name) const { return set_.find(name) != nullptr; }

  void load_used(size_t which) {
    const Pack& user = set_.packs[which];
    const std::vector<std::string> uses = user.uses;
    const Span place = user.decl.uses.span;
    add_own_root(user);
    for (const std::string& name : uses) {
      if (known(name)) continue;
      if (const auto folder = find_folder(name)) {
        load_folder(*folder, name);
      }
      if (!known(name)) {
        not_found(diagnostics_.add(Kind::pack_not_found, place, message_not_found(name)), name);
        std::erase(set_.packs[which].uses, name);
      }
    }
  }

  // A pack loaded by its path finds what it uses beside it: packs/cn/criminal, called cn.criminal, stands
  // under packs.
  void add_own_root(const Pack& pack) {
    if (pack.folder.empty()) return;
    std::error_code error;
    fs::path folder = fs::weakly_canonical(pack.folder, error);
    if (error) return;
    std::string own = "/" + dots_to_folders(pack.name);
    const std::string text = folder.string();
    if (!text.ends_with(own)) return;
    const std::string root = text.substr(0, text.size() - own.size());
    if (!root.empty() && std::find(roots_.begin(), roots_.end(), root) == roots_.end())
      roots_.push_back(root);
  }

  // Dependencies first; a pack in a ring stands where it was found, and the ring is reported once.
  void order() {
    enum class Colour : uint8_t { fresh, open, done };
    std::vector<Colour> colour(set_.packs.size(), Colour::fresh);
    std::vector<size_t> sorted;
    const auto visit = [&](auto&& self, size_t at) -> void {
      colour[at] = Colour::open;
      std::vector<std::string>& uses = set_.packs[at].uses;
      for (size_t i = 0; i < uses.size();) {
        const auto it = std::find_if(set_.packs.begin(), set_.packs.end(),
                                     [&](const Pack& p) { return p.name == uses[i]; });
        const auto next = static_cast<size_t>(it - set_.packs.begin());
        if (colour[next] == Colour::open) {
          diagnostics_
              .add(Kind::pack_loop, set_.packs[at].decl.uses.span,
                   "`" + set_.packs[at].name + "` uses `" + uses[i] + "`, which uses it in turn")
              .help = "move what both need into a pack that both use";
          uses.erase(uses.begin() + static_cast<std::ptrdiff_t>(i));
          continue;
        }
        if (colour[next] == Colour::fresh) self(self, next);
        ++i;
      }
      colour[at] = Colour::done;
      sorted.push_back(at);
    };
    for (size_t i = 0; i < set_.packs.size(); ++i) {
      if (colour[i] == Colour::fresh) visit(visit, i);
    }
    std::vector<Pack> packs;
    for (const size_t i : sorted) packs.push_back(std::move(set_.packs[i]));
    set_.packs = std::move(packs);
  }

  // Packs used stand before their users, so theirs are resolved already.
  void resolve_holidays(Pack& pack) {
    std::vector<const Pack*> places = {&pack};
    for (size_t i = 0; i < places.size(); ++i) {
      for (const std::string& name : places[i]->uses) {
        if (const Pack* used = set_.find(name)) places.push_back(used);
      }
    }
    std::string name;
    for (const Pack* place : places) {
      if (name.empty()) name = place->decl.holidays.text;
    }
    if (name.empty()) return;
    std::error_code error;
    for (const Pack* place : places) {
      const fs::path path = fs::path(place->folder) / (name + ".holidays");
      if (place->folder.empty() || !fs::is_regular_file(path, error)) continue;
      pack.holidays_path = path.string();
      return;
    }
    if (pack.decl.holidays && !pack.folder.empty()) holidays_missing(pack, places);
  }

  // Only for the pack that names it: those that use the pack would say the same.
  void holidays_missing(const Pack& pack, const std::vector<const Pack*>& places) {
    const std::string& name = pack.decl.holidays.text;
    Diagnostic& said = diagnostics_.add(Kind::holidays_missing, pack.decl.holidays.span,
                                        "no calendar is called `" + name + "`",
                                        "every date that could roll past a holiday is provisional");
    std::vector<std::string> near;
    std::error_code error;
    for (const Pack* place : places) {
      if (place->folder.empty()) continue;
      for (fs::directory_iterator it(place->folder, error), end; !error && it != end; it.increment(error)) {
        if (it->path().extension() == ".holidays") near.push_back(it->path().stem().string());
      }
    }
    std::sort(near.begin(), near.end());
    const auto nearest = suggest(name, near);
    said.help = nearest.empty() ? "put `" + name + ".holidays` beside the pack's pack.law, use a pack that has it, or leave the line out"
                                : "did you mean `" + nearest.front() + "`?";
  }

  void hash(Pack& pack) {
    Sha256 sha;
    sha.part(pack.name);
    for (const File& file : pack.files) {
      const SourceFile& source = set_.sources[file.index];
      sha.part(fs::path(source.path).filename().string());
      sha.part(source.text);
    }
    for (const std::string& name : pack.uses) sha.part(set_.find(name)->hash);
    pack.hash = sha.hex();
  }

  static constexpr size_t kNone = SIZE_MAX;

  std::vector<std::string> roots_;
  Diagnostics& diagnostics_;
  PackSet set_;
  std::set<std::string> seen_;
  size_t current_ = kNone;
  bool skipping_ = false;
};

}  // namespace

const Pack* PackSet::find(std::string_view name) const {
  for (const Pack& pack : packs) {
    if (pack.name == name) return &pack;
  }
  return nullptr;
}

PackSet load_packs(const std::vector<std::string>& names_or_paths, const std::vector<std::string>& roots,
                   Diagnostics& diagnostics) {
  Loader loader(roots, diagnostics);
  for (const std::string& name : names_or_paths) loader.load(name);
  return loader.finish();
}

PackSet load_text(std::string path, std::string text, Diagnostics& diagnostics) {
  Loader loader({}, diagnostics);
  loader.add_text(std::move(path), std::move(text));
  return loader.finish();
}

std::vector<PackInfo> list_packs(const std::vector<std::string>& roots) {
  std::map<std::string, PackInfo> out;
  for (const std::string& root : roots) {
    std::vector<fs::path> folders;
    find_packs(root, 0, folders);
    for (const fs::path& folder : folders) {
      PackInfo info;
      std::set<std::pair<std::string, std::string>> rules;
      for (const fs::path& path : law_files(folder)) {
        std::string why;
        std::optional<std::string> text = read_text(path, why);
        if (!text) continue;
        Diagnostics unused;
        const File file = parse({path.string(), std::move(*text)}, 0, unused);
        for (const Decl& decl : file.declarations) {
          const DeclBase& base = std::visit([](const auto& d) -> const DeclBase& { return d; }, decl);
          if (std::holds_alternative<PackDecl>(decl) && info.name.empty()) {
            info.name = base.name.text;
            info.title_zh = base.labels.zh;
            info.title_en = base.labels.en;
          }
          if (std::holds_alternative<RuleDecl>(decl) || std::holds_alternative<ClockDecl>(decl) ||
              std::holds_alternative<SeparationDecl>(decl) || std::holds_alternative<PowerDecl>(decl) ||
              std::holds_alternative<ConsequenceDecl>(decl) || std::holds_alternative<WatchDecl>(decl)) {
            rules.insert({base.name.text, base.part.text});
          }
        }
      }
      if (info.name.empty()) continue;
      info.rules = rules.size();
      info.path = folder.string();
      out.emplace(info.name, std::move(info));  // the first root wins
    }
  }
  std::vector<PackInfo> packs;
  for (auto& [name, info] : out) packs.push_back(std::move(info));
  return packs;
}

std::vector<std::string> pack_names(const std::vector<std::string>& roots) {
  std::set<std::string> names;
  for (const std::string& root : roots) {
    std::vector<fs::path> folders;
    find_packs(root, 0, folders);
    for (const fs::path& folder : folders) {
      std::string why;
      std::optional<std::string> text = read_text(folder / "pack.law", why);
      if (!text) continue;
      Diagnostics unused;
      for (const Decl& decl : parse({"pack.law", std::move(*text)}, 0, unused).declarations) {
        const auto* pack = std::get_if<PackDecl>(&decl);
        if (pack == nullptr) continue;
        names.insert(pack->name.text);
        break;
      }
    }
  }
  return {names.begin(), names.end()};
}

std::vector<std::string> default_roots(const std::string& executable_folder, const char* heng_packs) {
  std::vector<std::string> out;
  if (heng_packs != nullptr) {
    std::string_view rest = heng_packs;
    while (!rest.empty()) {
      const size_t colon = rest.find(':');
      if (colon != 0) out.emplace_back(rest.substr(0, colon));
      rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
    }
  }
  if (!out.empty() || executable_folder.empty()) return out;
  const fs::path base = executable_folder;
  std::error_code error;
  for (const fs::path& folder : {base / "packs", base / ".." / "packs", base / ".." / ".." / "packs",
                                 base / ".." / "share" / "heng" / "packs"}) {
    if (fs::is_directory(folder, error)) out.push_back(fs::weakly_canonical(folder, error).string());
  }
  return out;
}

}  // namespace heng::law
