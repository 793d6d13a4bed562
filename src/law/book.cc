#include "law/book.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/text.h"
#include "law/book_page.h"
#include "law/explain.h"
#include "law/html.h"
#include "law/say.h"
#include "law/timeline.h"

namespace heng::law {

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string code_marks(std::string_view text) {
  std::string out;
  bool open = false;
  for (const char c : escape_html(text)) {
    if (c == '`') {
      out += open ? "</code>" : "<code>";
      open = !open;
    } else {
      out += c;
    }
  }
  return open ? out + "</code>" : out;
}

namespace {

std::string both(std::string_view zh, std::string_view en) {
  return fmt::format("<span class=\"zh\" lang=\"zh-Hans\">{}</span><span class=\"en\" lang=\"en\">{}</span>",
                     zh, en);
}

std::string both_blocks(const std::string& zh, const std::string& en) {
  return fmt::format("<div class=\"zh\" lang=\"zh-Hans\">{}</div><div class=\"en\" lang=\"en\">{}</div>", zh, en);
}

class Book {
 public:
  Book(const Pack& pack, const PackSet& packs)
      : pack_(pack),
        packs_(packs),
        names_(packs),
        zh_(names_, Language::chinese),
        en_(names_, Language::english) {}

  std::string run() {
    const auto declares = [](const File& file) {
      return std::ranges::any_of(file.declarations, [](const Decl& decl) { return meta_of(decl) != nullptr; });
    };
    for (const File& file : pack_.files)
      if (declares(file)) section(file, false);
    for (const File& file : pack_.files)
      if (!declares(file)) section(file, true);
    const std::string zh_title = title(pack_.decl.labels.zh, pack_.decl.labels.en, pack_.name);
    const std::string en_title = title(pack_.decl.labels.en, pack_.decl.labels.zh, pack_.name);
    const bool reviewed = pack_.decl.reviewed.value_or(false);
    return fmt::format(
        "<!doctype html>\n<html lang=\"zh-Hans\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\">\n<title>{} · "
        "{}</title>\n<style>{}</style>\n</head>\n<body "
        "class=\"zh\">\n<header><h1>{}</h1><p><code>{}</code> <span class=\"badge\">reviewed: {}</span> "
        "{}</p></header>\n"
        "<div class=\"bar\"><div><input id=\"search\" type=\"search\" aria-label=\"search\" "
        "placeholder=\"搜索 search\"> "
        "<span id=\"count\" aria-live=\"polite\"></span> <a href=\"#index\">{}</a> <button data-lang=\"zh\" "
        "aria-pressed=\"true\">中文</button> "
        "<button data-lang=\"en\" "
        "aria-pressed=\"false\">English</button></div></div>\n<main>\n<nav><ul>{}</ul>{}</nav>\n"
        "{}{}</main>\n<footer><p class=\"id\">{} sha256 "
        "{}</p></footer>\n<script>{}</script>\n</body>\n</html>\n",
        escape_html(zh_title), escape_html(en_title), kBookStyle,
        both(escape_html(zh_title), escape_html(en_title)), escape_html(pack_.name), reviewed ? "yes" : "no",
        reviewed ? ""
                 : both("本书由规则文件生成，尚未经法律专业人员审阅，不是法律意见。",
                        "Printed from the rules. No lawyer has reviewed them; this is not legal advice."),
        both("条文索引", "Articles"), contents_, legend(), body_, index(), escape_html(pack_.name), pack_.hash, kBookScript);
  }

 private:
  static std::string title(const std::string& first, const std::string& second, const std::string& third) {
    return !first.empty() ? first : !second.empty() ? second : third;
  }

  // A heading in two languages is written `中文 · English`; any other stands in both.
  static std::string heading(std::string_view line) {
    const size_t from = line.find_first_not_of(" #=-");
    if (from == std::string_view::npos) return {};
    line.remove_prefix(from);
    if (line.ends_with('.')) line.remove_suffix(1);
    static constexpr std::string_view kMark = " · ";
    const size_t mark = line.find(kMark);
    const auto foreign = [](char c) { return static_cast<unsigned char>(c) > 0x7f; };
    if (mark == std::string_view::npos || std::ranges::none_of(line.substr(0, mark), foreign)) return escape_html(line);
    return both(escape_html(line.substr(0, mark)), escape_html(line.substr(mark + kMark.size())));
  }

  // A file's heading is its first comment line; without one, its name.
  std::string heading(const File& file) const {
    const SourceFile& source = packs_.sources[file.index];
    if (source.text.starts_with("#")) {
      std::string line = heading(std::string_view(source.text).substr(1, source.text.find('\n') - 1));
      if (!line.empty()) return line;
    }
    return escape_html(std::filesystem::path(source.path).stem().string());
  }

  // The last heading (`# ---- …`) among the comments before a declaration.
  static std::string heading_above(std::string_view comments) {
    std::string found;
    while (!comments.empty()) {
      const size_t end = std::min(comments.find('\n'), comments.size());
      const std::string_view line = comments.substr(0, end);
      if (line.starts_with("# ---") || line.starts_with("# ===")) found = heading(line);
      comments.remove_prefix(std::min(end + 1, comments.size()));
    }
    return found;
  }

  // What a pack declares beside its name (states, facts) is read last: the rules refer to it.
  void section(const File& file, bool definitions) {
    const SourceFile& source = packs_.sources[file.index];
    const std::string id = fmt::format("s{}", sections_ + 1);
    std::string articles;
    std::string parts;
    size_t count = 0;
    size_t headings = 0;
    size_t from = 0;
    std::string pending;
    for (const Decl& decl : file.declarations) {
      const Span span = base_of(decl).span;
      if (from <= span.begin && span.end <= source.text.size()) {
        const std::string above = heading_above(std::string_view(source.text).substr(from, span.begin - from));
        if (!above.empty()) pending = above;
        from = span.end;
      }
      const std::string article = this->article(decl);
      if (article.empty()) continue;
      ++count;
      if (!pending.empty()) {
        articles += fmt::format("<h3 id=\"{}-{}\">{}</h3>\n", id, ++headings, pending);
        parts += fmt::format("<li><a href=\"#{}-{}\">{}</a></li>", id, headings, pending);
        pending.clear();
      }
      articles += article;
    }
    if (count == 0) return;
    ++sections_;
    const std::string text = definitions ? both("状态与事实", "States and facts the rules use") : heading(file);
    contents_ += fmt::format("<li><a href=\"#{}\">{}</a> <span class=\"number\">{}</span>{}</li>", id, text, count,
                             parts.empty() ? "" : "<ul>" + parts + "</ul>");
    body_ += fmt::format("<section id=\"{}\"><h2>{}</h2>\n{}</section>\n", id, text, articles);
  }

  // One name may have several versions; each has an anchor of its own.
  std::string anchor(const std::string& name) {
    const size_t number = ++anchors_[name];
    return number == 1 ? name : fmt::format("{}-{}", name, number);
  }

  std::string article(const Decl& decl) {
    const bool state = std::holds_alternative<StateDecl>(decl) || std::holds_alternative<FactDecl>(decl);
    const Meta* meta = meta_of(decl);
    if (meta == nullptr && !state) return {};
    const DeclBase& base = base_of(decl);
    const std::string name = rule_id(base);
    const std::string id = anchor(name);
    const std::string zh = title(base.labels.zh, base.labels.en, name);
    const std::string en = title(base.labels.en, base.labels.zh, name);
    std::string cites;
    if (const std::vector<Cite>* list = cites_of(decl)) {
      for (const Cite& cite : *list) {
        cites += "<li>" + both(escape_html(zh_.say(cite)), escape_html(en_.say(cite))) + "</li>";
        index_[{cite.source.text, cite.detail}].push_back({id, zh, en});
      }
    }
    std::string badges;
    if (meta != nullptr && meta->severity != Severity::none) {
      badges += fmt::format("<span class=\"badge {}\">{}</span>", en_.severity(meta->severity),
                            both(zh_.severity(meta->severity), en_.severity(meta->severity)));
    }
    if (meta != nullptr && meta->from)
      badges += "<span class=\"badge\">≥ " + format_date(*meta->from) + "</span>";
    if (meta != nullptr && meta->until)
      badges += "<span class=\"badge\">≤ " + format_date(*meta->until) + "</span>";

    std::string out = fmt::format(
        "<article id=\"{}\"><aside><ul>{}</ul></aside><div><h4>{}</h4><p "
        "class=\"id\"><code>{}/{}</code>{}</p>",
        escape_html(id), cites, both(escape_html(zh), escape_html(en)), escape_html(pack_.name),
        escape_html(name), badges);
    if (!base.doc.empty()) out += "<p class=\"doc\">" + escape_html(base.doc) + "</p>";
    if (const auto* clock = std::get_if<ClockDecl>(&decl)) {
      out += both_blocks(timeline_html(*clock, zh_), timeline_html(*clock, en_));
    }
    out += both_blocks(clauses(decl, zh_), clauses(decl, en_));
    out += examples(name) + source(decl);
    return out + "</div></article>\n";
  }

  static std::string legend() {
    const auto sign = [](const char* style, const char* zh, const char* en) {
      return fmt::format("<li class=\"{}\"><span class=\"track\"><i></i></span>{}</li>", style, both(zh, en));
    };
    return "<ul class=\"legend\">" + sign("base", "基本期限", "the time allowed") + sign("other", "另一期限", "in its place") +
           sign("plus", "延长", "added") + sign("minus", "减去", "taken off") +
           sign("open", "长度取决于事实", "as long as the facts say") + "<li><b>▲</b> " + both("预警", "a warning") + "</li></ul>";
  }

  static std::string clauses(const Decl& decl, const Sayer& sayer) {
    std::string out = "<dl>";
    const bool drawn = std::holds_alternative<ClockDecl>(decl);
    for (const SaidClause& clause : sayer.clauses(decl)) {
      if (drawn && clause.heading == sayer.allows_heading()) continue;  // the time line says it
      const std::string join = sayer.join_word(clause.join);
      out += "<dt>" + escape_html(clause.heading) + (join.empty() ? "" : " <small>" + join + "</small>") +
             "</dt><dd>";
      if (clause.lines.size() == 1) {
        out += code_marks(clause.lines.front());
      } else {
        out += "<ul>";
        for (const std::string& line : clause.lines) out += "<li>" + code_marks(line) + "</li>";
        out += "</ul>";
      }
      out += "</dd>";
    }
    return out + "</dl>";
  }

  std::string examples(const std::string& name) const {
    std::string rows;
    size_t stories = 0;
    for (const Found& found : find_rules(packs_, pack_.name + "/" + name)) {
      for (const TestDecl* test : found.tests) {
        for (const Story& story : test->stories) {
          stories += !story.given;
          std::string lines;
          for (const std::string& line : story_lines(story, packs_))
            lines += (lines.empty() ? "" : "<br>") + escape_html(line);
          rows +=
              fmt::format("<tr><th scope=\"row\">{}</th><td><code>{}</code></td></tr>",
                          story.given ? both("共同事实", "in all of them") : escape_html(story.title), lines);
        }
      }
      break;  // the tests of a name are the same for all its versions
    }
    if (stories == 0) return {};
    return fmt::format("<details><summary>{}</summary><table>{}</table></details>",
                       both(fmt::format("例（{}）", stories), fmt::format("Examples ({})", stories)), rows);
  }

  std::string source(const Decl& decl) const {
    const Span span = base_of(decl).span;
    if (span.file >= packs_.sources.size()) return {};
    return fmt::format("<details><summary>{}</summary><pre>{}</pre></details>",
                       both("规则原文", "As written"),
                       escape_html(packs_.sources[span.file].text.substr(span.begin, span.end - span.begin)));
  }

  struct Entry {
    std::string id;
    std::string zh;
    std::string en;
  };

  std::string index() const {
    struct Order {
      bool operator()(const std::pair<std::string, std::string>& a,
                      const std::pair<std::string, std::string>& b) const {
        const auto source = natural_compare(a.first, b.first);
        return source != 0 ? source < 0 : natural_compare(a.second, b.second) < 0;
      }
    };
    const std::map<std::pair<std::string, std::string>, std::vector<Entry>, Order> sorted(index_.begin(),
                                                                                          index_.end());
    std::string rows;
    for (const auto& [article, entries] : sorted) {
      Cite cite;
      cite.source.text = article.first;
      cite.detail = article.second;
      rows += "<tr><th scope=\"row\">" + both(escape_html(zh_.say(cite)), escape_html(en_.say(cite))) +
              "</th><td>";
      for (size_t i = 0; i < entries.size(); ++i) {
        rows += fmt::format("{}<a href=\"#{}\">{}</a>", i == 0 ? "" : "<br>", escape_html(entries[i].id),
                            both(escape_html(entries[i].zh), escape_html(entries[i].en)));
      }
      rows += "</td></tr>";
    }
    if (rows.empty()) return {};
    return "<h2 id=\"index\">" + both("条文索引", "Articles and the rules that rest on them") +
           "</h2><table>" + rows + "</table>\n";
  }

  const Pack& pack_;
  const PackSet& packs_;
  Names names_;
  Sayer zh_;
  Sayer en_;
  std::string contents_;
  std::string body_;
  size_t sections_ = 0;
  std::map<std::string, size_t> anchors_;
  std::map<std::pair<std::string, std::string>, std::vector<Entry>> index_;
};

}  // namespace

std::string book_html(const Pack& pack, const PackSet& packs) { return Book(pack, packs).run(); }

}  // namespace heng::law
