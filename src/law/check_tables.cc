// Tables: rows of the right length, and no two rows for one case.
#include <algorithm>
#include <set>

#include "law/canon.h"
#include "law/check_parts.h"

namespace heng::law {
namespace {

bool ordered(const Cell& cell) {
  if (cell.kind == Cell::Kind::values) {
    return std::any_of(cell.values.begin(), cell.values.end(), [](const Factor& value) {
      return value.kind == Factor::Kind::number || value.kind == Factor::Kind::date ||
             value.kind == Factor::Kind::clock;
    });
  }
  return cell.kind != Cell::Kind::any;
}

std::string text(const Cell& cell) {
  std::string out = std::to_string(static_cast<int>(cell.kind));
  for (const Factor& value : cell.values) out += " " + canon(value);
  if (cell.quantity) out += canon(*cell.quantity);
  return out;
}

std::string shared_value(const Cell& a, const Cell& b) {
  for (const Factor& left : a.values) {
    for (const Factor& right : b.values) {
      if (canon(left) == canon(right)) return canon(left);
    }
  }
  return {};
}

// Both rows take the same value of a column without order, and nothing else tells them apart: `any`, a
// narrower range further up, or another value would.
std::string overlap(const TableDecl::Row& a, const TableDecl::Row& b) {
  std::string value;
  if (a.in.size() != b.in.size()) return {};
  for (size_t i = 0; i < a.in.size(); ++i) {
    const bool plain = a.in[i].kind == Cell::Kind::values && b.in[i].kind == Cell::Kind::values &&
                       !ordered(a.in[i]) && !ordered(b.in[i]);
    if (plain) {
      const std::string shared = shared_value(a.in[i], b.in[i]);
      if (shared.empty()) return {};
      value = shared;
    } else if (text(a.in[i]) != text(b.in[i])) {
      return {};
    }
  }
  return value;
}

void check_length(CheckContext& context, const TableDecl& table, const TableDecl::Row& row) {
  const bool inputs = row.in.size() != table.inputs.size();
  if (!inputs && row.out.size() == table.outputs.size()) return;
  const size_t wanted = inputs ? table.inputs.size() : table.outputs.size();
  const size_t found = inputs ? row.in.size() : row.out.size();
  const std::vector<Name>& names = inputs ? table.inputs : table.outputs;
  Diagnostic& said =
      context.out().add(Kind::table_shape, row.span,
                        "a row gives " + std::to_string(wanted) + (inputs ? " before" : " after") +
                            " `->`, this one " + std::to_string(found));
  if (!names.empty()) said.secondary.push_back(Label{names.front().span, "the columns"});
}

void check_levels(CheckContext& context, uint32_t pack, const TableDecl& table) {
  // A column with the name of a level field is read by level names only if every word in it is one but for a
  // slip.
  for (size_t column = 0; column < table.inputs.size(); ++column) {
    std::vector<const Name*> strange;
    size_t levels = 0;
    for (const TableDecl::Row& row : table.rows) {
      if (column >= row.in.size()) continue;
      for (const Factor& value : row.in[column].values) {
        const Name* word = bare_word(value);
        if (word == nullptr) continue;
        if (context.symbols().level(pack, word->text)) {
          ++levels;
        } else {
          strange.push_back(word);
        }
      }
    }
    if (levels < 2 || strange.size() != 1) continue;
    std::vector<std::string> all;
    for (const Name& level : context.symbols().levels(pack)) all.push_back(level.text);
    if (!nearest_name(strange.front()->text, all).empty()) context.level(pack, *strange.front());
  }
}

}  // namespace

void check_table(CheckContext& context, uint32_t pack, const TableDecl& table) {
  for (const TableDecl::Row& row : table.rows) check_length(context, table, row);
  for (size_t i = 0; i < table.rows.size(); ++i) {
    for (size_t j = i + 1; j < table.rows.size(); ++j) {
      const std::string value = overlap(table.rows[i], table.rows[j]);
      if (value.empty()) continue;
      Diagnostic& said = context.out().add(Kind::table_overlap, table.rows[j].span,
                                           "two rows of " + quoted(table.name.text) + " fit " + quoted(value),
                                           "never reached for it");
      said.secondary.push_back(Label{table.rows[i].span, "fits first"});
    }
  }
  // Columns hold one kind of value.
  for (size_t column = 0; column < table.inputs.size(); ++column) {
    TypeOf first;
    for (const TableDecl::Row& row : table.rows) {
      if (column >= row.in.size()) continue;
      const TypeOf type = type_of_cell(row.in[column]);
      if (type.form == TypeClass::unknown) continue;
      if (first.form == TypeClass::unknown) {
        first = type;
      } else if (!comparable(first, type)) {
        context.out().add(Kind::type_mismatch, row.in[column].span,
                          "the column " + quoted(table.inputs[column].text) + " holds " + type_name(first) +
                              " above, and here " + type_name(type));
        break;
      }
    }
  }
  check_levels(context, pack, table);
}

}  // namespace heng::law
