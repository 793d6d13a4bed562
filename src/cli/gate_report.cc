#include "cli/gate_report.h"

#include <fmt/format.h>

#include "report/report.h"

namespace heng {
namespace {

nlohmann::ordered_json json_of(const watch::Finding& finding) {
  nlohmann::ordered_json out;
  out["rule"] = finding.rule;
  if (!finding.part.empty()) out["part"] = finding.part;
  out["severity"] = watch::name_of(finding.severity);
  out["message"] = {{"zh", finding.message.zh}, {"en", finding.message.en}};
  out["cites"] = finding.cites;
  if (!finding.missing.empty()) out["missing"] = finding.missing;
  nlohmann::ordered_json why = nlohmann::ordered_json::array();
  for (const watch::Why& line : finding.why) why.push_back({{"step", line.step}, {"zh", line.text.zh}, {"en", line.text.en}});
  out["why"] = why;
  return out;
}

nlohmann::ordered_json json_of(const watch::ClockView& clock) {
  nlohmann::ordered_json out;
  out["rule"] = clock.rule;
  out["label"] = {{"zh", clock.label.zh}, {"en", clock.label.en}};
  if (clock.end) out["due"] = format_rfc3339(*clock.end);
  nlohmann::ordered_json sum = nlohmann::ordered_json::array();
  for (const watch::Why& line : clock.sum) sum.push_back({{"step", line.step}, {"zh", line.text.zh}, {"en", line.text.en}});
  out["sum"] = sum;
  return out;
}

}  // namespace

std::string verdict_words(watch::GateAnswer::Verdict verdict, bool zh) {
  switch (verdict) {
    case watch::GateAnswer::Verdict::allowed: return zh ? "可以实施" : "allowed";
    case watch::GateAnswer::Verdict::warned: return zh ? "可以实施，但请注意" : "allowed, with a warning";
    case watch::GateAnswer::Verdict::refused: return zh ? "不得实施" : "not allowed";
    case watch::GateAnswer::Verdict::cannot_tell: break;
  }
  return zh ? "无法判断：缺少事实" : "cannot tell: facts are missing";
}

void print_answer(const watch::GateAnswer& answer, const watch::Plan& plan, bool zh, int indent) {
  const std::string pad(static_cast<size_t>(indent), ' ');
  const auto pick = [zh](const watch::Text& text) { return zh ? text.zh : text.en; };
  const auto list = [&](const std::vector<watch::Finding>& findings, const char* mark) {
    for (const watch::Finding& finding : findings) {
      fmt::print("{}{} {}  [{}; {}]\n", pad, mark, pick(finding.message), finding.rule,
                 report::say_cites(finding.cites, zh ? &plan.cites_zh : nullptr));
      for (const watch::Why& line : finding.why)
        if (line.step == "condition" || line.step == "excuse") fmt::print("{}    {}\n", pad, pick(line.text));
    }
  };
  list(answer.against, "x");
  list(answer.unknown, "?");
  list(answer.warnings, "!");
  for (const watch::ClockView& clock : answer.meets)
    fmt::print("{}+ {}{}\n", pad, zh ? "履行：" : "meets: ", pick(clock.label) + (clock.state == watch::ClockState::late ? (zh ? "（已迟延）" : " (late)") : ""));
  for (const watch::ClockView& clock : answer.starts)
    fmt::print("{}> {}{}{}\n", pad, zh ? "随即开始计时：" : "then owes: ", pick(clock.label),
               clock.end ? (zh ? "，届满 " : ", by ") + format_rfc3339(*clock.end) : std::string());
  for (const watch::ClockView& clock : answer.extends)
    fmt::print("{}~ {}{}{}\n", pad, zh ? "期限变动：" : "moves: ", pick(clock.label),
               clock.end ? (zh ? "，新的届满 " : ", new end ") + format_rfc3339(*clock.end) : std::string());
  for (const watch::Text& cure : answer.cures) fmt::print("{}= {}{}\n", pad, zh ? "合法途径：" : "lawful way: ", pick(cure));
}

void set_answer(nlohmann::ordered_json& out, const watch::GateAnswer& answer) {
  const auto findings = [](const std::vector<watch::Finding>& list) {
    nlohmann::ordered_json array = nlohmann::ordered_json::array();
    for (const watch::Finding& finding : list) array.push_back(json_of(finding));
    return array;
  };
  const auto clocks = [](const std::vector<watch::ClockView>& list) {
    nlohmann::ordered_json array = nlohmann::ordered_json::array();
    for (const watch::ClockView& clock : list) array.push_back(json_of(clock));
    return array;
  };
  out["against"] = findings(answer.against);
  out["unknown"] = findings(answer.unknown);
  out["warnings"] = findings(answer.warnings);
  out["starts"] = clocks(answer.starts);
  out["meets"] = clocks(answer.meets);
  out["extends"] = clocks(answer.extends);
  nlohmann::ordered_json cures = nlohmann::ordered_json::array();
  for (const watch::Text& cure : answer.cures) cures.push_back({{"zh", cure.zh}, {"en", cure.en}});
  out["cures"] = cures;
}

}  // namespace heng
