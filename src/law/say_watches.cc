// Watches in plain words.
#include <fmt/format.h>

#include <map>

#include "law/say.h"

namespace heng::law {

void Sayer::watch(const WatchDecl& watch, std::vector<SaidClause>& out) const {
  using Join = SaidClause::Join;
  using Per = WatchDecl::Unit;
  const auto line = [&](const char* zh, const char* en, std::string text) {
    out.push_back({zh_or_en(zh, en), Join::single, {std::move(text)}});
  };

  SaidClause on{zh_or_en("统计", "counts"), watch.on.size() == 1 ? Join::single : Join::any, {}};
  for (const Pattern& pattern : watch.on) on.lines.push_back(say(pattern));
  out.push_back(std::move(on));
  if (!watch.when.empty()) {
    SaidClause when{zh_or_en("当", "when"), watch.when.size() == 1 ? Join::single : Join::all, {}};
    for (const Condition& condition : watch.when) when.lines.push_back(say(condition));
    out.push_back(std::move(when));
  }

  const auto unit = [&](const Per& one) {
    if (one.kind == Per::Kind::role) return name(Names::Of::role, one.of);
    std::string of;
    if (one.of) {
      const bool role = names_->label(Names::Of::role, one.of.text, language_) != nullptr;
      of = name(role ? Names::Of::role : Names::Of::act, one.of);
      of = zh_ ? (role ? of + "所在" : "最近一次" + of + "的")
               : (role ? "of the " + of : "that did the last " + of);
    }
    const bool level = one.kind == Per::Kind::level;
    if (zh_) return of + (level ? "机关级别" : "机关");
    return (level        ? (of.empty() ? "level" : "level of the office " + of)
            : of.empty() ? "office"
                         : "office " + of);
  };
  std::string per = unit(watch.per.front());
  if (watch.per.size() == 2)
    per += zh_or_en("与", " with ") + unit(watch.per[1]) + zh_or_en("的组合", " (a pairing)");
  line("每一", "for each", std::move(per));

  const WatchDecl::Measure& m = watch.measure;
  const std::string pattern = m.pattern ? say(*m.pattern) : std::string();
  const std::string within = m.within ? say(*m.within) : std::string();
  std::string measure;
  using What = WatchDecl::Measure::Kind;
  switch (m.kind) {
    case What::share:
      measure = (zh_ ? "占比：" : "the share where ") + all_of(m.where);
      break;
    case What::followed:
      measure = zh_ ? "此后 " + within + "内有" + pattern + "的占比"
                    : "the share followed by " + pattern + " within " + within;
      break;
    case What::not_followed:
      measure = zh_ ? "此后 " + within + "内没有" + pattern + "的占比"
                    : "the share not followed by " + pattern + " within " + within;
      break;
    case What::count:
      measure = zh_or_en("次数", "how many");
      break;
    case What::rate:
      measure = zh_ ? "与" + pattern + "之比" : "how many for each " + pattern;
      break;
    case What::distinct:
      measure = zh_ ? "不同的" + say(m.operand) + "有多少" : "how many different " + say(m.operand);
      break;
    case What::quantile:
      measure = zh_ ? say(m.operand) + "的 " + m.percent.text() + "% 分位"
                    : "the " + m.percent.text() + "% quantile of " + say(m.operand);
      break;
    case What::time_until:
      measure =
          zh_ ? "到此后" + pattern + "为止所用时间的 " + m.percent.text() + "% 分位（最多看 " + within + "）"
              : "the " + m.percent.text() + "% quantile of the time until " + pattern + ", looking " +
                    within + " ahead";
      break;
    case What::time_since:
      measure = zh_ ? "自此前" + pattern + "起所用时间的 " + m.percent.text() + "% 分位"
                    : "the " + m.percent.text() + "% quantile of the time since the last " + pattern;
      break;
  }
  line("计量", "measures", std::move(measure));

  static const std::map<std::string, const char*, std::less<>> kEvery = {
      {"week", "每周"}, {"month", "每月"}, {"quarter", "每季度"}, {"year", "每年"}};
  const auto every = kEvery.find(watch.every);
  line("期间", "over",
       watch.every.empty()
           ? fmt::format(fmt::runtime(zh_or_en("最近 {} 日", "the last {} days")), watch.last_days)
       : zh_ ? std::string(every == kEvery.end() ? "" : every->second)
             : "every " + watch.every);
  line("比较", "compared with",
       watch.same_kind && watch.same_level ? zh_or_en("同类同级的其他", "others of the same kind and level")
       : watch.same_kind                   ? zh_or_en("同类的其他", "others of the same kind")
       : watch.same_level                  ? zh_or_en("同级的其他", "others of the same level")
                                           : zh_or_en("所有其他", "all others"));
  std::string flags = watch.above && watch.below ? zh_or_en("高于或低于", "above or below")
                      : watch.above              ? zh_or_en("高于", "above")
                                                 : zh_or_en("低于", "below");
  if (watch.margin)
    flags += zh_ ? "且至少相差 " + watch.margin->text() + "%" : " by at least " + watch.margin->text() + "%";
  flags += zh_ ? fmt::format("；至少 {} 次；误报率不超过 {}%", watch.needs.value_or(kWatchNeeds),
                             watch.false_discovery.value_or(Decimal::of(kWatchFalseDiscovery)).text())
               : fmt::format("; at least {} acts; false discoveries at most {}%",
                             watch.needs.value_or(kWatchNeeds),
                             watch.false_discovery.value_or(Decimal::of(kWatchFalseDiscovery)).text());
  line("提示", "flags", std::move(flags));
}

}  // namespace heng::law
