#include "watch/law_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <unordered_map>

#include "law/diagnostics.h"
#include "law/format.h"
#include "law/lexer.h"
#include "law/symbols.h"

namespace heng::watch {
namespace {

// In the order of law::Decl.
constexpr std::array<const char*, std::variant_size_v<law::Decl>> kKinds = {
    "pack",  "source", "role", "agency", "office", "subject",    "act",   "period",      "setting",
    "table", "state",  "fact", "rule",   "clock",  "separation", "power", "consequence", "test",  "watch",
    "field"};

struct Item {
  std::string kind;
  std::string name;
  std::string where;
  std::string text;
  bool matched = false;
};

// One declaration laid out afresh, without its comments and without lines that only held one.
std::string plain_text(const law::PackSet& set, const law::Span& span) {
  const law::SourceFile& source = set.sources[span.file];
  law::SourceFile slice{source.path, source.text.substr(span.begin, span.end - span.begin) + "\n"};
  if (auto formatted = law::format(slice, law::Words::english); formatted.ok())
    slice.text = std::move(formatted).value();
  law::Diagnostics unused;
  const law::Tokens tokens = law::lex(slice, 0, unused);
  std::string out;
  for (const law::Line& line : tokens.lines) {
    if (line.count == 0) continue;
    std::string text = slice.text.substr(line.begin, (line.has_comment() ? line.comment.begin : line.end) - line.begin);
    text.erase(text.find_last_not_of(" \t\r") + 1);
    out += text + "\n";
  }
  return out;
}

std::string place(const law::PackSet& set, const law::Span& span) {
  const std::string& text = set.sources[span.file].text;
  const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(span.begin), '\n') + 1;
  return fmt::format("{}:{}", set.sources[span.file].path, line);
}

Item item(const law::PackSet& set, const law::Decl& decl) {
  const law::DeclBase& base = law::base_of(decl);
  return {kKinds[decl.index()], law::rule_id(base), place(set, base.span), plain_text(set, base.span)};
}

std::vector<Item> items(const law::PackSet& set, const law::Pack& pack) {
  std::vector<Item> out;
  out.push_back({"pack", pack.name, place(set, pack.decl.span), plain_text(set, pack.decl.span)});
  for (const law::File& file : pack.files)
    for (const law::Decl& decl : file.declarations) out.push_back(item(set, decl));
  if (!pack.holidays_path.empty() && pack.decl.holidays) {
    std::ifstream in(pack.holidays_path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    out.push_back({"holidays", pack.decl.holidays.text, pack.holidays_path, text.str()});
  }
  return out;
}

bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// The words of a text outside of quotes, without a plural's s (units are written either way).
std::vector<std::string> words_of(const std::string& text) {
  std::set<std::string> out;
  std::string word;
  bool quoted = false;
  for (const char c : text + "\n") {
    if (c == '"') quoted = !quoted;
    if (!quoted && in_name(c)) {
      word += c;
      continue;
    }
    if (!word.empty()) {
      out.insert(word);
      if (word.size() > 1 && word.back() == 's') out.insert(word.substr(0, word.size() - 1));
    }
    word.clear();
  }
  if (text.find("at once") != std::string::npos) out.insert("at_once");  // the setting it stands for
  return {out.begin(), out.end()};
}

// A declaration's first line names itself and nothing else.
std::string without_header(const std::string& text) {
  const size_t end = text.find('\n');
  return end == std::string::npos ? std::string{} : text.substr(end + 1);
}

// The word another declaration would say to name this one: of "custody days" the qualifier, of "id.part" the id.
std::string spoken(const std::string& kind, const std::string& name) {
  if (kind == "period") {
    const size_t space = name.find(' ');
    const std::string first = name.substr(0, space);
    return space == std::string::npos && first.ends_with('s') ? first.substr(0, first.size() - 1) : first;
  }
  return name.substr(0, name.find('.'));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

class Comparison {
 public:
  Comparison(const law::PackSet& before, const law::PackSet& after) : before_(before), after_(after) {}

  LawChanges run() {
    std::vector<const law::Pack*> alone_before;
    std::vector<const law::Pack*> alone_after;
    for (const law::Pack& pack : before_.packs)
      if (after_.find(pack.name) == nullptr) alone_before.push_back(&pack);
    for (const law::Pack& pack : after_.packs)
      if (before_.find(pack.name) == nullptr) alone_after.push_back(&pack);
    if (alone_before.size() == 1 && alone_after.size() == 1) {
      out_.renamed.emplace_back(alone_before[0]->name, alone_after[0]->name);
      packs(alone_before[0], alone_after[0]);
      alone_before.clear();
      alone_after.clear();
    }
    for (const law::Pack& pack : after_.packs)
      if (const law::Pack* old = before_.find(pack.name)) packs(old, &pack);
    for (const law::Pack* pack : alone_before) packs(pack, nullptr);
    for (const law::Pack* pack : alone_after) packs(nullptr, pack);
    return std::move(out_);
  }

 private:
  void packs(const law::Pack* old_pack, const law::Pack* new_pack) {
    const std::string& pack = old_pack != nullptr ? old_pack->name : new_pack->name;
    std::vector<Item> olds = old_pack != nullptr ? items(before_, *old_pack) : std::vector<Item>{};
    std::vector<Item> news = new_pack != nullptr ? items(after_, *new_pack) : std::vector<Item>{};
    if (old_pack != nullptr && new_pack != nullptr && old_pack->name != new_pack->name)
      unname(olds, old_pack->name, news, new_pack->name);
    std::map<std::pair<std::string, std::string>, std::vector<size_t>> by_name;
    for (size_t i = 0; i < olds.size(); ++i) by_name[{olds[i].kind, olds[i].name}].push_back(i);
    const auto candidates = [&](const Item& item) -> const std::vector<size_t>& {
      static const std::vector<size_t> kNobody;
      const auto found = by_name.find({item.kind, item.name});
      return found == by_name.end() ? kNobody : found->second;
    };
    for (Item& now : news)
      for (const size_t i : candidates(now))
        if (!olds[i].matched && olds[i].text == now.text) {
          olds[i].matched = now.matched = true;
          node(pack, now, -1);
          break;
        }
    for (Item& now : news) {
      if (now.matched) continue;
      Item* was = nullptr;
      for (const size_t i : candidates(now))
        if (was == nullptr && !olds[i].matched) was = &olds[i];
      if (was != nullptr) was->matched = true;
      add(pack, was, &now);
    }
    for (Item& was : olds)
      if (!was.matched) add(pack, &was, nullptr);
  }

  // Two packs of other names: the name alone is no change.
  static void unname(std::vector<Item>& olds, const std::string& old_name, std::vector<Item>& news,
                     const std::string& new_name) {
    if (olds.empty() || news.empty()) return;
    Item& now = news[0];
    if (const size_t at = now.text.find(new_name); at != std::string::npos)
      now.text.replace(at, new_name.size(), old_name);
    now.name = olds[0].name;
  }

  void add(const std::string& pack, const Item* was, const Item* now) {
    ChangedDeclaration changed;
    changed.change = was == nullptr   ? DeclarationChange::added
                     : now == nullptr ? DeclarationChange::removed
                                      : DeclarationChange::changed;
    const Item& shown = now != nullptr ? *now : *was;
    changed.pack = pack;
    changed.kind = shown.kind;
    changed.name = shown.name;
    changed.where = shown.where;
    if (was != nullptr) changed.before = was->text;
    if (now != nullptr) changed.after = now->text;
    const auto place_of_it = static_cast<int32_t>(out_.declarations.size());
    Item both = shown;
    if (was != nullptr && now != nullptr) both.text += without_header(was->text);
    out_.declarations.push_back(std::move(changed));
    node(pack, both, place_of_it);
  }

  void node(const std::string& pack, const Item& item, int32_t changed) {
    if (item.kind == "test") return;
    LawChanges::Node out;
    out.pack = pack;
    out.name = item.kind + " " + item.name;
    // What these name in turn is no part of a rule.
    static const std::set<std::string> kLeaves = {"holidays", "source", "role", "agency", "office", "subject", "act"};
    if (!kLeaves.contains(item.kind)) out.words = words_of(without_header(item.text));
    out.changed = changed;
    out_.nodes.push_back(std::move(out));
  }

  const law::PackSet& before_;
  const law::PackSet& after_;
  LawChanges out_;
};

}  // namespace

const char* name_of(DeclarationChange change) {
  switch (change) {
    case DeclarationChange::added: return "added";
    case DeclarationChange::removed: return "removed";
    case DeclarationChange::changed: return "changed";
  }
  return "changed";
}

LawChanges compare_law(const law::PackSet& before, const law::PackSet& after) {
  return Comparison(before, after).run();
}

std::vector<size_t> LawChanges::causes_of(const std::string& rule) const {
  const size_t slash = rule.find('/');
  const std::string pack = slash == std::string::npos ? "" : rule.substr(0, slash);
  const std::string id = slash == std::string::npos ? rule : rule.substr(slash + 1);
  static const std::set<std::string> kJudged = {"rule", "clock", "separation", "power", "consequence"};
  std::unordered_multimap<std::string, size_t> by_word;
  std::vector<size_t> open;
  std::vector<bool> seen(nodes.size(), false);
  std::vector<size_t> out;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const size_t space = nodes[i].name.find(' ');
    const std::string kind = nodes[i].name.substr(0, space);
    const std::string name = nodes[i].name.substr(space + 1);
    by_word.emplace(spoken(kind, name), i);
    const bool everywhere = nodes[i].changed >= 0 && (kind == "pack" || kind == "holidays");
    if (kJudged.contains(kind) && name == id && nodes[i].pack == pack) {
      open.push_back(i);
      seen[i] = true;
    } else if (everywhere) {
      seen[i] = true;
      out.push_back(static_cast<size_t>(nodes[i].changed));
    }
  }
  std::vector<size_t> reached;
  for (size_t next = 0; next < open.size(); ++next) {
    const Node& node = nodes[open[next]];
    if (node.changed >= 0) reached.push_back(static_cast<size_t>(node.changed));
    for (const std::string& word : node.words) {
      const auto [begin, end] = by_word.equal_range(word);
      for (auto it = begin; it != end; ++it) {
        const std::string& name = nodes[it->second].name;
        if (seen[it->second] || name.starts_with("pack ") || name.starts_with("holidays ")) continue;
        seen[it->second] = true;
        open.push_back(it->second);
      }
    }
  }
  reached.insert(reached.end(), out.begin(), out.end());
  return reached;
}

std::string line_difference(const std::string& before, const std::string& after) {
  const std::vector<std::string> a = lines_of(before);
  const std::vector<std::string> b = lines_of(after);
  constexpr size_t kMostLines = 2000;  // beyond: all of one, then all of the other
  std::string out;
  const auto tell = [&out](const char* sign, const std::string& line) { out += sign + line + "\n"; };
  if (a.size() > kMostLines || b.size() > kMostLines) {
    for (const std::string& line : a) tell("- ", line);
    for (const std::string& line : b) tell("+ ", line);
    return out;
  }
  // The longest common run of lines, from the end.
  std::vector<std::vector<uint32_t>> common(a.size() + 1, std::vector<uint32_t>(b.size() + 1, 0));
  for (size_t i = a.size(); i-- > 0;)
    for (size_t j = b.size(); j-- > 0;)
      common[i][j] = a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      tell("  ", a[i++]);
      ++j;
    } else if (i < a.size() && (j == b.size() || common[i + 1][j] >= common[i][j + 1])) {
      tell("- ", a[i++]);
    } else {
      tell("+ ", b[j++]);
    }
  }
  return out;
}

}  // namespace heng::watch
