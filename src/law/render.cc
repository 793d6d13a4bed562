// The three renderings of a diagnostic. Columns on the terminal count a Han character as two.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "law/diagnostics.h"

namespace heng::law {
namespace {

constexpr size_t kWindow = 160;  // columns of a source line that are shown

std::string_view word_of(Level level) {
  switch (level) {
    case Level::error:
      return "error";
    case Level::warning:
      return "warning";
    case Level::note:
      return "note";
  }
  return "note";
}

struct Paint {
  bool on;
  std::string operator()(const char* colour, std::string_view text) const {
    return on ? fmt::format("\x1b[{}m{}\x1b[0m", colour, text) : std::string(text);
  }
};
constexpr const char* kRed = "1;31";
constexpr const char* kYellow = "1;33";
constexpr const char* kBlue = "1;34";
constexpr const char* kBold = "1";

const char* colour_of(Level level) {
  return level == Level::error ? kRed : level == Level::warning ? kYellow : kBlue;
}

const SourceFile* source_of(const Diagnostic& diagnostic, const std::vector<SourceFile>& sources) {
  const uint32_t file = diagnostic.primary.span.file;
  return diagnostic.has_place && file < sources.size() ? &sources[file] : nullptr;
}

// One source line as it is shown: tabs as a space, controls made visible.
struct ShownLine {
  size_t begin = 0;
  std::string_view raw;

  ShownLine(std::string_view text, size_t offset) {
    offset = std::min(offset, text.size());
    begin = offset == 0 ? 0 : text.rfind('\n', offset - 1) + 1;  // npos + 1 is 0
    size_t end = text.find('\n', offset);
    if (end == std::string_view::npos) end = text.size();
    if (end > begin && text[end - 1] == '\r') --end;
    raw = text.substr(begin, end - begin);
  }
  static std::string shown(std::string_view part) {
    std::string out = printable(part);
    std::replace(out.begin(), out.end(), '\t', ' ');
    return out;
  }
  size_t column(size_t offset) const {
    return display_width(shown(raw.substr(0, std::min(offset > begin ? offset - begin : 0, raw.size()))));
  }
};

struct Mark {
  Span span;
  std::string text;
  char sign;
};

// Cuts the line to the window around the first mark; returns the columns cut at the left.
size_t window_start(size_t first, size_t last, size_t width) {
  if (width <= kWindow || last <= kWindow) return 0;
  return first > kWindow / 4 ? first - kWindow / 4 : 0;
}

std::string cut(std::string_view text, size_t from, size_t columns) {
  size_t column = 0;
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const Rune rune = decode_utf8(text, i);
    const size_t width = static_cast<size_t>(rune_width(rune.value));
    if (column >= from + columns) break;
    if (column >= from) {
      out.append(text.substr(i, rune.size));
    } else if (column + width > from) {
      out.append(column + width - from, ' ');
    }
    column += width;
    i += rune.size;
  }
  return out;
}

void render_line(std::string& out, const SourceFile& source, size_t number, const std::vector<Mark>& marks,
                 size_t gutter, Level level, const Paint& paint) {
  const ShownLine line(source.text, marks.front().span.begin);
  const std::string shown = ShownLine::shown(line.raw);
  size_t first = SIZE_MAX;
  size_t last = 0;
  for (const Mark& mark : marks) {
    first = std::min(first, line.column(mark.span.begin));
    last = std::max(last, line.column(mark.span.end));
  }
  const size_t from = window_start(first, last, display_width(shown));
  out += paint(kBlue, pad_left(std::to_string(number), gutter) + " |");
  if (!shown.empty()) out += " " + cut(shown, from, kWindow);
  out += '\n';
  for (const Mark& mark : marks) {
    const size_t begin = std::max(line.column(mark.span.begin), from) - from;
    const size_t end = std::max(line.column(mark.span.end), from) - from;
    const size_t length =
        std::max<size_t>(1, std::min(end, kWindow) - std::min(begin, std::min(end, kWindow)));
    std::string signs(length, mark.sign);
    if (!mark.text.empty()) signs += " " + mark.text;
    out += paint(kBlue, std::string(gutter, ' ') + " |") + std::string(begin + 1, ' ') +
           paint(mark.sign == '^' ? colour_of(level) : kBlue, signs) + "\n";
  }
}

std::string render_human(const Diagnostic& diagnostic, const std::vector<SourceFile>& sources, bool colour) {
  const Paint paint{colour};
  std::string out = paint(colour_of(diagnostic.severity),
                          fmt::format("{}[{}]", word_of(diagnostic.severity), diagnostic.code())) +
                    paint(kBold, ": " + diagnostic.message) + "\n";
  const SourceFile* source = source_of(diagnostic, sources);
  size_t gutter = 1;
  if (source != nullptr) {
    // Labels by file (the primary's first), then by line.
    std::map<std::pair<uint32_t, size_t>, std::vector<Mark>> lines;
    std::vector<uint32_t> files = {diagnostic.primary.span.file};
    const auto place = [&](const Label& label, char sign) {
      if (label.span.file >= sources.size()) return;
      if (std::find(files.begin(), files.end(), label.span.file) == files.end())
        files.push_back(label.span.file);
      const size_t line = line_column(sources[label.span.file].text, label.span.begin).line;
      lines[{label.span.file, line}].push_back({label.span, label.text, sign});
      gutter = std::max(gutter, std::to_string(line).size());
    };
    place(diagnostic.primary, '^');
    for (const Label& label : diagnostic.secondary) place(label, '-');
    for (const uint32_t file : files) {
      const SourceFile& shown = sources[file];
      const bool main = file == diagnostic.primary.span.file;
      const auto first = lines.lower_bound({file, 0});
      const LineColumn at =
          line_column(shown.text, main ? diagnostic.primary.span.begin : first->second.front().span.begin);
      out += std::string(gutter, ' ') +
             paint(kBlue, fmt::format("{} {}:{}:{}", main ? "-->" : ":::", printable(shown.path), at.line,
                                      at.column)) +
             "\n" + paint(kBlue, std::string(gutter, ' ') + " |") + "\n";
      size_t previous = 0;
      for (auto it = first; it != lines.end() && it->first.first == file; ++it) {
        if (previous != 0 && it->first.second > previous + 1) out += paint(kBlue, "...") + "\n";
        previous = it->first.second;
        render_line(out, shown, it->first.second, it->second, gutter, diagnostic.severity, paint);
      }
    }
  }
  const std::string margin(gutter + 1, ' ');
  const auto add = [&](const char* title, const std::string& text) {
    out += margin + paint(kBold, std::string(title) + ":") + " " + text + "\n";
  };
  for (const std::string& note : diagnostic.notes) add("note", note);
  if (!diagnostic.help.empty()) add("help", diagnostic.help);
  if (!diagnostic.cites.empty()) add("cites", fmt::format("{}", fmt::join(diagnostic.cites, ", ")));
  return out;
}

nlohmann::ordered_json place_json(Span span, const std::vector<SourceFile>& sources) {
  nlohmann::ordered_json out;
  if (span.file >= sources.size()) return out;
  const SourceFile& source = sources[span.file];
  const LineColumn begin = line_column(source.text, span.begin);
  const LineColumn end = line_column(source.text, span.end);
  out["file"] = source.path;
  out["line"] = begin.line;
  out["column"] = begin.column;
  out["end_line"] = end.line;
  out["end_column"] = end.column;
  return out;
}

std::string render_json(const Diagnostic& diagnostic, const std::vector<SourceFile>& sources) {
  nlohmann::ordered_json out;
  out["code"] = diagnostic.code();
  out["severity"] = word_of(diagnostic.severity);
  out["message"] = diagnostic.message;
  if (diagnostic.has_place) out.update(place_json(diagnostic.primary.span, sources));
  if (!diagnostic.primary.text.empty()) out["label"] = diagnostic.primary.text;
  for (const Label& label : diagnostic.secondary) {
    nlohmann::ordered_json related = place_json(label.span, sources);
    related["label"] = label.text;
    out["related"].push_back(std::move(related));
  }
  if (!diagnostic.notes.empty()) out["notes"] = diagnostic.notes;
  if (!diagnostic.help.empty()) out["help"] = diagnostic.help;
  if (!diagnostic.cites.empty()) out["cites"] = diagnostic.cites;
  return out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string render_gnu(const Diagnostic& diagnostic, const std::vector<SourceFile>& sources) {
  std::string out;
  if (const SourceFile* source = source_of(diagnostic, sources)) {
    const LineColumn at = line_column(source->text, diagnostic.primary.span.begin);
    out = fmt::format("{}:{}:{}: ", printable(source->path), at.line, at.column);
  }
  return out + fmt::format("{}: {} [{}]\n", word_of(diagnostic.severity), printable(diagnostic.message),
                           diagnostic.code());
}

std::string count_of(size_t number, const char* what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

}  // namespace

std::string render(const Diagnostic& diagnostic, const std::vector<SourceFile>& sources,
                   const RenderOptions& options) {
  switch (options.format) {
    case DiagnosticFormat::human:
      return render_human(diagnostic, sources, options.colour);
    case DiagnosticFormat::json:
      return render_json(diagnostic, sources);
    case DiagnosticFormat::gnu:
      return render_gnu(diagnostic, sources);
  }
  return {};
}

std::string render(const Diagnostics& diagnostics, const std::vector<SourceFile>& sources,
                   const RenderOptions& options) {
  std::string out;
  const bool human = options.format == DiagnosticFormat::human;
  const size_t total = diagnostics.all().size() + diagnostics.dropped();
  size_t shown = 0;
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    if (human && options.at_most != 0 && shown == options.at_most) break;
    if (human && shown != 0) out += '\n';
    out += render(diagnostic, sources, options);
    ++shown;
  }
  if (!human || total == 0) return out;
  std::string summary;
  if (diagnostics.errors() != 0) summary = count_of(diagnostics.errors(), "error");
  if (diagnostics.warnings() != 0) {
    summary += (summary.empty() ? "" : ", ") + count_of(diagnostics.warnings(), "warning");
  }
  out += "\n" + summary;
  if (shown < total) out += fmt::format(" ({} more not shown)", total - shown);
  return out + "\n";
}

}  // namespace heng::law
