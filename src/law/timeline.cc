#include "law/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <vector>

#include "law/html.h"

namespace heng::law {
namespace {

constexpr double kUnknownShare = 0.25;  // of the longest known length, for what depends on facts

double decimal_value(const Decimal& number) {
  return static_cast<double>(number.mantissa) / std::pow(10.0, number.scale);
}

// Days, nullopt if it depends on the facts.
std::optional<double> days_of(const Quantity& quantity) {
  static constexpr double kDays[] = {1.0 / 24, 1, 30, 365};
  if (!quantity.number || !quantity.unit) return std::nullopt;
  double days = decimal_value(*quantity.number) * kDays[static_cast<size_t>(quantity.unit->base)];
  if (quantity.plus && quantity.plus_unit) {
    days += decimal_value(*quantity.plus) * kDays[static_cast<size_t>(quantity.plus_unit->base)];
  }
  return days;
}

// A sum of hours, days, months and years, as it is printed under the line.
struct Total {
  double parts[4] = {};
  bool known = true;

  void add(const Quantity& quantity, double sign) {
    if (!quantity.number || !quantity.unit) {
      known = false;
      return;
    }
    parts[static_cast<size_t>(quantity.unit->base)] += sign * decimal_value(*quantity.number);
    if (quantity.plus && quantity.plus_unit)
      parts[static_cast<size_t>(quantity.plus_unit->base)] += sign * decimal_value(*quantity.plus);
  }

  std::string text(bool chinese) const {
    static constexpr const char* kChinese[] = {"小时", "日", "个月", "年"};
    static constexpr const char* kEnglish[] = {"hour", "day", "month", "year"};
    std::string out;
    for (size_t i = std::size(parts); known && i-- > 0;) {
      if (parts[i] == 0) continue;
      const char* sign = parts[i] < 0 ? "−" : out.empty() ? "" : "+";
      const double size = std::abs(parts[i]);
      out += chinese ? fmt::format("{}{:g} {}", sign, size, kChinese[i])
                     : fmt::format("{}{:g} {}{}", sign, size, kEnglish[i], size == 1 ? "" : "s");
    }
    return out;
  }
};

struct Bar {
  double from = 0;
  double to = 0;
  bool open = false;  // its length depends on the facts
  const char* style = "base";
  std::string text;
  std::string total;  // at its end; empty if it depends on the facts
};

}  // namespace

std::string timeline_html(const ClockDecl& clock, const Sayer& sayer) {
  double longest = 0;
  for (const Step& step : clock.allows) longest = std::max(longest, days_of(step.quantity).value_or(0));
  const double unknown = longest > 0 ? longest * kUnknownShare : 1;

  std::vector<Bar> bars;
  double base = 0;
  double chain = 0;
  Total sum;
  for (const Step& step : clock.allows) {
    Bar bar;
    const bool sized =
        step.kind == Step::Kind::total || step.kind == Step::Kind::plus || step.kind == Step::Kind::minus;
    const std::optional<double> days = sized ? days_of(step.quantity) : std::nullopt;
    bar.open = !days && step.kind != Step::Kind::at_once;
    const double length = step.kind == Step::Kind::at_once ? 0 : days.value_or(unknown);
    if (step.kind == Step::Kind::plus) {
      bar.style = "plus";
      bar.from = chain;
      bar.to = chain += length;
      sum.add(step.quantity, 1);
      bar.total = sum.text(sayer.chinese());
    } else if (step.kind == Step::Kind::minus) {
      bar.style = "minus";
      bar.from = std::max(0.0, chain - length);
      bar.to = chain;
    } else {
      bar.style = step.after || !step.when.empty() ? "other" : "base";
      bar.to = length;
      Total own;
      own.add(step.quantity, 1);
      if (sized) bar.total = own.text(sayer.chinese());
      if (bars.empty()) {
        base = chain = length;
        sum = own;
      }
    }
    bar.text = sayer.say(step);
    bars.push_back(std::move(bar));
  }
  double end = base;
  for (const Bar& bar : bars) end = std::max(end, bar.to);
  if (end <= 0) end = 1;
  const auto percent = [&](double days) { return std::clamp(days / end * 100, 0.0, 100.0); };

  std::string out = "<div class=\"timeline\"><ol>";
  for (const Bar& bar : bars) {
    out += fmt::format(
        "<li class=\"{}{}\"><span class=\"track\"><i "
        "style=\"left:{:.2f}%;width:{:.2f}%\"></i></span><span>{}</span></li>",
        bar.style, bar.open ? " open" : "", percent(bar.from), percent(bar.to - bar.from),
        code_marks(bar.text));
  }
  out += "</ol>";

  // The totals, none on top of another; the last one wins, because it is the longest time there is.
  constexpr double kApart = 9;
  std::map<double, std::string> ticks;
  for (const Bar& bar : bars)
    if (bars.size() > 1 && !bar.total.empty()) ticks.emplace(percent(bar.to), bar.total);
  std::string scale;
  double right = 200;
  for (auto tick = ticks.rbegin(); tick != ticks.rend(); ++tick) {
    if (right - tick->first < kApart || tick->first < kApart / 2) continue;
    right = tick->first;
    scale += fmt::format("<span{} style=\"left:{:.2f}%\">{}</span>",
                         right > 100 - kApart / 2 ? " class=\"last\"" : "", right, tick->second);
  }
  for (const Warning& warning : clock.warns) {
    std::optional<double> at;
    if (warning.kind == Warning::Kind::percent) at = base * decimal_value(warning.percent) / 100;
    if (warning.kind == Warning::Kind::after) at = days_of(warning.quantity);
    if (warning.kind == Warning::Kind::before) {
      if (const auto days = days_of(warning.quantity)) at = base - *days;
    }
    if (!at || *at < 0 || *at > end) continue;
    std::string words = sayer.say(warning);
    std::erase(words, '`');
    scale += fmt::format("<b style=\"left:{:.2f}%\" title=\"{}\">▲</b>", percent(*at), escape_html(words));
  }
  if (!scale.empty()) out += "<div class=\"scale\" aria-hidden=\"true\">" + scale + "</div>";
  return out + "</div>";
}

}  // namespace heng::law
