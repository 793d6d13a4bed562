// Layout first: lines are joined, declarations found in column 0, clauses by their indentation. Then each
// line's words.
#include "law/parser.h"

#include <algorithm>

#include "base/text.h"
#include "law/clauses.h"
#include "law/layout.h"
#include "law/parse_declarations.h"

namespace heng::law {
namespace {

template <typename D>
concept HasClauses = requires(D& decl, LineParser& line) {
  parse_item(decl, std::string_view{}, line);
};

constexpr size_t kMaxDeclarations = 32768;  // of a file: a short one costs a thousand times its bytes

class Parser {
 public:
  Parser(const SourceFile& source, uint32_t index, Diagnostics& diagnostics, Layout& layout)
      : source_(source), diagnostics_(diagnostics), layout_(layout) {
    file_.index = index;
    layout_.tokens = lex(source, index, diagnostics);
    layout_.marks.assign(layout_.tokens.tokens.size(), Mark{});
  }

  File run() {
    uint32_t line = 0;
    const auto total = static_cast<uint32_t>(lines().size());
    while (line < total) {
      if (lines()[line].count == 0) {
        ++line;
        continue;
      }
      if (file_.declarations.size() >= kMaxDeclarations) {
        diagnostics_.add(Kind::too_large, first_token(line).span, "a file of more than 32768 declarations is not read to its end").help =
            "split it: the files of a folder are one pack";
        break;
      }
      uint32_t end = line + 1;
      while (end < total && (lines()[end].count == 0 || lines()[end].indent > 0)) ++end;
      block(line, end);
      line = end;
    }
    return std::move(file_);
  }

 private:
  const std::vector<Line>& lines() const { return layout_.tokens.lines; }
  const Token& first_token(uint32_t line) const { return layout_.tokens.tokens[lines()[line].first]; }

  // The words of a line as the parser reads them.
  void append_items(uint32_t line, std::vector<Item>& items) const {
    const Line& source_line = lines()[line];
    for (uint32_t i = source_line.first; i < source_line.first + source_line.count; ++i) {
      const Token& token = layout_.tokens.tokens[i];
      if (token.kind != TokenKind::word) {
        items.push_back({i, 0, {}});
        continue;
      }
      const Phrase* phrase = chinese_ ? phrase_of_chinese(token.text) : nullptr;
      if (phrase == nullptr) {
        items.push_back({i, 0, token.text});
        continue;
      }
      for (size_t part = 0; part < phrase->english.size(); ++part) {
        items.push_back({i, static_cast<uint16_t>(part), phrase->english[part]});
      }
    }
  }

  bool goes_on(const std::vector<Item>& items) const {
    if (items.size() < 2) return false;
    const Item& last = items.back();
    return layout_.tokens.tokens[last.token].is(',') || last.word == "and" || last.word == "or";
  }

  // The lines of a block, joined where one goes on in the next; `deeper`: those only that are indented
  // further.
  struct Joined {
    uint32_t line = 0;
    uint32_t count = 1;
    std::vector<Item> items;
  };
  std::vector<Joined> join(uint32_t begin, uint32_t end, uint32_t clause_indent) {
    std::vector<Joined> out;
    for (uint32_t line = begin; line < end;) {
      if (lines()[line].count == 0) {
        ++line;
        continue;
      }
      Joined joined{line, 1, {}};
      append_items(line, joined.items);
      const bool header = line == begin;
      while (goes_on(joined.items)) {
        uint32_t next = line + joined.count;
        while (next < end && lines()[next].count == 0) ++next;
        if (next >= end || (!header && lines()[next].indent <= clause_indent)) break;
        if (joined.items.size() > kMaxJoinedTokens) {
          diagnostics_.add(Kind::too_large, first_token(line).span,
                           "a line that goes on for more than 16384 words")
              .help = "make several lines or declarations of it";
          break;
        }
        append_items(next, joined.items);
        joined.count = next - line + 1;
      }
      line += joined.count;
      out.push_back(std::move(joined));
    }
    return out;
  }

  Span block_span(uint32_t begin, uint32_t end) const {
    while (end > begin + 1 && lines()[end - 1].count == 0) --end;
    Span span = first_token(begin).span;
    span.end = lines()[end - 1].end;
    const Line& last = lines()[end - 1];
    if (last.count != 0) span.end = layout_.tokens.tokens[last.first + last.count - 1].span.end;
    return span;
  }

  // The comment lines directly above; indented ones below a declaration's last line are that declaration's.
  std::string doc_above(uint32_t line) const {
    uint32_t first = line;
    while (first > 0 && lines()[first - 1].count == 0 && lines()[first - 1].has_comment()) --first;
    if (first > 0 && lines()[first - 1].count != 0) {
      while (first < line && lines()[first].indent > 0) ++first;
    }
    std::string doc;
    for (; first < line; ++first) {
      const Span comment = lines()[first].comment;
      std::string_view text =
          std::string_view(source_.text).substr(comment.begin + 1, comment.end - comment.begin - 1);
      if (text.starts_with(' ')) text.remove_prefix(1);
      if (text.starts_with("---") || text.starts_with("===")) continue;  // a heading of what follows
      doc += (doc.empty() ? "" : "\n") + std::string(text);
    }
    return doc;
  }

  std::string_view declaration_word(uint32_t line) {
    const Token& head = first_token(line);
    chinese_ = false;
    if (head.kind != TokenKind::word) return {};
    if (is_declaration_word(head.text)) return head.text;
    const Phrase* phrase = phrase_of_chinese(head.text);
    if (phrase == nullptr || phrase->english.size() != 1 || !is_declaration_word(phrase->english[0]))
      return {};
    chinese_ = true;
    return phrase->english[0];
  }

  void block(uint32_t begin, uint32_t end) {
    const Token& head = first_token(begin);
    const std::string word(declaration_word(begin));
    if (lines()[begin].indent > 0) {
      if (head.kind != TokenKind::bad) {
        diagnostics_.add(Kind::unknown_declaration, head.span, "an indented line before any declaration")
            .help = "declarations begin in column 0";
      }
      return;
    }
    if (word.empty()) {
      if (head.kind == TokenKind::bad) return;
      const std::string text(
          std::string_view(source_.text).substr(head.span.begin, head.span.end - head.span.begin));
      Diagnostic& d =
          diagnostics_.add(Kind::unknown_declaration, head.span,
                           "no declaration begins with `" + printable(clip_to_width(text, 40)) + "`");
      const auto near = suggest(head.text, declaration_words());
      if (!near.empty()) d.help = "did you mean `" + near.front() + "`?";
      return;
    }
    const DeclarationSpec* spec = declaration_spec(word);
    if (spec == nullptr) {
      diagnostics_.add(Kind::not_yet, head.span, "`" + word + "` is reserved and not read yet");
      return;
    }
    read_as(word, *spec, begin, end);
  }

  void read_as(std::string_view word, const DeclarationSpec& spec, uint32_t begin, uint32_t end) {
    if (word == "pack") read<PackDecl>(spec, begin, end);
    if (word == "source") read<SourceDecl>(spec, begin, end);
    if (word == "role") read<RoleDecl>(spec, begin, end);
    if (word == "agency") read<AgencyDecl>(spec, begin, end);
    if (word == "office") read<OfficeDecl>(spec, begin, end);
    if (word == "subject") read<SubjectDecl>(spec, begin, end);
    if (word == "act") read<ActDecl>(spec, begin, end);
    if (word == "field") read<FieldNameDecl>(spec, begin, end);
    if (word == "period") read<PeriodDecl>(spec, begin, end);
    if (word == "setting") read<SettingDecl>(spec, begin, end);
    if (word == "table") read<TableDecl>(spec, begin, end);
    if (word == "state") read<StateDecl>(spec, begin, end);
    if (word == "fact") read<FactDecl>(spec, begin, end);
    if (word == "rule") read<RuleDecl>(spec, begin, end);
    if (word == "clock") read<ClockDecl>(spec, begin, end);
    if (word == "separation") read<SeparationDecl>(spec, begin, end);
    if (word == "power") read<PowerDecl>(spec, begin, end);
    if (word == "consequence") read<ConsequenceDecl>(spec, begin, end);
    if (word == "watch") read<WatchDecl>(spec, begin, end);
    if (word == "test") read<TestDecl>(spec, begin, end);
  }

  // The clause a line begins with, the longest that fits ("in force"), or -1.
  int32_t clause_of(const DeclarationSpec& spec, const LineParser& line) const {
    int32_t best = -1;
    size_t length = 0;
    for (size_t i = 0; i < spec.clauses.size(); ++i) {
      if (spec.clauses[i].words.size() > length && line.is(spec.clauses[i].words)) {
        best = static_cast<int32_t>(i);
        length = spec.clauses[i].words.size();
      }
    }
    return best;
  }

  // Clauses stand after two spaces. Where the first one stands deeper, and is one, its column is taken for
  // theirs.
  uint32_t clause_indent(const DeclarationSpec& spec, bool test, uint32_t begin, uint32_t end) {
    for (uint32_t line = begin + 1; line < end; ++line) {
      if (lines()[line].count == 0) continue;
      const uint32_t indent = lines()[line].indent;
      std::vector<Item> items;
      append_items(line, items);
      const LineParser parser(source_, layout_, diagnostics_, std::move(items));
      const bool clause =
          test ? parser.is("given") || parser.is_kind(TokenKind::string) : clause_of(spec, parser) >= 0;
      if (indent == 2 || !clause) return 2;
      if (source_.text[lines()[line].begin] != '\t') {
        diagnostics_.add(Kind::indent, first_token(line).span, "clauses are indented by two spaces").help =
            "`heng law fmt` lays the file out";
      }
      return std::max<uint32_t>(indent, 2);
    }
    return 2;
  }

  template <typename D>
  void read(const DeclarationSpec& spec, uint32_t begin, uint32_t end) {
    constexpr bool kTest = std::is_same_v<D, TestDecl>;
    D decl;
    decl.span = block_span(begin, end);
    decl.doc = doc_above(begin);
    const size_t errors = diagnostics_.errors();
    const uint32_t indent = clause_indent(spec, kTest, begin, end);
    std::vector<Joined> joined = join(begin, end, indent);
    layout_.declarations.push_back({std::string(spec.word), chinese_, {}});
    note(LogicalLine::Kind::header, joined.front(), -1, 0);

    LineParser header(source_, layout_, diagnostics_, std::move(joined.front().items));
    header.expect(spec.word);
    parse_header(decl, header);
    header.finish();
    joined.erase(joined.begin());
    if constexpr (kTest) {
      stories(decl, joined, indent);
    } else {
      clauses(decl, spec, joined, indent, errors);
    }
    if (decl.name) file_.declarations.emplace_back(std::move(decl));
  }

  void note(LogicalLine::Kind kind, const Joined& joined, int32_t rank, uint32_t clause_tokens) {
    const auto declaration = static_cast<uint32_t>(layout_.declarations.size() - 1);
    layout_.declarations.back().logical.push_back(static_cast<uint32_t>(layout_.logical.size()));
    layout_.logical.push_back({kind, declaration, joined.line, joined.count, rank, clause_tokens});
  }

  // Source tokens taken so far from the line.
  static uint32_t tokens_taken(const Joined& joined, const std::vector<Item>& items, size_t position) {
    (void)joined;
    return position == 0 ? 0 : items[position - 1].token - items.front().token + 1;
  }

  template <typename D>
  void clauses(D& decl, const DeclarationSpec& spec, std::vector<Joined>& joined, uint32_t indent,
               size_t errors_before) {
    std::vector<Span> seen(spec.clauses.size());
    std::vector<bool> has(spec.clauses.size(), false);
    std::vector<bool> filled(spec.clauses.size(), false);
    int32_t current = -1;
    bool skip = false;  // items of a clause that was not understood
    for (Joined& line : joined) {
      const std::vector<Item> items = line.items;
      LineParser parser(source_, layout_, diagnostics_, std::move(line.items));
      if (lines()[line.line].indent > indent) {
        if (current < 0) {
          note(LogicalLine::Kind::item, line, -1, 0);
          if (!skip) parser.fail("a clause, indented by two spaces");
          skip = true;
          continue;
        }
        note(LogicalLine::Kind::item, line, current, 0);
        const ClauseSpec& clause = spec.clauses[static_cast<size_t>(current)];
        if (!clause.items && filled[static_cast<size_t>(current)]) {
          parser.report(Kind::syntax, "`" + std::string(clause.words) + "` takes one line");
        } else {
          filled[static_cast<size_t>(current)] = true;
          item(decl, clause, parser);
        }
        continue;
      }
      current = clause_of(spec, parser);
      skip = current < 0;
      if (current < 0) {
        note(LogicalLine::Kind::clause, line, -1, 0);
        unknown_clause(spec, parser);
        continue;
      }
      const auto rank = static_cast<size_t>(current);
      const ClauseSpec& clause = spec.clauses[rank];
      const Span place = parser.here();
      if (has[rank] && !clause.repeats) {
        Diagnostic& d = diagnostics_.add(Kind::duplicate_clause, place,
                                         "`" + std::string(clause.words) + "` is given twice", "again here");
        d.secondary.push_back({seen[rank], "first given here"});
        d.help = "put both under one `" + std::string(clause.words) + "`, one a line";
      } else {
        seen[rank] = place;
      }
      has[rank] = true;
      filled[rank] = false;
      parser.accept(clause.words);
      note(LogicalLine::Kind::clause, line, current, tokens_taken(line, items, parser.position()));
      if (parser.at_end() && clause.items) continue;  // its items stand below
      filled[rank] = true;
      item(decl, clause, parser);
    }
    if (diagnostics_.errors() != errors_before) return;  // what is missing may be in what was not understood
    missing(decl, spec, has, filled);
    conflicts(decl, spec, has, seen);
  }

  template <typename D>
  void item(D& decl, const ClauseSpec& clause, LineParser& parser) {
    if constexpr (HasClauses<D>) parse_item(decl, clause.words, parser);
    parser.finish();
  }

  void unknown_clause(const DeclarationSpec& spec, LineParser& parser) {
    if (parser.is_kind(TokenKind::bad)) return;
    const Span place = parser.here();
    const std::string text(std::string_view(source_.text).substr(place.begin, place.end - place.begin));
    std::vector<std::string> known;
    for (const ClauseSpec& clause : spec.clauses) known.emplace_back(clause.words);
    const std::string word(spec.word);
    Diagnostic* d = parser.report(
        Kind::unknown_clause, "`" + word + "` has no clause `" + printable(clip_to_width(text, 40)) + "`");
    if (d == nullptr) return;
    const auto near = suggest(text, known);
    if (known.empty()) {
      d->help = "`" + word + "` stands on one line";
    } else if (!near.empty()) {
      d->help = "did you mean `" + near.front() + "`?";
    } else {
      d->help = "its clauses are";
      for (size_t i = 0; i < known.size(); ++i) d->help += (i == 0 ? " `" : ", `") + known[i] + "`";
    }
  }

  void missing(const DeclBase& decl, const DeclarationSpec& spec, const std::vector<bool>& has,
               const std::vector<bool>& filled) {
    const auto report = [&](const std::string& what) {
      diagnostics_.add(Kind::missing_clause, decl.name.span,
                       "`" + std::string(spec.word) + "` " + decl.name.text + " has no " + what)
          .help = "write it below, on a line of its own that begins with two spaces";
    };
    bool demand = false;
    for (size_t i = 0; i < spec.clauses.size(); ++i) {
      const ClauseSpec& clause = spec.clauses[i];
      if (has[i] && !filled[i]) {
        report("line under its `" + std::string(clause.words) + "`");
        return;
      }
      if (clause.required && !has[i]) report("`" + std::string(clause.words) + "`");
      for (const char* word : {"require", "advise", "forbid", "met by", "may"})
        demand |= has[i] && clause.words == word;
    }
    if (spec.word == "rule" && !demand) report("`require`, `advise` or `forbid`");
    if (spec.word == "clock" && !demand) report("`met by` or `may`");
  }

  void conflicts(const DeclBase& decl, const DeclarationSpec& spec, const std::vector<bool>& has,
                 const std::vector<Span>& seen) {
    const size_t none = spec.clauses.size();
    size_t first = none;
    for (size_t i = 0; i < spec.clauses.size(); ++i) {
      bool demand = false;
      for (const char* word : {"require", "advise", "forbid", "met by", "may"})
        demand |= spec.clauses[i].words == word;
      if (!demand || !has[i]) continue;
      if (first == none) {
        first = i;
        continue;
      }
      Diagnostic& d =
          diagnostics_.add(Kind::conflicting_clauses, seen[i],
                           "`" + std::string(spec.clauses[first].words) + "` and `" +
                               std::string(spec.clauses[i].words) + "` in one " + std::string(spec.word));
      d.secondary.push_back({seen[first], "the other one"});
      d.help = "write two: `" + decl.name.text + ".one` and `" + decl.name.text + ".two`";
      return;
    }
  }

  void stories(TestDecl& decl, std::vector<Joined>& joined, uint32_t indent) {
    bool open = false;
    bool skip = false;
    for (Joined& line : joined) {
      const std::vector<Item> items = line.items;
      LineParser parser(source_, layout_, diagnostics_, std::move(line.items));
      const bool title = lines()[line.line].indent <= indent;
      if (title) {
        Story story;
        skip = false;
        if (parser.accept("given")) {
          story.given = true;
        } else if (parser.is_kind(TokenKind::string)) {
          story.title = parser.string("a title");
        } else {
          note(LogicalLine::Kind::clause, line, -1, 0);
          parser.fail("`given` or a story's title");
          open = false;
          skip = true;
          continue;
        }
        note(LogicalLine::Kind::clause, line, 0, tokens_taken(line, items, parser.position()));
        decl.stories.push_back(std::move(story));
        open = true;
      } else {
        note(LogicalLine::Kind::item, line, open ? 0 : -1, 0);
        if (!open) {
          if (!skip) parser.fail("`given` or a story's title, indented by two spaces");
          skip = true;
          continue;
        }
      }
      Story& story = decl.stories.back();
      if (!(title && parser.at_end())) parse_statements(story, parser);
      parser.finish();
      story.span =
          title ? parser.span_from(0) : Span{story.span.file, story.span.begin, parser.span_from(0).end};
    }
  }

  const SourceFile& source_;
  Diagnostics& diagnostics_;
  Layout& layout_;
  File file_;
  bool chinese_ = false;
};

}  // namespace

File parse_with_layout(const SourceFile& source, uint32_t index, Diagnostics& diagnostics, Layout& layout) {
  return Parser(source, index, diagnostics, layout).run();
}

File parse(const SourceFile& source, uint32_t index, Diagnostics& diagnostics) {
  Layout layout;
  return parse_with_layout(source, index, diagnostics, layout);
}

}  // namespace heng::law
