#include "law/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "law/html.h"

namespace heng::law {
namespace {

constexpr double kLeft = 12;
constexpr double kWidth = 600;
constexpr double kRow = 34;
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

struct Bar {
  double from = 0;
  double to = 0;
  bool open = false;  // its length depends on the facts
  const char* style = "base";
  std::string text;
};

}  // namespace

std::string timeline_svg(const ClockDecl& clock, const Sayer& sayer) {
  double longest = 0;
  for (const Step& step : clock.allows) longest = std::max(longest, days_of(step.quantity).value_or(0));
  const double unknown = longest > 0 ? longest * kUnknownShare : 1;

  std::vector<Bar> bars;
  double base = 0;
  double chain = 0;
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
    } else if (step.kind == Step::Kind::minus) {
      bar.style = "minus";
      bar.from = std::max(0.0, chain - length);
      bar.to = chain;
    } else {
      bar.style = step.after || !step.when.empty() ? "other" : "base";
      bar.to = length;
      if (bars.empty()) base = chain = length;
    }
    bar.text = sayer.say(step);
    std::erase(bar.text, '`');
    bars.push_back(std::move(bar));
  }
  double end = base;
  for (const Bar& bar : bars) end = std::max(end, bar.to);
  if (end <= 0) end = 1;
  const auto x = [&](double days) { return kLeft + days / end * kWidth; };

  const double height = kRow * static_cast<double>(bars.size()) + 14;
  std::string out = fmt::format(
      "<svg class=\"timeline\" viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\"><line class=\"axis\" x1=\"{:.1f}\" "
      "y1=\"4\" "
      "x2=\"{:.1f}\" y2=\"{:.0f}\"/>",
      kLeft * 2 + kWidth, height, kLeft, kLeft, height - 4);
  for (size_t i = 0; i < bars.size(); ++i) {
    const Bar& bar = bars[i];
    const double y = 4 + kRow * static_cast<double>(i);
    out += fmt::format(
        "<g><title>{}</title><rect class=\"{}{}\" x=\"{:.1f}\" y=\"{:.0f}\" width=\"{:.1f}\" height=\"10\" "
        "rx=\"2\"/>",
        escape_html(bar.text), bar.style, bar.open ? " open" : "", x(bar.from), y,
        std::max(2.0, x(bar.to) - x(bar.from)));
    out += fmt::format("<text x=\"{:.1f}\" y=\"{:.0f}\">{}</text></g>", kLeft + 4, y + 23,
                       escape_html(clip_to_width(bar.text, 96)));
  }
  for (const Warning& warning : clock.warns) {
    std::optional<double> at;
    if (warning.kind == Warning::Kind::percent) at = base * decimal_value(warning.percent) / 100;
    if (warning.kind == Warning::Kind::after) at = days_of(warning.quantity);
    if (warning.kind == Warning::Kind::before) {
      if (const auto days = days_of(warning.quantity)) at = base - *days;
    }
    if (!at || *at < 0 || *at > end) continue;
    out += fmt::format("<g class=\"warn\"><title>{}</title><path d=\"M{:.1f} 0l5 8h-10z\"/></g>",
                       escape_html(sayer.say(warning)), x(*at));
  }
  return out + "</svg>";
}

}  // namespace heng::law
