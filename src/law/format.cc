#include "law/format.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "law/clauses.h"
#include "law/diagnostics.h"
#include "law/layout.h"

namespace heng::law {
namespace {

constexpr size_t kClauseColumns = 10;
constexpr size_t kItemColumn = 2 + kClauseColumns;

// One word of the output, English until it is turned.
struct OutWord {
  std::string text;
  WordRole role = WordRole::none;
  bool glued = false;
  int column =
      -1;  // begins the aligned column of this rank: 0 `->`, 1 `after`/`when`, 2 dates and times, 3 `cites`
};

// One line of output before it is aligned: segments that begin at columns.
struct OutLine {
  size_t indent = 0;
  std::string prefix;  // the clause word, a story's title
  std::vector<std::pair<int, std::string>> segments;
  std::string comment;
  bool only_comment = false;
};

std::string singular(std::string_view word) {
  return word.ends_with('s') ? std::string(word.substr(0, word.size() - 1)) : std::string(word);
}

class Formatter {
 public:
  Formatter(const SourceFile& source, const Layout& layout, Words words)
      : text_(source.text), layout_(layout), words_(words) {}

  std::string run() {
    const uint32_t total = static_cast<uint32_t>(lines().size());
    uint32_t gap_begin = 0;
    for (size_t i = 0; i < layout_.declarations.size(); ++i) {
      const uint32_t header = header_line(i);
      gap(gap_begin, header, i);
      gap_begin = declaration(i, i + 1 < layout_.declarations.size() ? header_line(i + 1) : total);
    }
    gap(gap_begin, total, layout_.declarations.size());
    return std::move(out_);
  }

 private:
  const std::vector<Line>& lines() const { return layout_.tokens.lines; }
  uint32_t header_line(size_t declaration) const {
    return layout_.logical[layout_.declarations[declaration].logical.front()].line;
  }
  std::string comment_of(uint32_t line) const {
    const Span span = lines()[line].comment;
    return std::string(text_.substr(span.begin, span.end - span.begin));
  }

  bool one_line(size_t declaration) const {
    const auto& logical = layout_.declarations[declaration].logical;
    return logical.size() == 1 && layout_.logical[logical.front()].lines == 1;
  }

  // What stands between two declarations: comments, with at most one empty line between them.
  void gap(uint32_t begin, uint32_t end, size_t next) {
    const bool last = next == layout_.declarations.size();
    bool any_blank = false;
    bool any_comment = false;
    for (uint32_t line = begin; line < end; ++line) (lines()[line].blank() ? any_blank : any_comment) = true;
    if (last && !any_comment) return;
    const bool tight = !last && next > 0 && !any_blank && one_line(next - 1) && one_line(next) &&
                       layout_.declarations[next - 1].word == layout_.declarations[next].word;
    bool want_blank = !out_.empty() && !tight;
    bool seen = false;
    for (uint32_t line = begin; line < end; ++line) {
      if (lines()[line].blank()) {
        want_blank |= seen || !out_.empty();
        continue;
      }
      if (want_blank && !out_.empty()) out_ += '\n';
      want_blank = false;
      seen = true;
      out_ += comment_of(line) + "\n";
    }
    if (want_blank && !last) out_ += '\n';
  }

  // Writes a declaration; the first line behind it that is not its own.
  uint32_t declaration(size_t index, uint32_t end) {
    const DeclarationLayout& decl = layout_.declarations[index];
    chinese_ = words_ == Words::chinese || (words_ == Words::as_written && decl.chinese);
    was_chinese_ = decl.chinese;
    const LogicalLine& header = layout_.logical[decl.logical.front()];
    std::vector<OutLine> head;
    physical_lines(header, 0, 0, head, kItemColumn);
    head.front().indent = 0;
    write(head, 0);
    uint32_t behind = header.line + header.lines;

    std::vector<Group> groups;
    for (size_t i = 1; i < decl.logical.size(); ++i) {
      const LogicalLine& line = layout_.logical[decl.logical[i]];
      if (line.kind == LogicalLine::Kind::clause || groups.empty()) groups.push_back({line.rank, {}});
      logical(line, behind, decl.word == "test", groups.back());
      behind = line.line + line.lines;
    }
    const std::string_view word = decl.word;
    if (word != "test") {
      if (word == "pack") set_words(groups);
      std::stable_sort(groups.begin(), groups.end(),
                       [](const Group& a, const Group& b) { return a.rank < b.rank; });
    }
    align(groups, word);
    for (const Group& group : groups)
      write(group.lines, word == "test" ? title_columns(groups) : kClauseColumns);

    for (; behind < end && !lines()[behind].blank() && lines()[behind].indent > 0; ++behind) {
      out_ += "  " + comment_of(behind) + "\n";
    }
    return behind;
  }

  struct Group {
    int32_t rank = 0;
    std::vector<OutLine> lines;
  };

  static size_t title_columns(const std::vector<Group>& groups) {
    size_t columns = 0;
    for (const Group& group : groups) {
      for (const OutLine& line : group.lines) columns = std::max(columns, display_width(line.prefix));
    }
    return columns + 2;
  }

  // One logical line: the comments above it, the clause word, its lines.
  void logical(const LogicalLine& line, uint32_t behind, bool test, Group& group) {
    const bool clause = line.kind == LogicalLine::Kind::clause;
    const bool waits = !clause && group.lines.size() == 1 && !group.lines.back().only_comment &&
                       !group.lines.back().prefix.empty() && group.lines.back().segments.empty();
    std::vector<OutLine> comments;
    for (uint32_t at = behind; at < line.line; ++at) {
      if (!lines()[at].has_comment()) continue;
      OutLine comment;
      comment.indent = clause || waits ? 2 : kItemColumn;
      comment.comment = comment_of(at);
      comment.only_comment = true;
      comments.push_back(std::move(comment));
    }
    std::vector<OutLine> own;
    size_t prefix_words = 0;
    if (clause) prefix_words = test ? 1 : clause_words(line);
    physical_lines(line, clause ? 2 : kItemColumn, prefix_words, own, kItemColumn);
    if (waits) {  // the clause word stood alone on its line; its first item joins it
      OutLine& word = group.lines.back();
      if (!word.comment.empty()) {
        OutLine comment;
        comment.indent = 2;
        comment.comment = word.comment;
        comment.only_comment = true;
        comments.insert(comments.begin(), std::move(comment));
      }
      own.front().prefix = word.prefix;
      own.front().indent = 2;
      group.lines.pop_back();
    }
    group.lines.insert(group.lines.end(), comments.begin(), comments.end());
    group.lines.insert(group.lines.end(), own.begin(), own.end());
  }

  size_t clause_words(const LogicalLine& line) const {
    const DeclarationSpec* spec = declaration_spec(layout_.declarations[line.declaration].word);
    if (spec == nullptr || line.rank < 0) return 0;
    const std::string_view words = spec->clauses[static_cast<size_t>(line.rank)].words;
    return 1 + static_cast<size_t>(std::count(words.begin(), words.end(), ' '));
  }

  void physical_lines(const LogicalLine& logical, size_t indent, size_t prefix_words,
                      std::vector<OutLine>& out, size_t further) {
    for (uint32_t at = logical.line; at < logical.line + logical.lines; ++at) {
      const Line& line = lines()[at];
      if (line.blank()) continue;
      OutLine result;
      result.indent = at == logical.line ? indent : further;
      if (line.has_comment()) result.comment = comment_of(at);
      if (line.count == 0) {
        result.only_comment = true;
        out.push_back(std::move(result));
        continue;
      }
      std::vector<OutWord> words = words_of(line);
      size_t first = 0;
      if (at == logical.line && prefix_words != 0) {
        if (chinese_) prefix_words = 1;
        for (; first < prefix_words && first < words.size(); ++first) {
          result.prefix += (first == 0 ? "" : " ") + words[first].text;
        }
      }
      std::string* segment = nullptr;
      bool after_opening = false;
      for (size_t i = first; i < words.size(); ++i) {
        if (segment == nullptr || (words[i].column >= 0)) {
          result.segments.emplace_back(segment == nullptr ? -1 : words[i].column, std::string{});
          segment = &result.segments.back().second;
        } else if (!words[i].glued && !after_opening) {
          *segment += ' ';
        }
        *segment += words[i].text;
        after_opening = words[i].text == "(" || words[i].text == ".";
      }
      out.push_back(std::move(result));
    }
  }

  static int column_rank(std::string_view word) {
    if (word == "->") return 0;
    if (word == "after" || word == "when") return 1;
    return word == "cites" ? 3 : 2;
  }

  std::vector<OutWord> words_of(const Line& line) const {
    std::vector<OutWord> out;
    for (uint32_t i = line.first; i < line.first + line.count; ++i) {
      const Token& token = layout_.tokens.tokens[i];
      const Mark& mark = layout_.marks[i];
      const size_t begin = out.size();
      switch (token.kind) {
        case TokenKind::string:
          out.push_back({"\"" + token.text + "\"", WordRole::none, mark.glued, -1});
          break;
        case TokenKind::percent:
          out.push_back({token.text + "%", WordRole::none, mark.glued, -1});
          break;
        case TokenKind::word:
          append_word(token, mark, out);
          break;
        default:
          out.push_back({token.text, WordRole::none, mark.glued, -1});
          break;
      }
      if (mark.column && out.size() > begin) out[begin].column = column_rank(out[begin].text);
    }
    return chinese_ ? turned(out) : out;
  }

  // In English words, whatever it was written in.
  void append_word(const Token& token, const Mark& mark, std::vector<OutWord>& out) const {
    const Phrase* phrase =
        was_chinese_ && mark.role != WordRole::none ? phrase_of_chinese(token.text) : nullptr;
    if (phrase == nullptr) {
      out.push_back({token.text, mark.role, mark.glued, -1});
      return;
    }
    for (size_t i = 0; i < phrase->english.size(); ++i) {
      std::string word(phrase->english[i]);
      const bool one = !out.empty() && out.back().text == "1";
      if (phrase->role == WordRole::unit && one_before(out)) word = singular(word);
      if (word == "time" && phrase->english.size() == 1 && phrase->role == WordRole::keyword && !one) word = "times";
      out.push_back({std::move(word), mark.role, i == 0 && mark.glued, -1});
    }
  }

  // `1 custody month`: the number stands before the unit and its qualifiers.
  static bool one_before(const std::vector<OutWord>& out) {
    for (size_t back = 0; back < 3 && back < out.size(); ++back) {
      const OutWord& word = out[out.size() - 1 - back];
      if (word.text == "1") return true;
      if (word.role != WordRole::none) return false;
    }
    return false;
  }

  static std::vector<OutWord> turned(const std::vector<OutWord>& words) {
    std::vector<OutWord> out;
    for (size_t i = 0; i < words.size();) {
      if (words[i].role == WordRole::none) {
        out.push_back(words[i++]);
        continue;
      }
      std::vector<std::string> plain;
      for (size_t k = i;
           k < words.size() && words[k].role == words[i].role && (k == i || words[k].column < 0); ++k) {
        std::string word = words[k].text;
        if (words[k].role == WordRole::unit && !word.ends_with('s')) word += 's';
        if (word == "times") word = "time";
        plain.push_back(std::move(word));
      }
      const std::vector<std::string_view> views(plain.begin(), plain.end());
      OutWord word = words[i];
      const Phrase* phrase = longest_phrase(word.role, views);
      if (phrase != nullptr) word.text = phrase->chinese;
      out.push_back(std::move(word));
      i += phrase == nullptr ? 1 : phrase->english.size();
    }
    return out;
  }

  // The pack says which words it is written in.
  void set_words(std::vector<Group>& groups) const {
    if (words_ == Words::as_written) return;
    static constexpr int32_t kRank = 4;  // of `words` among the clauses of a pack
    const std::string value = words_ == Words::chinese ? "zh" : "en";
    for (Group& group : groups) {
      if (group.rank != kRank) continue;
      for (OutLine& line : group.lines) {
        if (!line.segments.empty()) line.segments.front().second = value;
      }
      return;
    }
    if (words_ == Words::english) return;
    OutLine line;
    line.indent = 2;
    line.prefix = "用词";
    line.segments.emplace_back(-1, value);
    groups.push_back({kRank, {std::move(line)}});
  }

  // Pads what stands before each column so that it begins under the same column of the other lines. Rows of a
  // table are clauses of their own and are aligned together.
  static void align(std::vector<Group>& groups, std::string_view word) {
    const bool together = word == "table";
    std::vector<std::vector<OutLine*>> sets(together ? 1 : groups.size());
    for (size_t i = 0; i < groups.size(); ++i) {
      for (OutLine& line : groups[i].lines) sets[together ? 0 : i].push_back(&line);
    }
    for (std::vector<OutLine*>& set : sets) {
      for (const int column : {0, 1, 3}) align_column(set, column);
    }
  }

  static void align_column(std::vector<OutLine*>& set, int column) {
    const auto width_before = [&](const OutLine& line, size_t segment) {
      size_t width = 0;
      for (size_t i = 0; i < segment; ++i) width += display_width(line.segments[i].second) + (i == 0 ? 0 : 2);
      return width;
    };
    const auto segment_of = [&](const OutLine& line) {
      for (size_t i = 1; i < line.segments.size(); ++i) {
        if (line.segments[i].first == column) return i;
      }
      return size_t{0};
    };
    size_t widest = 0;
    for (const OutLine* line : set) {
      if (const size_t at = segment_of(*line)) widest = std::max(widest, width_before(*line, at));
    }
    for (OutLine* line : set) {
      const size_t at = segment_of(*line);
      if (at == 0) continue;
      line->segments[at - 1].second += std::string(widest - width_before(*line, at), ' ');
    }
  }

  void write(const std::vector<OutLine>& group, size_t prefix_columns) {
    for (const OutLine& line : group) {
      std::string text;
      if (!line.only_comment) {
        const bool story = prefix_columns != kClauseColumns && prefix_columns != 0;
        if (!line.prefix.empty()) {
          text = "  " + (line.segments.empty() ? line.prefix : pad_right(line.prefix, prefix_columns));
        } else {
          text = std::string(line.indent == 0 ? 0 : story ? 2 + prefix_columns : line.indent, ' ');
        }
        for (size_t i = 0; i < line.segments.size(); ++i)
          text += (i == 0 ? "" : "  ") + line.segments[i].second;
        if (!line.comment.empty()) text += "  " + line.comment;
      } else {
        text = std::string(line.indent, ' ') + line.comment;
      }
      while (text.ends_with(' ')) text.pop_back();
      out_ += text + "\n";
    }
  }

  std::string_view text_;
  const Layout& layout_;
  Words words_;
  std::string out_;
  bool chinese_ = false;
  bool was_chinese_ = false;
};

}  // namespace

Result<std::string> format(const SourceFile& source, Words words) {
  Diagnostics diagnostics;
  Layout layout;
  parse_with_layout(source, 0, diagnostics, layout);
  for (const Diagnostic& d : diagnostics.all()) {
    if (d.severity != Level::error) continue;
    const LineColumn at = line_column(source.text, d.primary.span.begin);
    return Error{ErrorKind::bad_input, std::string(d.code()), d.message,
                 source.path + ":" + std::to_string(at.line),
                 d.help.empty() ? "a file is laid out once it parses" : d.help};
  }
  return Formatter(source, layout, words).run();
}

}  // namespace heng::law
