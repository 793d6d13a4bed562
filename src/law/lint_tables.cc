// Tables: values that fit no row, rows that nothing reaches. Proven by trying one value on each side of every
// bound.
#include <algorithm>

#include "law/canon.h"
#include "law/lint_parts.h"

namespace heng::law {
namespace {

constexpr size_t kMostCombinations = 20'000;

// One value to try in a column. `other`: a word that no row names.
struct Point {
  enum class Kind : uint8_t { other, word, number, date };
  Kind kind = Kind::other;
  std::string word;
  Decimal number;
  Date date;
  std::string text() const {
    switch (kind) {
      case Kind::number:
        return number.text();
      case Kind::date:
        return format_date(date);
      case Kind::word:
        return word;
      case Kind::other:
        return "something else";
    }
    return {};
  }
};

bool fits(const Cell& cell, const Point& point) {
  if (cell.kind == Cell::Kind::any) return true;
  const auto bound = [&](size_t i) { return cell.values[i].number; };
  if (point.kind == Point::Kind::date) {
    if (cell.values.empty()) return false;
    if (cell.kind == Cell::Kind::before) return point.date < cell.values[0].date;
    if (cell.kind == Cell::Kind::or_later) return cell.values[0].date <= point.date;
    return std::any_of(cell.values.begin(), cell.values.end(), [&](const Factor& value) {
      return value.kind == Factor::Kind::date && value.date == point.date;
    });
  }
  if (point.kind == Point::Kind::number) {
    switch (cell.kind) {
      case Cell::Kind::under:
        return !cell.values.empty() && point.number < bound(0);
      case Cell::Kind::or_more:
        return !cell.values.empty() && bound(0) <= point.number;
      case Cell::Kind::between:
        return cell.values.size() > 1 && bound(0) <= point.number && point.number <= bound(1);
      case Cell::Kind::quantity:
        return cell.quantity && cell.quantity->number && *cell.quantity->number == point.number;
      case Cell::Kind::values:
        return std::any_of(cell.values.begin(), cell.values.end(), [&](const Factor& value) {
          return value.kind == Factor::Kind::number && value.number == point.number;
        });
      default:
        return false;
    }
  }
  if (point.kind == Point::Kind::other || cell.kind != Cell::Kind::values) return false;
  return std::any_of(cell.values.begin(), cell.values.end(),
                     [&](const Factor& value) { return canon(value) == point.word; });
}

struct Column {
  std::vector<Point> points;
  bool understood = true;
};

void number_points(const std::set<Decimal>& bounds, bool under, std::vector<Point>& out) {
  std::set<Decimal> all = bounds;
  const bool whole =
      std::all_of(bounds.begin(), bounds.end(), [](const Decimal& value) { return value.is_whole(); });
  for (const Decimal& bound : bounds) {
    const Decimal step = whole ? Decimal::of(1) : Decimal{1, bound.scale + 1};
    if (const auto more = add(bound, step)) all.insert(*more);
    const auto less = subtract(bound, step);
    // What is counted begins at one: nobody asks a table for zero or less unless it speaks of it.
    if (less && (under || Decimal::of(1) <= *less)) all.insert(*less);
  }
  for (const Decimal& value : all) out.push_back(Point{Point::Kind::number, {}, value, {}});
}

// The closed values of the field a column is named after, if every act type that has it agrees.
std::vector<std::string> closed_codes(const Symbols& symbols, uint32_t pack, const std::string& name) {
  std::vector<std::string> out;
  for (const ActInfo* act : symbols.acts(pack)) {
    const Field* field = act->field(name);
    if (field == nullptr) continue;
    if (field->type.kind != Type::Kind::one_of || field->type.and_more) return {};
    std::vector<std::string> codes;
    for (const Name& code : field->type.codes) codes.push_back(code.text);
    if (!out.empty() && out != codes) return {};
    out = std::move(codes);
  }
  return out;
}

Column column_of(const Symbols& symbols, uint32_t pack, const TableDecl& table, size_t at) {
  Column out;
  std::set<Decimal> numbers;
  std::set<Date> dates;
  std::set<std::string> words;
  bool ranges = false;
  bool under = false;
  bool yes_no = false;
  for (const TableDecl::Row& row : table.rows) {
    const Cell& cell = row.in[at];
    if (cell.kind == Cell::Kind::any) continue;
    ranges = ranges || cell.kind != Cell::Kind::values;
    under = under || cell.kind == Cell::Kind::under;
    if (cell.kind == Cell::Kind::quantity) {
      if (!cell.quantity || !cell.quantity->number || cell.quantity->unit) out.understood = false;
      if (cell.quantity && cell.quantity->number) numbers.insert(*cell.quantity->number);
      continue;
    }
    for (const Factor& value : cell.values) {
      if (value.kind == Factor::Kind::number && !value.unit) {
        numbers.insert(value.number);
      } else if (value.kind == Factor::Kind::date) {
        dates.insert(value.date);
      } else if (value.kind == Factor::Kind::yes_no || bare_word(value) != nullptr ||
                 value.kind == Factor::Kind::text) {
        yes_no = yes_no || value.kind == Factor::Kind::yes_no;
        words.insert(canon(value));
      } else {
        out.understood = false;
      }
    }
  }
  const int kinds = (numbers.empty() ? 0 : 1) + (dates.empty() ? 0 : 1) + (words.empty() ? 0 : 1);
  if (kinds > 1) out.understood = false;
  if (!numbers.empty() && ranges) number_points(numbers, under, out.points);
  if (!numbers.empty() && !ranges) {  // steps and kinds written as numbers
    for (const Decimal& value : numbers) out.points.push_back(Point{Point::Kind::number, {}, value, {}});
    out.points.push_back(Point{});
  }
  for (const Date date : dates) {
    for (const int32_t step : {-1, 0, 1}) {
      out.points.push_back(Point{Point::Kind::date, {}, {}, Date{date.days + step}});
    }
  }
  if (yes_no) words.insert({"yes", "no"});
  const std::vector<std::string> closed = closed_codes(symbols, pack, table.inputs[at].text);
  words.insert(closed.begin(), closed.end());
  for (const std::string& word : words) out.points.push_back(Point{Point::Kind::word, word, {}, {}});
  if (out.points.empty() || (!words.empty() && !yes_no && closed.empty())) out.points.push_back(Point{});
  return out;
}

}  // namespace

void lint_table(LintContext& context, uint32_t pack, const TableDecl& table) {
  std::vector<Column> columns;
  size_t combinations = 1;
  for (const TableDecl::Row& row : table.rows) {
    if (row.in.size() != table.inputs.size()) return;
  }
  if (table.rows.empty() || table.inputs.empty()) return;
  for (size_t i = 0; i < table.inputs.size(); ++i) {
    columns.push_back(column_of(context.symbols, pack, table, i));
    if (!columns.back().understood) return;
    combinations *= columns.back().points.size();
    if (combinations > kMostCombinations) return;
  }
  std::vector<bool> reached(table.rows.size(), false);
  std::string gap;
  std::vector<size_t> at(columns.size(), 0);
  for (size_t n = 0; n < combinations; ++n) {
    size_t rest = n;
    bool named = true;
    std::string text;
    for (size_t i = columns.size(); i-- > 0;) {
      at[i] = rest % columns[i].points.size();
      rest /= columns[i].points.size();
    }
    size_t row = 0;
    for (; row < table.rows.size(); ++row) {
      bool all = true;
      for (size_t i = 0; i < columns.size() && all; ++i)
        all = fits(table.rows[row].in[i], columns[i].points[at[i]]);
      if (all) break;
    }
    for (size_t i = 0; i < columns.size(); ++i) {
      const Point& point = columns[i].points[at[i]];
      // Whether a word that no row names can occur is not known.
      if (point.kind == Point::Kind::other && columns[i].points.size() > 1) named = false;
      text += (text.empty() ? "" : ", ") + point.text();
    }
    if (row < table.rows.size()) {
      reached[row] = true;
    } else if (named && gap.empty()) {
      gap = text;
    }
  }
  if (!gap.empty()) {
    Diagnostic& said =
        context.out.add(Kind::table_gap, table.name.span,
                        "no row of " + quoted(table.name.text) + " fits " + quoted(gap), "unknown there");
    said.help = "add a row for it, or a last row of `any`";
  }
  for (size_t i = 0; i < table.rows.size(); ++i) {
    if (reached[i]) continue;
    context.out.add(Kind::table_row_unreached, table.rows[i].span, "no value reaches this row",
                    "the rows above take all of it");
  }
}

}  // namespace heng::law
