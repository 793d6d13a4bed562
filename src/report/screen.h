// A page of fixed columns: paragraphs, facts and tables wrapped to a width, in one or both languages,
// coloured or not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"
#include "report/words.h"

namespace heng::report {

enum class Ink { plain, bold, dim, red, amber, green, violet };

Ink ink_of(watch::Kind kind);
Ink ink_of(watch::ClockState state);

class Screen {
 public:
  // `home_offset_minutes`: the offset that times are shown in without saying so.
  Screen(const TextOptions& options, int32_t home_offset_minutes);

  struct Cell {
    std::string text;
    Ink ink = Ink::plain;
    bool right = false;  // aligned to the right
  };
  using Row = std::vector<Cell>;

  void line(std::string_view text = "", Ink ink = Ink::plain);  // as it is, not wrapped
  // Wrapped, every line `indent` columns in; later lines `hanging` more.
  void paragraph(std::string_view text, size_t indent = 0, Ink ink = Ink::plain, size_t hanging = 0);
  // Each language a paragraph of its own.
  void paragraphs(const Text& text, size_t indent, Ink ink = Ink::plain);
  // "  name  value", names padded to the widest of the block; values wrapped.
  void facts(const std::vector<std::pair<std::string, std::string>>& rows, size_t indent);
  // Columns as wide as their widest cell; the last takes what is left of the width and wraps (a '\n' begins a
  // line), or stands below the others if hardly anything is left. `head` is dim and may be empty.
  void table(const Row& head, const std::vector<Row>& rows, size_t indent);

  std::string word(const Text& text, std::string_view joint = " ") const;
  std::string word(const Word& one, std::string_view joint = " ") const;
  std::string word(const char* zh, const char* en) const { return word(Text{zh, en}); }
  std::string lines(const Text& text) const { return word(text, "\n"); }  // for a cell that wraps
  // Articles and fields in the reader's words, as far as there are any; as they are where both languages are shown.
  std::string cites(const std::vector<std::string>& all) const;
  std::string cites(const std::string& all) const;  // "CPL 85(2), MPS 126"
  std::string fields(const std::vector<std::string>& all) const;
  std::string time(OffsetTime when) const { return show_time(when, home_offset_); }
  std::string end(OffsetTime when) const { return show_end(when, home_offset_); }
  std::string ink(std::string_view text, Ink ink) const;
  size_t width() const { return width_; }
  std::string take() { return std::move(out_); }

 private:
  TextOptions options_;
  int32_t home_offset_;
  size_t width_;
  std::string out_;
};

}  // namespace heng::report
