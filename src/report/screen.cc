#include "report/screen.h"

#include <algorithm>

#include "base/text.h"

namespace heng::report {
namespace {

constexpr size_t kLeastWidth = 60;
constexpr size_t kGap = 2;
constexpr size_t kLeastStretch = 24;  // less is too narrow to read

void append_line(std::string& out, std::string line) {
  while (!line.empty() && line.back() == ' ') line.pop_back();
  out += line;
  out += '\n';
}

size_t widest_line(std::string_view text) {
  size_t widest = 0;
  while (true) {
    const size_t end = text.find('\n');
    widest = std::max(widest, display_width(text.substr(0, end)));
    if (end == std::string_view::npos) return widest;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

Ink ink_of(watch::Kind kind) {
  switch (kind) {
    case watch::Kind::breach:
    case watch::Kind::late:
      return Ink::red;
    case watch::Kind::warn:
      return Ink::amber;
    case watch::Kind::flag:
      return Ink::violet;
    case watch::Kind::missing:
      return Ink::dim;
  }
  return Ink::plain;
}

Ink ink_of(watch::ClockState state) {
  switch (state) {
    case watch::ClockState::late:
    case watch::ClockState::breached:
      return Ink::red;
    case watch::ClockState::warned:
      return Ink::amber;
    case watch::ClockState::paused:
      return Ink::violet;
    case watch::ClockState::met:
      return Ink::green;
    default:
      return Ink::plain;
  }
}

Screen::Screen(const TextOptions& options, int32_t home_offset_minutes)
    : options_(options), home_offset_(home_offset_minutes), width_(std::max(options.width, kLeastWidth)) {}

std::string Screen::ink(std::string_view text, Ink ink) const {
  if (!options_.colour || ink == Ink::plain || text.empty()) return std::string(text);
  const char* code = "0";
  switch (ink) {
    case Ink::plain:
      break;
    case Ink::bold:
      code = "1";
      break;
    case Ink::dim:
      code = "2";
      break;
    case Ink::red:
      code = "1;31";
      break;
    case Ink::amber:
      code = "33";
      break;
    case Ink::green:
      code = "32";
      break;
    case Ink::violet:
      code = "35";
      break;
  }
  return "\x1B[" + std::string(code) + "m" + std::string(text) + "\x1B[0m";
}

std::string Screen::word(const Text& text, std::string_view joint) const {
  return printable(shown(text, options_.language, joint));
}

std::string Screen::word(const Word& one, std::string_view joint) const {
  return shown(one, options_.language, joint);
}

namespace {

template <typename Say>
std::string listed(const std::vector<std::string>& all, bool zh, const Say& say) {
  std::string out;
  for (const std::string& one : all) out += (out.empty() ? "" : zh ? "、" : ", ") + say(one);
  return out;
}

}  // namespace

std::vector<std::string> cites_in(const std::string& text) {
  std::vector<std::string> out;
  for (size_t from = 0; from < text.size();) {
    const size_t end = std::min(text.find(", ", from), text.size());
    out.push_back(text.substr(from, end - from));
    from = end + 2;
  }
  return out;
}

std::string say_cites(const std::vector<std::string>& cites, const std::map<std::string, std::string>* zh) {
  return listed(cites, zh != nullptr, [zh](const std::string& one) {
    if (zh == nullptr) return one;
    const auto found = zh->find(one);
    return found == zh->end() ? one : found->second;
  });
}

std::string Screen::cites(const std::vector<std::string>& all) const {
  return say_cites(all, options_.language == Language::zh && options_.glossary ? &options_.glossary->cites_zh : nullptr);
}

std::string Screen::cites(const std::string& all) const { return cites(cites_in(all)); }

std::string Screen::fields(const std::vector<std::string>& all) const {
  const bool said = options_.language != Language::both && options_.glossary;
  return listed(all, said && options_.language == Language::zh, [&](const std::string& one) {
    if (!said) return one;
    const auto found = options_.glossary->fields.find(one);
    return found == options_.glossary->fields.end() ? one : shown(found->second, options_.language);
  });
}

void Screen::line(std::string_view text, Ink ink_used) { append_line(out_, ink(text, ink_used)); }

void Screen::paragraph(std::string_view text, size_t indent, Ink ink_used, size_t hanging) {
  const size_t room = width_ > indent + hanging + 10 ? width_ - indent - hanging : 10;
  bool first = true;
  for (const std::string& part : wrap_to_width(text, room)) {
    append_line(out_, std::string(first ? indent : indent + hanging, ' ') + ink(part, ink_used));
    first = false;
  }
}

void Screen::paragraphs(const Text& text, size_t indent, Ink ink_used) {
  paragraph(word(text, "\n"), indent, ink_used);
}

void Screen::facts(const std::vector<std::pair<std::string, std::string>>& rows, size_t indent) {
  std::vector<Row> cells;
  for (const auto& [name, value] : rows) cells.push_back({{name, Ink::dim}, {value}});
  table({}, cells, indent);
}

void Screen::table(const Row& head, const std::vector<Row>& rows, size_t indent) {
  size_t columns = head.size();
  for (const Row& row : rows) columns = std::max(columns, row.size());
  if (columns == 0) return;
  const size_t last = columns - 1;
  std::vector<size_t> widths(columns, 0);
  const auto measure = [&](const Row& row) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], widest_line(row[i].text));
  };
  measure(head);
  for (const Row& row : rows) measure(row);
  size_t fixed = indent;
  for (size_t i = 0; i < last; ++i) {
    // One long cell may not push the others off the page.
    widths[i] = std::min(widths[i], (width_ - indent) / 4);
    fixed += widths[i] + (widths[i] > 0 ? kGap : 0);
  }
  const bool stacked = width_ < fixed + std::min(widths[last], kLeastStretch);
  const size_t last_indent = stacked ? indent + kGap : fixed;
  widths[last] = std::min(widths[last], width_ - last_indent);

  const auto print = [&](const Row& row, bool is_head) {
    std::vector<std::vector<std::string>> cells;
    for (size_t i = 0; i < row.size(); ++i)
      cells.push_back(wrap_to_width(row[i].text, std::max<size_t>(widths[i], 2)));
    const auto lines = [&](size_t from, size_t to, size_t start) {
      size_t height = 0;
      for (size_t i = from; i < to; ++i) height = std::max(height, cells[i].size());
      for (size_t y = 0; y < height; ++y) {
        std::string text(start, ' ');
        for (size_t i = from; i < to; ++i) {
          if (widths[i] == 0) continue;
          const std::string part = y < cells[i].size() ? cells[i][y] : "";
          const std::string padded = row[i].right ? pad_left(part, widths[i]) : pad_right(part, widths[i]);
          text += part.empty() ? padded : ink(padded, is_head ? Ink::dim : row[i].ink);
          if (i + 1 < to) text.append(kGap, ' ');
        }
        append_line(out_, std::move(text));
      }
    };
    if (stacked && row.size() == columns) {
      lines(0, last, indent);
      lines(last, columns, last_indent);
    } else {
      lines(0, row.size(), indent);
    }
  };
  if (!head.empty()) print(head, true);
  for (const Row& row : rows) print(row, false);
}

}  // namespace heng::report
