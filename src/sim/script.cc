#include "sim/script.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/time.h"

namespace heng::embedded {
std::string_view sim_scripts();
std::string_view sim_holidays();
}  // namespace heng::embedded

namespace heng::sim {
namespace {

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> out;
  size_t at = 0;
  while (at < line.size()) {
    while (at < line.size() && line[at] == ' ') ++at;
    size_t end = at;
    while (end < line.size() && line[end] != ' ') ++end;
    if (end > at) out.emplace_back(line.substr(at, end - at));
    at = end;
  }
  return out;
}

std::vector<std::string> split(std::string_view text, char by) {
  std::vector<std::string> out;
  size_t at = 0;
  for (;;) {
    const size_t end = text.find(by, at);
    out.emplace_back(text.substr(at, end - at));
    if (end == std::string_view::npos) return out;
    at = end + 1;
  }
}

bool number(std::string_view text, int64_t* out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && end == text.data() + text.size();
}

// `3` or `3..5`
bool span_of(std::string_view text, int64_t* low, int64_t* high) {
  const size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    if (!number(text, low)) return false;
    *high = *low;
    return true;
  }
  return number(text.substr(0, dots), low) && number(text.substr(dots + 2), high) && *low <= *high;
}

// `9` or `9:30`, as minutes of the day
bool minute_of(std::string_view text, int32_t* out) {
  const size_t colon = text.find(':');
  int64_t hour = 0;
  int64_t minute = 0;
  if (!number(text.substr(0, colon), &hour)) return false;
  if (colon != std::string_view::npos && !number(text.substr(colon + 1), &minute)) return false;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return false;
  *out = static_cast<int32_t>(hour * 60 + minute);
  return true;
}

// ref{(+|-)amount unit}[@from[..to][w|M]]
bool parse_when(std::string_view text, When* out) {
  if (text.find('@') != std::string_view::npos && (text.back() == 'w' || text.back() == 'M')) {
    out->working = text.back() == 'w';
    out->monday = text.back() == 'M';
    text.remove_suffix(1);
  }
  if (const size_t at = text.find('@'); at != std::string_view::npos) {
    out->at_clock = true;
    const std::string_view clock = text.substr(at + 1);
    const size_t dots = clock.find("..");
    if (!minute_of(clock.substr(0, dots), &out->from_minute)) return false;
    out->to_minute = out->from_minute;
    if (dots != std::string_view::npos && !minute_of(clock.substr(dots + 2), &out->to_minute)) return false;
    text = text.substr(0, at);
  }
  size_t end = text.find_first_of("+-");
  out->ref = text.substr(0, end);
  while (end != std::string_view::npos) {
    const int64_t sign = text[end] == '-' ? -1 : 1;
    const size_t next = text.find_first_of("+-", end + 1);
    std::string_view part = text.substr(end + 1, next == std::string_view::npos ? next : next - end - 1);
    Shift shift;
    if (part.ends_with("mo")) {
      shift.unit = Unit::month;
      part.remove_suffix(2);
    } else if (part.ends_with('d')) {
      part.remove_suffix(1);
    } else if (part.ends_with('h')) {
      shift.unit = Unit::hour;
      part.remove_suffix(1);
    } else if (part.ends_with('m')) {
      shift.unit = Unit::minute;
      part.remove_suffix(1);
    } else {
      return false;
    }
    if (!span_of(part, &shift.low, &shift.high)) return false;
    if (sign < 0) {
      std::swap(shift.low, shift.high);
      shift.low = -shift.low;
      shift.high = -shift.high;
    }
    out->shifts.push_back(shift);
    end = next;
  }
  return !out->ref.empty();
}

bool parse_members(std::string_view text, std::vector<Member>* out) {
  if (text == "none") return true;
  for (const std::string& one : split(text, ',')) {
    const size_t colon = one.find(':');
    if (colon == std::string::npos) return false;
    out->push_back({one.substr(0, colon), one.substr(colon + 1)});
  }
  return true;
}

bool parse_value(std::string_view text, Datum* out) {
  using Kind = Datum::Kind;
  int64_t whole = 0;
  const auto call = [&](std::string_view name) {
    if (!text.starts_with(name) || text.size() <= name.size() + 1 || text[name.size()] != '(' ||
        text.back() != ')')
      return false;
    return parse_when(text.substr(name.size() + 1, text.size() - name.size() - 2), &out->when);
  };
  if (text == "yes" || text == "no") {
    out->kind = Kind::boolean;
    out->text = text == "yes" ? "true" : "false";
  } else if (text == "null") {
    out->kind = Kind::null;
  } else if (text.starts_with("\"") && text.ends_with("\"") && text.size() >= 2) {
    out->text = text.substr(1, text.size() - 2);
  } else if (text.starts_with('$')) {
    out->kind = Kind::id;
    out->text = text.substr(1);
  } else if (text.starts_with('(') && text.ends_with(')')) {
    out->kind = Kind::list;
    if (text == "()") return true;
    for (const std::string& item : split(text.substr(1, text.size() - 2), ',')) {
      Datum member;
      if (!parse_value(item, &member)) return false;
      out->items.push_back(std::move(member));
    }
  } else if (call("date")) {
    out->kind = Kind::date;
  } else if (call("time")) {
    out->kind = Kind::time;
  } else if (call("clock")) {
    out->kind = Kind::clock;
  } else if (text.find('|') != std::string_view::npos) {
    out->kind = Kind::choice;
    for (const std::string& item : split(text, '|')) {
      Datum member;
      if (!parse_value(item, &member)) return false;
      out->items.push_back(std::move(member));
    }
  } else if (text.find("..") != std::string_view::npos) {
    out->kind = Kind::range;
    return span_of(text, &out->low, &out->high);
  } else if (number(text, &whole)) {
    out->kind = Kind::number;
    out->text = text;
  } else {
    out->text = text;
  }
  return !text.empty();
}

bool parse_datum(std::string_view text, Datum* out) {
  const size_t equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos) return false;
  out->name = text.substr(0, equals);
  return parse_value(text.substr(equals + 1), out);
}

// at(step), due(step,3,days[,more days[,paused from step,to step]])
bool parse_moment(std::string_view text, Expectation* out) {
  if (!text.ends_with(')')) return false;
  if (text.starts_with("at(")) {
    out->step = text.substr(3, text.size() - 4);
    return true;
  }
  if (!text.starts_with("due(")) return false;
  const std::vector<std::string> parts = split(text.substr(4, text.size() - 5), ',');
  if (parts.size() < 3 || parts.size() > 6 || parts.size() == 5) return false;
  using Count = Expectation::Count;
  static constexpr std::array<std::pair<std::string_view, Count>, 8> kCounts{
      {{"hours", Count::hours},
       {"exact", Count::exact_hours},
       {"days", Count::days},
       {"cdays", Count::custody_days},
       {"wdays", Count::working_days},
       {"months", Count::months},
       {"cmonths", Count::custody_months},
       {"smonths", Count::sentence_months}}};
  const auto* found =
      std::find_if(kCounts.begin(), kCounts.end(), [&](const auto& c) { return c.first == parts[2]; });
  if (found == kCounts.end() || !number(parts[1], &out->amount)) return false;
  if (parts.size() > 3 && !number(parts[3], &out->days)) return false;
  if (parts.size() == 6) {
    out->pause_from = parts[4];
    out->pause_to = parts[5];
  }
  out->due = true;
  out->step = parts[0];
  out->count = found->second;
  return true;
}

class Parser {
 public:
  explicit Parser(std::string_view where) : where_(where) {}

  Result<Library> parse(std::string_view text) {
    size_t at = 0;
    while (at < text.size()) {
      size_t end = text.find('\n', at);
      if (end == std::string_view::npos) end = text.size();
      ++line_;
      std::string_view line = text.substr(at, end - at);
      at = end + 1;
      if (const size_t comment = line.find('#'); comment != std::string_view::npos)
        line = line.substr(0, comment);
      const std::vector<std::string> words = words_of(line);
      if (words.empty()) continue;
      if (!take(words))
        return Error{ErrorKind::bad_input, "script-syntax",
                     "a line of a case script cannot be read: `" + std::string(line) + "`",
                     std::string(where_) + ":" + std::to_string(line_),
                     "see docs/simulator.md for what a line may say"};
    }
    return std::move(out_);
  }

 private:
  bool take(const std::vector<std::string>& words) {
    const std::string& head = words[0];
    if (head == "script") return script(words);
    if (head == "block") {
      if (words.size() != 2) return false;
      script_ = nullptr;
      plant_ = nullptr;
      block_ = &out_.blocks[words[1]];
      if (!block_->name.empty()) return false;
      block_->name = words[1];
      agency_.clear();
      by_.clear();
      on_.clear();
      return true;
    }
    if (script_ != nullptr) return script_line(words);
    return block_ != nullptr && block_line(words);
  }

  bool script(const std::vector<std::string>& words) {
    if (words.size() != 5) return false;
    Script made;
    made.name = words[1];
    made.kind = words[2];
    int64_t weight = 0;
    const size_t dots = words[4].find("..");
    if (!number(words[3], &weight) || weight < 1 || dots == std::string::npos) return false;
    if (std::find(kKinds.begin(), kKinds.end(), made.kind) == kKinds.end()) return false;
    made.weight = static_cast<int32_t>(weight);
    const auto first = parse_date(words[4].substr(0, dots));
    const auto last = parse_date(words[4].substr(dots + 2));
    if (!first.ok() || !last.ok() || last->days < first->days) return false;
    made.first_day = first->days;
    made.last_day = last->days;
    out_.scripts.push_back(std::move(made));
    script_ = &out_.scripts.back();
    block_ = nullptr;
    plant_ = nullptr;
    return true;
  }

  bool script_line(const std::vector<std::string>& words) {
    size_t at = 1;
    int64_t percent = 100;
    if (words[0] == "maybe") {
      if (words.size() < 3 || !number(words[1], &percent) || percent < 0 || percent > 100) return false;
      at = 2;
    } else if (words[0] == "without") {
      script_->without.insert(script_->without.end(), words.begin() + 1, words.end());
      return true;
    } else if (words[0] != "use") {
      return false;
    }
    for (; at < words.size(); ++at) script_->uses.push_back({words[at], static_cast<int32_t>(percent)});
    return true;
  }

  bool block_line(const std::vector<std::string>& words) {
    const std::string& head = words[0];
    if (head == "agency" && words.size() == 2) {
      agency_ = words[1];
      return true;
    }
    if (head == "by" && words.size() == 2) {
      by_.clear();
      return parse_members(words[1], &by_);
    }
    if (head == "on" && words.size() == 2) {
      on_.clear();
      return parse_members(words[1], &on_);
    }
    if (head == "step") return step(words);
    if (head == "plant" && words.size() == 2) {
      block_->plants.emplace_back();
      plant_ = &block_->plants.back();
      plant_->name = words[1];
      return true;
    }
    return plant_ != nullptr && plant_line(words);
  }

  bool step(const std::vector<std::string>& words) {
    if (words.size() < 4) return false;
    plant_ = nullptr;
    Step made;
    made.name = words[1];
    made.type = words[3];
    made.agency = agency_;
    made.by = by_;
    made.on = on_;
    if (!parse_when(words[2], &made.when)) return false;
    for (size_t i = 4; i < words.size(); ++i) {
      const std::string_view word = words[i];
      if (word == "off") {
        made.off = true;
      } else if (word == "companion") {
        made.companion = true;
      } else if (word.starts_with("by:")) {
        made.by.clear();
        if (!parse_members(word.substr(3), &made.by)) return false;
      } else if (word.starts_with("on:")) {
        made.on.clear();
        if (!parse_members(word.substr(3), &made.on)) return false;
      } else if (word.starts_with("in:")) {
        made.agency = word.substr(3);
      } else {
        Datum datum;
        if (!parse_datum(word, &datum)) return false;
        made.data.push_back(std::move(datum));
      }
    }
    if (made.agency.empty()) return false;
    block_->steps.push_back(std::move(made));
    return true;
  }

  bool plant_line(const std::vector<std::string>& words) {
    const std::string& head = words[0];
    if (head == "expect") {
      if (words.size() < 4 || (words[1] != "breach" && words[1] != "late")) return false;
      Expectation expectation;
      expectation.kind = words[1];
      expectation.rule = words[2];
      expectation.companion = words.size() == 5 && words[4] == "companion";
      if (words.size() > 5 || !parse_moment(words[3], &expectation)) return false;
      plant_->expects.push_back(std::move(expectation));
      return true;
    }
    if (head == "needs") {
      plant_->needs.insert(plant_->needs.end(), words.begin() + 1, words.end());
      return true;
    }
    if (words.size() < 2) return false;
    Edit edit;
    edit.step = words[1];
    if (head == "drop" || head == "add") {
      edit.kind = head == "drop" ? Edit::Kind::drop : Edit::Kind::add;
      if (words.size() != 2) return false;
    } else if (head == "move") {
      edit.kind = Edit::Kind::move;
      if (words.size() != 3 || !parse_when(words[2], &edit.when)) return false;
    } else if (head == "unset") {
      edit.kind = Edit::Kind::unset;
      edit.names.assign(words.begin() + 2, words.end());
    } else if (head == "set") {
      for (size_t i = 2; i < words.size(); ++i) {
        const std::string_view word = words[i];
        if (word.starts_with("by:")) {
          edit.sets_by = true;
          if (!parse_members(word.substr(3), &edit.by)) return false;
        } else if (word.starts_with("on:")) {
          edit.sets_on = true;
          if (!parse_members(word.substr(3), &edit.on)) return false;
        } else if (word.starts_with("in:")) {
          edit.agency = word.substr(3);
        } else {
          Datum datum;
          if (!parse_datum(word, &datum)) return false;
          edit.data.push_back(std::move(datum));
        }
      }
    } else {
      return false;
    }
    plant_->edits.push_back(std::move(edit));
    return true;
  }

  std::string_view where_;
  int line_ = 0;
  Library out_;
  Script* script_ = nullptr;
  Block* block_ = nullptr;
  Plant* plant_ = nullptr;
  std::string agency_;
  std::vector<Member> by_;
  std::vector<Member> on_;
};

}  // namespace

Result<Library> parse_scripts(std::string_view text, std::string_view where) {
  return Parser(where).parse(text);
}

std::string_view built_in_scripts() { return embedded::sim_scripts(); }
std::string_view built_in_holidays() { return embedded::sim_holidays(); }

}  // namespace heng::sim
