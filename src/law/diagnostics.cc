#include "law/diagnostics.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace heng::law {
namespace {

struct KindInfo {
  std::string code;
  Level level;
};

std::string code_from(std::string_view name) {
  std::string code = "law-";
  for (const char c : name) code += c == '_' ? '-' : c;
  return code;
}

const std::vector<KindInfo>& registry() {
  static const std::vector<KindInfo> infos = {
#define HENG_LAW_KIND(name, level) KindInfo{code_from(#name), Level::level},
#include "law/kinds.def"
#undef HENG_LAW_KIND
  };
  return infos;
}

}  // namespace

std::string_view code_of(Kind kind) { return registry()[static_cast<size_t>(kind)].code; }
Level level_of(Kind kind) { return registry()[static_cast<size_t>(kind)].level; }

std::optional<Kind> kind_of(std::string_view code) {
  for (size_t i = 0; i < registry().size(); ++i) {
    if (registry()[i].code == code) return static_cast<Kind>(i);
  }
  return std::nullopt;
}

const std::vector<Kind>& all_kinds() {
  static const std::vector<Kind> kinds = [] {
    std::vector<Kind> out;
    for (size_t i = 0; i < registry().size(); ++i) out.push_back(static_cast<Kind>(i));
    return out;
  }();
  return kinds;
}

Diagnostic& Diagnostics::add(Kind kind, Span span, std::string message, std::string label) {
  const Level level = level_of(kind);
  if (level == Level::error) ++errors_;
  if (level == Level::warning) ++warnings_;
  Diagnostic* target = &overflow_;
  if (kept_.size() < kKept) {
    target = &kept_.emplace_back();
    if (level != Level::error) ++kept_lesser_;
  } else if (level == Level::error && kept_lesser_ > 0) {  // a warning makes room: no error hides behind warnings
    const auto last = std::find_if(kept_.rbegin(), kept_.rend(), [](const Diagnostic& each) { return each.severity != Level::error; });
    kept_.erase(std::prev(last.base()));
    target = &kept_.emplace_back();
    --kept_lesser_;
    ++dropped_;
  } else {
    ++dropped_;
    overflow_ = Diagnostic{};
  }
  target->kind = kind;
  target->severity = level;
  target->primary = Label{span, std::move(label)};
  target->message = std::move(message);
  return *target;
}

Diagnostic& Diagnostics::add_without_place(Kind kind, std::string message) {
  Diagnostic& diagnostic = add(kind, Span{}, std::move(message));
  diagnostic.has_place = false;
  return diagnostic;
}

void Diagnostics::sort() {
  std::stable_sort(kept_.begin(), kept_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    if (a.has_place != b.has_place) return !a.has_place;
    if (a.primary.span.file != b.primary.span.file) return a.primary.span.file < b.primary.span.file;
    return a.primary.span.end < b.primary.span.end;
  });
}

LineColumn line_column(std::string_view text, size_t offset) {
  offset = std::min(offset, text.size());
  LineColumn place;
  size_t line_start = 0;
  for (size_t i = 0; i < offset; ++i) {
    if (text[i] == '\n') {
      ++place.line;
      line_start = i + 1;
    }
  }
  for (size_t i = line_start; i < offset; i += decode_utf8(text, i).size) ++place.column;
  return place;
}

}  // namespace heng::law
