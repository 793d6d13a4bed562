#include "report/words.h"

#include "report/screen.h"

#include <array>

namespace heng::report {
namespace {

using watch::ClockState;
using watch::Kind;
using watch::Severity;

constexpr std::array<Word, 5> kKinds{{
    {"warn", "预警", "warning"},
    {"breach", "违反", "breach"},
    {"late", "逾期", "late"},
    {"flag", "异常", "flag"},
    {"missing", "待查", "undecided"},
}};

constexpr std::array<Word, 5> kSeverities{{
    {"medium", "中", "medium"},
    {"low", "低", "low"},
    {"medium", "中", "medium"},
    {"high", "高", "high"},
    {"critical", "重大", "critical"},
}};

constexpr std::array<Word, 9> kStates{{
    {"waiting", "待事实", "waiting"},
    {"running", "进行中", "running"},
    {"paused", "已中止", "paused"},
    {"warned", "将届满", "due soon"},
    {"met", "已履行", "met"},
    {"late", "逾期履行", "done late"},
    {"breached", "已超期", "overdue"},
    {"lapsed", "已终结", "lapsed"},
    {"void", "无效", "void"},
}};

constexpr std::array<Word, 22> kSteps{{
    {"start", "起算", "start"},
    {"base", "基本期限", "base"},
    {"extension", "延长", "extension"},
    {"ignored", "不计", "not counted"},
    {"pause", "中止", "pause"},
    {"restart", "重新计算", "restart"},
    {"roll", "顺延", "roll"},
    {"provisional", "暂定", "provisional"},
    {"end", "届满", "end"},
    {"met", "履行", "met"},
    {"lapsed", "终结", "lapsed"},
    {"strict", "从严解释", "strict reading"},
    {"condition", "条件", "condition"},
    {"excuse", "除外", "excuse"},
    {"value", "取值", "value"},
    {"missing", "缺少", "missing"},
    {"void", "无效", "void"},
    {"figure", "数值", "figure"},
    {"peers", "同类", "peers"},
    {"test", "检验", "test"},
    {"bound", "误报控制", "error bound"},
    {"limit", "局限", "limits"},
}};

std::string two_digits(int64_t value) {
  std::string out = std::to_string(value);
  return out.size() < 2 ? "0" + out : out;
}

struct Local {
  Date date;
  int64_t of_day = 0;  // microseconds since local midnight
};

Local local_of(OffsetTime time) {
  const int64_t local = time.instant.us + time.offset_minutes * kMinute;
  int64_t day = local / kDay;
  if (local % kDay < 0) --day;
  return {Date{static_cast<int32_t>(day)}, local - day * kDay};
}

std::string clock_text(int64_t of_day) {
  std::string out = two_digits(of_day / kHour) + ":" + two_digits(of_day / kMinute % 60);
  if (of_day % kMinute != 0) out += ":" + two_digits(of_day / kSecond % 60);
  return out;
}

}  // namespace

const Word& word_of(Kind kind) { return kKinds.at(static_cast<size_t>(kind)); }
const Word& word_of(Severity severity) { return kSeverities.at(static_cast<size_t>(severity)); }
const Word& word_of(ClockState state) { return kStates.at(static_cast<size_t>(state)); }

Text step_word(std::string_view step) {
  for (const Word& word : kSteps) {
    if (step == word.id) return {word.zh, word.en};
  }
  return {std::string(step), std::string(step)};
}

std::string shown(const Text& text, Language language, std::string_view joint) {
  if (text.en.empty() || (language == Language::zh && !text.zh.empty())) return text.zh;
  if (text.zh.empty() || language == Language::en || text.zh == text.en) return text.en;
  return text.zh + std::string(joint) + text.en;
}

std::string shown(const Word& word, Language language, std::string_view joint) {
  return shown(Text{word.zh, word.en}, language, joint);
}

std::string show_offset(int32_t minutes) {
  const int32_t size = minutes < 0 ? -minutes : minutes;
  return (minutes < 0 ? "-" : "+") + two_digits(size / 60) + ":" + two_digits(size % 60);
}

std::string show_time(OffsetTime time, int32_t home_offset_minutes) {
  const Local local = local_of(time);
  std::string out = format_date(local.date) + " " + clock_text(local.of_day);
  if (time.offset_minutes != home_offset_minutes) out += " " + show_offset(time.offset_minutes);
  return out;
}

std::string show_end(OffsetTime time, int32_t home_offset_minutes) {
  const Local local = local_of(time);
  if (local.of_day != 0) return show_time(time, home_offset_minutes);
  std::string out = format_date(Date{local.date.days - 1}) + " 24:00";
  if (time.offset_minutes != home_offset_minutes) out += " " + show_offset(time.offset_minutes);
  return out;
}

Text show_duration(int64_t us) {
  struct Unit {
    int64_t size;
    const char* zh;
    const char* en;
  };
  constexpr std::array<Unit, 4> kUnits{
      {{kDay, "天", " d"}, {kHour, "小时", " h"}, {kMinute, "分", " min"}, {kSecond, "秒", " s"}}};
  Text out;
  int64_t rest = us < 0 ? -us : us;
  int shown_units = 0;
  for (const Unit& unit : kUnits) {
    const int64_t count = rest / unit.size;
    rest %= unit.size;
    if (count == 0 || shown_units == 3) continue;
    ++shown_units;
    out.zh += std::to_string(count) + unit.zh;
    out.en += (out.en.empty() ? "" : " ") + std::to_string(count) + unit.en;
  }
  if (out.zh.empty()) out = {"不到1秒", "under 1 s"};
  return out;
}

std::string iso_duration(int64_t us) {
  std::string out = us < 0 ? "-P" : "P";
  const int64_t size = us < 0 ? -us : us;
  if (size >= kDay) out += std::to_string(size / kDay) + "D";
  const int64_t of_day = size % kDay;
  if (of_day == 0) return size == 0 ? "PT0S" : out;
  out += "T";
  if (of_day >= kHour) out += std::to_string(of_day / kHour) + "H";
  if (of_day % kHour >= kMinute) out += std::to_string(of_day % kHour / kMinute) + "M";
  const int64_t seconds = of_day % kMinute;
  if (seconds == 0) return out;
  out += std::to_string(seconds / kSecond);
  if (seconds % kSecond != 0) {
    std::string fraction = std::to_string(seconds % kSecond);
    fraction.insert(0, 6 - fraction.size(), '0');
    while (fraction.back() == '0') fraction.pop_back();
    out += "." + fraction;
  }
  return out + "S";
}

std::string show_key(const std::vector<std::pair<std::string, std::string>>& key) {
  std::string out;
  for (const auto& [name, value] : key) {
    if (!out.empty()) out += ", ";
    out += name + " " + value;
  }
  return out;
}

std::string show_key(const Screen& screen, const std::vector<std::pair<std::string, std::string>>& key,
                     const std::vector<watch::Text>& labels) {
  std::vector<std::pair<std::string, std::string>> named = key;
  for (size_t i = 0; i < named.size() && i < labels.size(); ++i) named[i].first = screen.word(labels[i], "/");
  return show_key(named);
}

std::string show_count(uint64_t count) {
  std::string digits = std::to_string(count);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, " ");
  return digits;
}

}  // namespace heng::report
