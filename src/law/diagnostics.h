// What the law language has to say to an author: a code, a place, words, and the mend. One struct for the
// lexer, the parser, the loader and the checks; three renderings (people, JSON, editors). The kinds are in
// kinds.def.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "law/ast.h"

namespace heng::law {

enum class Level : uint8_t { error, warning, note };

enum class Kind : uint8_t {
#define HENG_LAW_KIND(name, level) name,
#include "law/kinds.def"
#undef HENG_LAW_KIND
};

std::string_view code_of(Kind kind);  // "law-bad-date"
Level level_of(Kind kind);
std::optional<Kind> kind_of(std::string_view code);
const std::vector<Kind>& all_kinds();

// A place and a few words about it; empty words show the place alone.
struct Label {
  Span span;
  std::string text;
};

// Messages are lower case without a full stop, the author's text in backticks; only `help` proposes a change.
struct Diagnostic {
  Kind kind = Kind::syntax;
  Level severity = Level::error;
  Label primary;
  std::vector<Label> secondary;
  std::string message;
  std::vector<std::string> notes;
  std::string help;
  std::vector<std::string> cites;  // the articles the rule concerned implements, as printed
  bool has_place = true;           // false: about no file (a pack that is not found)

  std::string_view code() const { return code_of(kind); }
};

// Collects. Everything is counted; the first kKept are kept, errors before the rest, so that hostile input
// costs bounded memory.
class Diagnostics {
 public:
  static constexpr size_t kKept = 1000;

  // The level is the kind's. The reference is good until the next add; fill in help, labels, cites through
  // it.
  Diagnostic& add(Kind kind, Span span, std::string message, std::string label = {});
  Diagnostic& add_without_place(Kind kind, std::string message);

  size_t errors() const { return errors_; }
  size_t warnings() const { return warnings_; }
  bool ok() const { return errors_ == 0; }
  const std::vector<Diagnostic>& all() const { return kept_; }
  size_t dropped() const { return dropped_; }
  // By file, then by the end of the place (so a cause stands before what it caused), then as found.
  void sort();

 private:
  std::vector<Diagnostic> kept_;
  size_t kept_lesser_ = 0;  // of those kept, the warnings and notes
  Diagnostic overflow_;
  size_t errors_ = 0;
  size_t warnings_ = 0;
  size_t dropped_ = 0;
};

// A place as people count it: line and column from 1, the column in code points.
struct LineColumn {
  size_t line = 1;
  size_t column = 1;
};
LineColumn line_column(std::string_view text, size_t offset);

enum class DiagnosticFormat : uint8_t { human, json, gnu };

struct RenderOptions {
  DiagnosticFormat format = DiagnosticFormat::human;
  bool colour = false;
  size_t at_most = 20;  // human: further ones are only counted; 0: no limit
};

// `sources` is what Span::file indexes; a span outside of it is shown without source.
//   human  error[code]: message / --> file:line:col / the lines with carets / notes, help, cites; a count at
//   the end json   one object a line: code, severity, message, file, line, column, end_line, end_column,
//   label, related, … gnu    file:line:col: error: message [code]
std::string render(const Diagnostics& diagnostics, const std::vector<SourceFile>& sources,
                   const RenderOptions& options = {});
std::string render(const Diagnostic& diagnostic, const std::vector<SourceFile>& sources,
                   const RenderOptions& options = {});

}  // namespace heng::law
