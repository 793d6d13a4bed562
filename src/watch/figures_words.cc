// A flag in words: the figure, the peers, the test, what bounds its errors, and its limits.
#include <fmt/format.h>

#include <cmath>

#include "tlog/hash.h"
#include "watch/explain.h"
#include "watch/figures_parts.h"

namespace heng::watch {

Finding Figures::finding(const Watch& watch, const Test& test, size_t tests, size_t families) const {
  using Measure = law::WatchDecl::Measure::Kind;
  using UnitKind = law::WatchDecl::Unit::Kind;
  const auto text = [&](Sym sym) { return plan_.symbols.string(sym); };
  Finding out;
  out.rule = watch.rule;
  out.part = watch.part;
  out.kind = Kind::flag;
  out.severity = watch.severity == Severity::none ? Severity::medium : watch.severity;
  out.cites = watch.cites;
  out.label = watch.label;
  out.at = plan_.zones[static_cast<size_t>(watch.zone)].at(test.window.settled);
  out.key.emplace_back(watch.per[0].name, text(test.unit.first));
  if (watch.per.size() == 2)
    out.key.emplace_back(
        watch.per[1].name == watch.per[0].name ? watch.per[1].name + " 2" : watch.per[1].name,
        text(test.unit.second));
  // A window that moves with time is one finding that moves.
  out.key.emplace_back("window",
                       watch.last_days > 0 ? fmt::format("last {} days", watch.last_days) : test.window.name);
  out.key.emplace_back("side", test.above ? "above" : "below");
  for (const Watch::Unit& unit : watch.per) out.key_labels.push_back(unit.label);
  out.key_labels.push_back({"期间", "window"});
  out.key_labels.push_back({"方向", "side"});
  for (const uint32_t act : test.acts) out.acts.push_back(text(history_.act(act).id));
  std::string identity = out.rule;
  for (const std::string& part : {out.part, std::string()}) identity += '\0' + part;
  for (const auto& [name, value] : out.key) identity += '\0' + name + '\0' + value;
  out.id = tlog::to_hex(tlog::sha256(identity + '\0' + '\0').view().substr(0, 12));

  const bool quantile = is_quantile(watch.measure);
  const bool time = watch.measure == Measure::time_until || watch.measure == Measure::time_since;
  const auto amount = [&](double value) -> Text {
    if (!time) {
      std::string number = fmt::format("{:.2f}", value);
      while (number.back() == '0') number.pop_back();
      if (number.back() == '.') number.pop_back();
      return {number, number};
    }
    if (!std::isfinite(value)) return {"期限内未发生", "not in time"};
    return span_words(static_cast<int64_t>(value));
  };
  const auto side = [&](const Side& one, bool mine) -> Text {
    const double figure = one.figure;
    const std::string percent = fmt::format("{:.1f}", figure * 100);
    if (quantile) {
      const Text at = amount(figure);
      const std::string q = fmt::format("{:g}", watch.quantile * 100);
      return {fmt::format("{}% 分位为 {}（{} 次）", q, at.zh, one.all),
              fmt::format("{}% quantile {} ({} acts)", q, at.en, one.all)};
    }
    switch (watch.measure) {
      case Measure::count:
        if (watch.per.size() == 2)
          return mine ? Text{fmt::format("前者 {} 案中有 {} 案与后者相遇（{}%）", one.all, one.marked,
                                         percent),
                             fmt::format("{} of the first's {} cases are with the second ({}%)", one.marked,
                                         one.all, percent)}
                      : Text{fmt::format("其他 {} 案中 {} 案（{}%）", one.all, one.marked, percent),
                             fmt::format("{} of the {} cases of others ({}%)", one.marked, one.all, percent)};
        return {fmt::format("全部 {} 次中有 {} 次在此期间（{}%）", one.all, one.marked, percent),
                fmt::format("{} of {} acts fall in it ({}%)", one.marked, one.all, percent)};
      case Measure::rate:
        return {fmt::format("{} 次对 {} 次（每百次 {}）", one.marked, one.all, percent),
                fmt::format("{} to {} ({} for each hundred)", one.marked, one.all, percent)};
      case Measure::distinct:
        return {fmt::format("{} 案中 {} 个", one.all, one.marked),
                fmt::format("{} different in {} cases", one.marked, one.all)};
      default:
        return {fmt::format("{} 次中 {} 次（{}%）", one.all, one.marked, percent),
                fmt::format("{} of {} ({}%)", one.marked, one.all, percent)};
    }
  };
  const auto label_of = [&](Sym agency) {
    const auto found = plan_.agency_labels.find(agency);
    return found == plan_.agency_labels.end() ? Text{text(agency), text(agency)} : found->second;
  };
  Text who = watch.per[0].kind == UnitKind::agency ? label_of(test.unit.first)
                                                   : Text{text(test.unit.first), text(test.unit.first)};
  if (watch.per.size() == 2) {
    const Text second = watch.per[1].kind == UnitKind::agency
                            ? label_of(test.unit.second)
                            : Text{text(test.unit.second), text(test.unit.second)};
    who.zh += " 与 " + second.zh;
    who.en += " with " + second.en;
  }
  const Text mine = side(test.mine, true);
  const Text peers = side(test.peers, false);
  out.message = {fmt::format("{}：{}，{}：{}；可比的其他 {} 家：{}。仅为核查提示，不是违法认定",
                             watch.label.zh, who.zh, test.window.name, mine.zh, test.peer_count, peers.zh),
                 fmt::format("{}: {}, {}: {}; {} peers: {}. A reason to look, not a breach", watch.label.en,
                             who.en, test.window.name, mine.en, test.peer_count, peers.en)};

  const auto why = [&](std::string step, std::string zh, std::string en) {
    Why line;
    line.step = std::move(step);
    line.text = {std::move(zh), std::move(en)};
    out.why.push_back(std::move(line));
  };
  why("figure", fmt::format("{}，{}：{}，涉及 {} 案", who.zh, test.window.name, mine.zh, test.cases),
      fmt::format("{}, {}: {}, in {} cases", who.en, test.window.name, mine.en, test.cases));
  std::string kind_zh;
  std::string kind_en;
  if (test.kind != 0) {
    const Text label = label_of(test.kind);
    kind_zh = "，种类：" + label.zh;
    kind_en = ", kind: " + label.en;
  }
  if (test.level != 0) {
    kind_zh += "，级别：" + text(test.level);
    kind_en += ", level: " + text(test.level);
  }
  std::string range_zh;
  std::string range_en;
  if (test.peer_range) {
    const auto figure = [&](double value) {
      return quantile ? amount(value)
                      : Text{fmt::format("{:.1f}%", value * 100), fmt::format("{:.1f}%", value * 100)};
    };
    range_zh = fmt::format("；样本足够的各家在 {} 与 {} 之间", figure(test.peer_range->first).zh,
                           figure(test.peer_range->second).zh);
    range_en = fmt::format("; those with acts enough lie between {} and {}",
                           figure(test.peer_range->first).en, figure(test.peer_range->second).en);
  }
  if (test.left_out > 0) {
    range_zh += fmt::format("；另有 {} 家自身异常，未计入", test.left_out);
    range_en += fmt::format("; {} that stand out themselves are left out", test.left_out);
  }
  why("peers", fmt::format("{} 家{}：{}{}", test.peer_count, kind_zh, peers.zh, range_zh),
      fmt::format("{}{}: {}{}", test.peer_count, kind_en, peers.en, range_en));
  const char* method_zh = test.exact                           ? "超几何精确检验"
                          : watch.measure == Measure::distinct ? "切尔诺夫界"
                                                               : "霍夫丁界，同案行为合并计算";
  const char* method_en = test.exact ? "Fisher's exact test"
                          : watch.measure == Measure::distinct
                              ? "Chernoff's bound"
                              : "Hoeffding's bound, the acts of one case taken together";
  why("test", fmt::format("若无差别，出现如此差距的概率不超过 {:.1e}（{}）", test.p, method_zh),
      fmt::format("if nothing were different, the chance of this is at most {:.1e} ({})", test.p, method_en));
  why("bound",
      fmt::format("本项共比较 {} 次；误报率不超过 {:g}%，由本次 {} 项监测分担（Benjamini–Hochberg）；至少 {} "
                  "次才比较",
                  tests, watch.false_discovery * 100, families, watch.needs),
      fmt::format("of {} comparisons in this watch; false discoveries at most {:g}%, shared among {} watches "
                  "(Benjamini–Hochberg); "
                  "compared from {} acts on",
                  tests, watch.false_discovery * 100, families, watch.needs));
  std::string limit_zh = "各家案件构成可能不同；差异只说明应当核查，不说明任何人有过错";
  std::string limit_en =
      "cases differ from office to office; a difference is a reason to look and says nothing of anybody's "
      "fault";
  if (test.unclear > 0) {
    limit_zh += fmt::format("；{} 次行为事实不足，未计入", test.unclear);
    limit_en += fmt::format("; {} acts are left out because facts are missing", test.unclear);
  }
  if (test.act_count > test.acts.size()) {
    limit_zh += fmt::format("；所列为 {} 次行为中的前 {} 次", test.act_count, test.acts.size());
    limit_en += fmt::format("; the first {} of {} acts are named", test.acts.size(), test.act_count);
  }
  why("limit", std::move(limit_zh), std::move(limit_en));
  return out;
}

}  // namespace heng::watch
