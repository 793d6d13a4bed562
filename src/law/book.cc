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

namespace {

// Backticks mark the author's words; in the page they are <code>.
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

std::string both(std::string_view zh, std::string_view en) {
  return fmt::format("<span class=\"zh\" lang=\"zh-Hans\">{}</span><span class=\"en\" lang=\"en\">{}</span>",
                     zh, en);
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
    for (const File& file : pack_.files) section(file);
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
        "<span id=\"count\" aria-live=\"polite\"></span> <button data-lang=\"zh\" "
        "aria-pressed=\"true\">中文</button> "
        "<button data-lang=\"en\" "
        "aria-pressed=\"false\">English</button></div></div>\n<main>\n<nav><ul>{}</ul></nav>\n"
        "{}{}</main>\n<footer><p class=\"id\">{} sha256 "
        "{}</p></footer>\n<script>{}</script>\n</body>\n</html>\n",
        escape_html(zh_title), escape_html(en_title), kBookStyle,
        both(escape_html(zh_title), escape_html(en_title)), escape_html(pack_.name), reviewed ? "yes" : "no",
        reviewed ? ""
                 : both("本书由规则文件生成，尚未经法律专业人员审阅，不是法律意见。",
                        "Printed from the rules. No lawyer has reviewed them; this is not legal advice."),
        contents_, body_, index(), escape_html(pack_.name), pack_.hash, kBookScript);
  }

 private:
  static std::string title(const std::string& first, const std::string& second, const std::string& third) {
    return !first.empty() ? first : !second.empty() ? second : third;
  }

  // A file's heading is its first comment line; without one, its name.
  std::string heading(const File& file) const {
    const SourceFile& source = packs_.sources[file.index];
    if (source.text.starts_with("#")) {
      std::string line = source.text.substr(1, source.text.find('\n') - 1);
      line.erase(0, line.find_first_not_of(" #=-"));
      if (!line.empty()) return line;
    }
    return std::filesystem::path(source.path).stem().string();
  }

  void section(const File& file) {
    std::string articles;
    size_t count = 0;
    for (const Decl& decl : file.declarations) {
      std::string article = this->article(decl);
      count += !article.empty();
      articles += article;
    }
    if (count == 0) return;
    const std::string id = fmt::format("s{}", ++sections_);
    const std::string text = escape_html(heading(file));
    contents_ += fmt::format("<li><a href=\"#{}\">{}</a> ({})</li>", id, text, count);
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
    if (!pack_.decl.reviewed.value_or(false)) badges += "<span class=\"badge\">reviewed: no</span>";

    std::string out = fmt::format(
        "<article id=\"{}\"><aside><ul>{}</ul></aside><div><h3>{}</h3><p "
        "class=\"id\"><code>{}/{}</code>{}</p>",
        escape_html(id), cites, both(escape_html(zh), escape_html(en)), escape_html(pack_.name),
        escape_html(name), badges);
    if (!base.doc.empty()) out += "<p class=\"doc\">" + escape_html(base.doc) + "</p>";
    if (const auto* clock = std::get_if<ClockDecl>(&decl)) {
      out += both(timeline_svg(*clock, zh_), timeline_svg(*clock, en_));
    }
    out += "<div class=\"zh\" lang=\"zh-Hans\">" + clauses(decl, zh_) +
           "</div><div class=\"en\" lang=\"en\">" + clauses(decl, en_) + "</div>";
    out += examples(name) + source(decl);
    return out + "</div></article>\n";
  }

  static std::string clauses(const Decl& decl, const Sayer& sayer) {
    std::string out = "<dl>";
    for (const SaidClause& clause : sayer.clauses(decl)) {
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
