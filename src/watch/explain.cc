#include "watch/explain.h"

#include <fmt/format.h>

namespace heng::watch {
namespace {

std::string local_minute(const calendar::Zone& zone, Instant at) {
  const std::string text = format_rfc3339(zone.at(at));
  return text.substr(0, 10) + " " + text.substr(11, 5);
}

std::string amount_en(const Plan& plan, const Measured& measured) {
  if (measured.period == kNone) return measured.number.text();
  return measured.number.text() + " " + plan.periods[static_cast<size_t>(measured.period)].name;
}

std::string amount_zh(const Plan& plan, const Measured& measured) {
  if (measured.period == kNone) return measured.number.text();
  return measured.number.text() + " " + plan.periods[static_cast<size_t>(measured.period)].label.zh;
}

// When a clock runs out, as people say it: a moment, or the whole of a last day.
Text end_words(const calendar::Zone& zone, const calendar::End& sum) {
  if (!sum.dated) {
    const std::string at = local_minute(zone, sum.end);
    return {at, at};
  }
  const std::string day = format_date(sum.last_day);
  return {day + " 24:00", "the end of " + day};
}

}  // namespace

std::string act_id(const Evaluator& evaluator, uint32_t rank) {
  return rank == kNoRank ? std::string() : evaluator.plan().symbols.string(evaluator.scope().act(rank).id);
}

Text act_words(const Evaluator& evaluator, uint32_t rank) {
  if (rank == kNoRank) return {"期限届满", "the end of the earlier time limit"};
  const StoredAct& act = evaluator.scope().act(rank);
  if (act.type == kUnknownType) {
    const std::string name = evaluator.plan().symbols.string(evaluator.scope().history().type_name(act));
    return {name, name};
  }
  return evaluator.plan().acts[act.type].label;
}

Text span_words(int64_t us) {
  const int64_t minutes = us / kMinute;
  const int64_t days = minutes / 1440;
  const int64_t hours = minutes / 60 % 24;
  const int64_t rest = minutes % 60;
  if (days > 0) {
    if (hours == 0) return {fmt::format("{} 天", days), fmt::format("{} d", days)};
    return {fmt::format("{} 天 {} 小时", days, hours), fmt::format("{} d {} h", days, hours)};
  }
  if (hours > 0) {
    if (rest == 0) return {fmt::format("{} 小时", hours), fmt::format("{} h", hours)};
    return {fmt::format("{} 小时 {} 分", hours, rest), fmt::format("{} h {} min", hours, rest)};
  }
  return {fmt::format("{} 分", rest), fmt::format("{} min", rest)};
}

std::vector<Why> sum_lines(Evaluator& evaluator, const Instance& instance) {
  const Plan& plan = evaluator.plan();
  const calendar::Zone& zone = evaluator.zone(instance.clock);
  std::vector<Why> out;
  out.reserve(instance.ledger.size() + 3);
  const auto add = [&](std::string step, uint32_t rank, std::optional<Instant> at, std::string cite, std::string zh,
                       std::string en) {
    Why& line = out.emplace_back();
    line.step = std::move(step);
    line.act = act_id(evaluator, rank);
    if (at) line.at = zone.at(*at);
    line.cite = std::move(cite);
    line.text = {std::move(zh), std::move(en)};
  };
  // Where a line of the ledger leads: the end as it stood from then on.
  const auto leads_to = [&](uint32_t set_by) -> std::optional<Instant> {
    if (instance.no_sum) return std::nullopt;
    for (const Segment& segment : instance.segments)
      if (segment.set_by == set_by) return segment.open ? std::nullopt : std::optional<Instant>(segment.sum.end);
    return std::nullopt;
  };
  for (const LedgerLine& line : instance.ledger) {
    const Text act = act_words(evaluator, line.rank);
    switch (line.kind) {
      case LedgerLine::Kind::start: {
        const bool by_act = line.rank != kNoRank && evaluator.scope().act(line.rank).at() == line.at;
        if (by_act)
          add("start", line.rank, line.at, "", "起算：" + act.zh, "starts with: " + act.en);
        else
          add("start", line.rank, line.at, "", "起算：前一期限的时点", "starts from an earlier time limit");
        break;
      }
      case LedgerLine::Kind::base: {
        if (line.step->kind == law::Step::Kind::until) {
          add("base", kNoRank, leads_to(kNoRank), std::string(line.cite), "期限至：" + line.step->until.words.zh,
              "allowed until: " + line.step->until.words.en);
        } else if (line.step->target) {
          add("base", kNoRank, leads_to(kNoRank), std::string(line.cite), "立即（目标值，非法定期限）：" + amount_zh(plan, line.measured),
              "at once (a target, not a limit in law): " + amount_en(plan, line.measured));
        } else {
          add("base", kNoRank, leads_to(kNoRank), std::string(line.cite), "期限：" + amount_zh(plan, line.measured),
              "allowed: " + amount_en(plan, line.measured));
        }
        break;
      }
      case LedgerLine::Kind::extension:
      case LedgerLine::Kind::reduction: {
        const bool total = line.step->kind == law::Step::Kind::total;
        const bool less = line.kind == LedgerLine::Kind::reduction;
        if (line.step->kind == law::Step::Kind::until) {
          add("extension", line.rank, leads_to(line.rank), std::string(line.cite), act.zh + "：期限至 " + line.step->until.words.zh,
              act.en + ": allowed until " + line.step->until.words.en);
          break;
        }
        add("extension", line.rank, leads_to(line.rank), std::string(line.cite),
            act.zh + (total ? "：期限改为 " : less ? "：减 " : "：加 ") + amount_zh(plan, line.measured),
            act.en + (total ? ": now " : less ? ": less " : ": plus ") + amount_en(plan, line.measured));
        break;
      }
      case LedgerLine::Kind::ignored:
        add("ignored", line.rank, line.at, std::string(line.cite),
            act.zh + (line.why == LedgerLine::Why::late ? "：期限已届满，不再计算" : "：超过允许次数，不再计算"),
            act.en + (line.why == LedgerLine::Why::late ? ": after the time had run out, not counted" : ": more often than allowed, not counted"));
        break;
      case LedgerLine::Kind::pause: {
        const Text label = line.state == kNone ? act : plan.states[static_cast<size_t>(line.state)].label;
        add("pause", line.rank, line.at, std::string(line.cite), "暂停计算：" + label.zh, "paused: " + label.en);
        break;
      }
      case LedgerLine::Kind::resume: {
        const Text label = line.state == kNone ? act : plan.states[static_cast<size_t>(line.state)].label;
        add("pause", line.rank, line.at, std::string(line.cite), "恢复计算：" + label.zh + "结束", "resumed: end of " + label.en);
        break;
      }
      case LedgerLine::Kind::restart:
        add("restart", line.rank, leads_to(line.rank), std::string(line.cite), "重新计算：" + act.zh, "counted anew from: " + act.en);
        break;
      case LedgerLine::Kind::met:
      case LedgerLine::Kind::lapsed: break;  // after the end
    }
  }
  const Segment& last = instance.last();
  if (instance.no_sum) {
    add("end", kNoRank, std::nullopt, "", "缺少计算期限所需的数字", "a number the sum needs is not known");
  } else if (last.open) {
    add("end", kNoRank, std::nullopt, "", "暂停中，尚无届满时点", "paused, no end yet");
  } else {
    for (const calendar::SumStep& step : evaluator.lines_of(instance, last).steps) {
      const std::string day = format_date(step.date);
      if (step.kind == calendar::SumStep::Kind::pause && step.amount != 0) {
        const Text by = last.sum.dated ? Text{fmt::format("{} 天", step.amount), fmt::format("{} days", step.amount)}
                                       : span_words(step.amount);
        add("pause", kNoRank, step.instant, "", "不计入：" + by.zh, "not counted: " + by.en);
      } else if (step.kind == calendar::SumStep::Kind::roll && step.amount != 0) {
        const Date before{step.date.days - static_cast<int32_t>(step.amount)};
        const std::string name = plan.holidays.name_of(before);
        add("roll", kNoRank, step.instant, "",
            fmt::format("末日 {} 为休息日{}，顺延至 {}", format_date(before), name.empty() ? "" : "（" + name + "）", day),
            fmt::format("the last day {} is a day of rest{}, moved to {}", format_date(before),
                        name.empty() ? "" : " (" + name + ")", day));
      } else if (step.kind == calendar::SumStep::Kind::provisional) {
        add("provisional", kNoRank, std::nullopt, "", "该年度节假日安排尚未公布，结果为暂定", 
            "the holidays of that year are not published: provisional");
      }
    }
    const Text end = end_words(zone, last.sum);
    add("end", kNoRank, last.sum.end, "", "届满：" + end.zh, "ends: " + end.en);
  }
  if (instance.met || instance.lapsed) {
    const Text act = act_words(evaluator, instance.over_rank);
    add(instance.met ? "met" : "lapsed", instance.over_rank, instance.over_at, "",
        (instance.met ? "已履行：" : "义务消灭：") + act.zh, (instance.met ? "done: " : "no longer owed: ") + act.en);
  }
  return out;
}

Text breach_words(Evaluator& evaluator, const Instance& instance) {
  const Clock& clock = *instance.clock;
  const Text end = end_words(evaluator.zone(&clock), instance.last().sum);
  return {fmt::format("{}：应于 {} 前完成，届满时未完成", clock.label.zh, end.zh),
          fmt::format("{}: due by {}, not done when the time ran out", clock.label.en, end.en)};
}

Text late_words(Evaluator& evaluator, const Instance& instance, int64_t late_by_us) {
  const Clock& clock = *instance.clock;
  const calendar::Zone& zone = evaluator.zone(&clock);
  const Text end = end_words(zone, instance.last().sum);
  const Text by = span_words(late_by_us);
  const std::string done = local_minute(zone, instance.over_at);
  return {fmt::format("{}：应于 {} 前完成，实际于 {} 完成，迟延 {}", clock.label.zh, end.zh, done, by.zh),
          fmt::format("{}: due by {}, done on {}, late by {}", clock.label.en, end.en, done, by.en)};
}

Text warning_words(Evaluator& evaluator, const Instance& instance, const std::string& rung) {
  const Clock& clock = *instance.clock;
  const std::string name = rung.substr(0, rung.find('|'));
  if (name == "strictly")
    return {clock.label.zh + "：按从严算法已届满", clock.label.en + ": over on the strict reading"};
  if (name == "at the earliest")
    return {clock.label.zh + "：有事实未查明，按最早算法已届满", clock.label.en + ": over unless a fact not yet known gives more time"};
  // The rung's name is the law's own words; its quantity in Chinese ones.
  const auto quantity_zh = [&](const std::string& source) {
    for (const Quantity& quantity : clock.warn_quantities)
      if (quantity.source == source) return quantity.words.zh;
    return source;
  };
  if (name.starts_with("after "))
    return {fmt::format("{}：已超过通常期限（{}）", clock.label.zh, quantity_zh(name.substr(6))),
            fmt::format("{}: past the ordinary time ({})", clock.label.en, name.substr(6))};
  const Segment& last = instance.last();
  const Text end = last.open || instance.no_sum ? Text{"—", "—"} : end_words(evaluator.zone(&clock), last.sum);
  const std::string rung_zh = name.ends_with(" before") ? "届满前 " + quantity_zh(name.substr(0, name.size() - 7)) : name;
  return {fmt::format("{}：期限将于 {} 届满（{}）", clock.label.zh, end.zh, rung_zh),
          fmt::format("{}: the time runs out at {} ({})", clock.label.en, end.en, name)};
}

Text missing_words(const Plan& plan, uint16_t type, const std::vector<Sym>& fields) {
  Text names;
  for (const Sym field : fields) {
    const Text name = plan.field_label(type, field);
    names.zh += (names.zh.empty() ? "" : "、") + name.zh;
    names.en += (names.en.empty() ? "" : ", ") + name.en;
  }
  if (fields.empty()) return {"事实不足，无法判断", "cannot be decided: facts are missing"};
  return {"事实不足，无法判断，缺少：" + names.zh, "cannot be decided, missing: " + names.en};
}

std::vector<Why> rule_lines(Evaluator& evaluator, const Rule& rule, const RuleVerdict& verdict, const View& view) {
  std::vector<Why> out;
  for (const Condition* condition : verdict.failed) {
    Why line;
    line.step = "condition";
    line.cite = condition->cite;
    Text values;
    for (const Atom& atom : condition->atoms)
      for (const Text& value : evaluator.read_values(atom, view)) {
        if (values.en.find(value.en) != std::string::npos) continue;
        values.zh += (values.zh.empty() ? "" : "；") + value.zh;
        values.en += (values.en.empty() ? "" : "; ") + value.en;
      }
    line.text = {"不符合：" + condition->words.zh + (values.zh.empty() ? "" : "（" + values.zh + "）"),
                 "not met: " + condition->words.en + (values.en.empty() ? "" : " (" + values.en + ")")};
    out.push_back(std::move(line));
  }
  if (rule.forbid) {
    Why line;
    line.step = "condition";
    Text when;
    for (const Condition& condition : rule.when) {
      when.zh += (when.zh.empty() ? "" : "；") + condition.words.zh;
      when.en += (when.en.empty() ? "" : "; ") + condition.words.en;
    }
    line.text = {when.zh.empty() ? "此行为被禁止" : "下列情形下禁止此行为：" + when.zh,
                 when.en.empty() ? "this act is forbidden" : "this act is forbidden while: " + when.en};
    out.push_back(std::move(line));
  }
  for (const Condition* condition : verdict.would_excuse) {
    Why line;
    line.step = "excuse";
    line.cite = condition->cite;
    line.text = {"如能证明下列情形则不构成：" + condition->words.zh, "would be excused if shown: " + condition->words.en};
    out.push_back(std::move(line));
  }
  return out;
}

Text rule_words(const Rule& rule, const std::vector<Why>& lines) {
  Text out = rule.label;
  for (const Why& line : lines)
    if (line.step == "condition") {
      out.zh += "：" + line.text.zh;
      out.en += ": " + line.text.en;
      break;
    }
  return out;
}

}  // namespace heng::watch
