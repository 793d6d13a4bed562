#include "cli/law_diff_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "base/text.h"
#include "report/finding_json.h"
#include "report/json_writer.h"
#include "report/words.h"

namespace heng {
namespace {

using report::JsonWriter;
using watch::ChangedDeclaration;
using watch::ChangedFinding;
using watch::FindingChange;

constexpr const char* kSchema = "heng/lawdiff/v1";
constexpr FindingChange kChanges[] = {FindingChange::appeared, FindingChange::vanished, FindingChange::moved};

std::string declaration_name(const ChangedDeclaration& one) { return one.kind + " " + one.name; }

std::vector<std::string> causes(const LawDiff& diff, const std::string& rule) {
  std::vector<std::string> out;
  for (const size_t index : diff.law->causes_of(rule)) {
    const ChangedDeclaration& one = diff.law->declarations[index];
    std::string name = declaration_name(one);
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(std::move(name));
  }
  return out;
}

// -- JSON

void summary(JsonWriter& json, const LawDiff& diff) {
  json.field("old", diff.before_name).field("new", diff.after_name);
  if (!diff.law->renamed.empty()) {
    json.key("renamed").begin_array();
    for (const auto& [from, to] : diff.law->renamed) json.begin_object().field("old", from).field("new", to).end_object();
    json.end_array();
  }
  json.field("declarations", static_cast<uint64_t>(diff.law->declarations.size()));
  if (diff.findings == nullptr) return;
  json.field("as_of", format_rfc3339(diff.now));
  json.field("history_cases", static_cast<uint64_t>(diff.cases)).field("history_acts", static_cast<uint64_t>(diff.acts));
  for (const FindingChange change : kChanges)
    json.field(watch::name_of(change), static_cast<uint64_t>(diff.findings->count(change)));
  json.field("same", static_cast<uint64_t>(diff.findings->same))
      .field("cases", static_cast<uint64_t>(diff.findings->cases));
}

void declaration(JsonWriter& json, const ChangedDeclaration& one) {
  json.field("change", watch::name_of(one.change)).field("pack", one.pack).field("kind", one.kind).field("name", one.name);
  json.field("where", one.where);
  if (one.kind == "holidays") return;  // a file, not a text to read here
  if (!one.before.empty()) json.field("before", one.before);
  if (!one.after.empty()) json.field("after", one.after);
}

void rule(JsonWriter& json, const LawDiff& diff, const watch::RuleChanges& one) {
  json.field("rule", one.rule)
      .field("before", static_cast<uint64_t>(one.before))
      .field("after", static_cast<uint64_t>(one.after))
      .field("appeared", static_cast<uint64_t>(one.appeared))
      .field("vanished", static_cast<uint64_t>(one.vanished))
      .field("moved", static_cast<uint64_t>(one.moved))
      .strings("causes", causes(diff, one.rule));
}

void pair(JsonWriter& json, const char* change, const watch::Finding* before, const watch::Finding* after) {
  const watch::Finding& shown = after != nullptr ? *after : *before;
  json.field("change", change).field("id", shown.id).field("rule", watch::full_name(shown)).field("case", shown.case_id);
  if (before != nullptr) report::write_finding(json.key("before"), *before);
  if (after != nullptr) report::write_finding(json.key("after"), *after);
}

// One object a line, each naming what it is; or the same objects in lists of one document.
class Machine {
 public:
  Machine(std::ostream& out, bool lines) : out_(out), lines_(lines) {
    if (!lines_) out_ << "{\"schema\":\"" << kSchema << "\"";
  }
  template <typename Fill>
  void one(const char* what, Fill fill) {  // in a document: a member of its own
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    if (lines_) json.field("schema", kSchema).field("what", what);
    fill(json);
    json.end_object();
    if (lines_)
      out_ << text << '\n';
    else
      out_ << ",\"" << what << "\":" << text;
  }
  template <typename List, typename Fill>
  void many(const char* what, const char* plural, const List& list, Fill fill) {
    bool first = true;
    if (!lines_) out_ << ",\"" << plural << "\":[";
    for (const auto& each : list) {
      std::string text;
      JsonWriter json(text);
      json.begin_object();
      if (lines_) json.field("schema", kSchema).field("what", what);
      fill(json, each);
      json.end_object();
      out_ << (lines_ || first ? "" : ",") << text << (lines_ ? "\n" : "");
      first = false;
    }
    if (!lines_) out_ << ']';
  }
  void end() {
    if (!lines_) out_ << "}\n";
  }

 private:
  std::ostream& out_;
  bool lines_;
};

void write_machine(std::ostream& out, const LawDiff& diff, bool lines) {
  Machine machine(out, lines);
  machine.one("summary", [&](JsonWriter& json) { summary(json, diff); });
  machine.many("declaration", "declarations", diff.law->declarations, declaration);
  if (diff.findings != nullptr) {
    std::vector<watch::RuleChanges> changed;
    for (const watch::RuleChanges& one : diff.findings->rules)
      if (one.any()) changed.push_back(one);
    machine.many("rule", "rules", changed,
                 [&](JsonWriter& json, const watch::RuleChanges& one) { rule(json, diff, one); });
    machine.many("finding", "findings", diff.findings->changes, [](JsonWriter& json, const ChangedFinding& one) {
      pair(json, watch::name_of(one.change), one.before, one.after);
    });
  }
  machine.end();
}

// -- text

class Words {
 public:
  explicit Words(report::Language language) : language_(language) {}
  std::string operator()(const char* zh, const char* en) const { return report::shown(report::Text{zh, en}, language_); }
  std::string operator()(const report::Text& text) const { return report::shown(text, language_); }
  std::string kind(watch::Kind kind) const { return report::shown(report::word_of(kind), language_); }

 private:
  report::Language language_;
};

std::string at_of(const watch::Finding& finding) {
  return report::show_time(finding.at, finding.at.offset_minutes);
}

std::string due_of(const watch::Finding& finding) {
  return finding.due ? report::show_end(*finding.due, finding.due->offset_minutes) : "";
}

// "late 2026-03-05 15:20 → breach 2026-03-05 03:00", only what moved.
std::string motion(const watch::Finding& before, const watch::Finding& after, const Words& say) {
  std::string out;
  const auto add = [&out](const std::string& text) { out += (out.empty() ? "" : "; ") + text; };
  if (before.kind != after.kind) add(say.kind(before.kind) + " → " + say.kind(after.kind));
  if (before.at.instant != after.at.instant) add(at_of(before) + " → " + at_of(after));
  if (due_of(before) != due_of(after) && before.due && after.due && before.at.instant == after.at.instant)
    add(say("届满", "due") + " " + due_of(before) + " → " + due_of(after));
  if (before.late_by_us != after.late_by_us && before.late_by_us && after.late_by_us)
    add(say("逾期", "late by") + " " + say(report::show_duration(*before.late_by_us)) + " → " +
        say(report::show_duration(*after.late_by_us)));
  if (before.severity != after.severity)
    add(fmt::format("{} → {}", watch::name_of(before.severity), watch::name_of(after.severity)));
  return out;
}

void declarations(std::ostream& out, const LawDiff& diff, const Words& say) {
  const auto& all = diff.law->declarations;
  const auto count = [&](watch::DeclarationChange change) {
    return std::count_if(all.begin(), all.end(), [&](const ChangedDeclaration& one) { return one.change == change; });
  };
  for (const auto& [from, to] : diff.law->renamed)
    out << fmt::format("{} `{}` → `{}`\n", say("按规则名比较", "compared by the rules' names"), printable(from), printable(to));
  out << fmt::format("{}: {} {}, {} {}, {} {}\n", say("声明", "declarations"), count(watch::DeclarationChange::added),
                     say("新增", "added"), count(watch::DeclarationChange::removed), say("删除", "removed"),
                     count(watch::DeclarationChange::changed), say("修改", "changed"));
  for (const ChangedDeclaration& one : all) {
    const char* sign = one.change == watch::DeclarationChange::added     ? "+"
                       : one.change == watch::DeclarationChange::removed ? "-"
                                                                         : "~";
    out << fmt::format("  {} {} {}  ({}, {})\n", sign, one.kind, printable(one.name), one.pack, printable(one.where));
  }
}

void declaration_texts(std::ostream& out, const std::vector<const ChangedDeclaration*>& list) {
  for (const ChangedDeclaration* one : list) {
    out << fmt::format("\n{} {}  {}\n", watch::name_of(one->change), declaration_name(*one), printable(one->where));
    if (one->kind == "holidays") continue;
    const std::string lines = watch::line_difference(one->before, one->after);
    size_t begin = 0;
    while (begin < lines.size()) {
      const size_t end = std::min(lines.find('\n', begin), lines.size());
      out << "    " << printable(lines.substr(begin, end - begin)) << '\n';
      begin = end + 1;
    }
  }
}

void rules(std::ostream& out, const LawDiff& diff, const Words& say) {
  size_t width = display_width(say("规则", "rule"));
  for (const watch::RuleChanges& one : diff.findings->rules)
    if (one.any()) width = std::max(width, display_width(one.rule));
  const std::string heads[] = {say("旧", "old"), say("新", "new"), say("出现", "appear"), say("消失", "vanish"),
                               say("移动", "move")};
  const auto column = [&heads](size_t i, const std::string& text) {
    return "  " + pad_left(text, std::max<size_t>(5, display_width(heads[i])));
  };
  out << "\n  " << pad_right(say("规则", "rule"), width);
  for (size_t i = 0; i < std::size(heads); ++i) out << column(i, heads[i]);
  out << "  " << say("缘由", "because of") << '\n';
  for (const watch::RuleChanges& one : diff.findings->rules) {
    if (!one.any()) continue;
    out << "  " << pad_right(one.rule, width);
    const size_t numbers[] = {one.before, one.after, one.appeared, one.vanished, one.moved};
    for (size_t i = 0; i < std::size(numbers); ++i) out << column(i, fmt::format("{}", numbers[i]));
    const std::vector<std::string> because = causes(diff, one.rule);
    for (size_t i = 0; i < because.size() && i < 3; ++i) out << (i == 0 ? "  " : ", ") << printable(because[i]);
    if (because.size() > 3) out << fmt::format(", +{}", because.size() - 3);
    out << '\n';
  }
}

void changes(std::ostream& out, const LawDiff& diff, FindingChange change, const Words& say, size_t limit) {
  const size_t count = diff.findings->count(change);
  if (count == 0) return;
  const std::string title = change == FindingChange::appeared   ? say("将出现", "would appear")
                            : change == FindingChange::vanished ? say("将消失", "would vanish")
                                                                : say("将移动", "would move");
  out << fmt::format("\n{}: {}\n", title, count);
  size_t shown = 0;
  for (const ChangedFinding& one : diff.findings->changes) {
    if (one.change != change) continue;
    if (limit > 0 && shown == limit) {
      out << "  … " << fmt::format(fmt::runtime(say("另有 {} 项", "{} more")), count - shown, count - shown) << " (--limit 0)\n";
      break;
    }
    ++shown;
    const watch::Finding& finding = one.shown();
    out << fmt::format("  {}  {}  {}  {}", finding.id, say.kind(finding.kind), at_of(finding), printable(finding.case_id));
    if (const std::string key = report::show_key(finding.key); !key.empty()) out << "  " << printable(key);
    out << fmt::format("\n      {}: {}\n", watch::full_name(finding), printable(say(finding.message)));
    if (change == FindingChange::moved) out << "      " << motion(*one.before, *one.after, say) << '\n';
  }
}

}  // namespace

void write_law_diff(std::ostream& out, const LawDiff& diff, const std::string& format, report::Language language,
                    size_t limit) {
  if (format != "text") {
    write_machine(out, diff, format == "ndjson");
    return;
  }
  const Words say(language);
  out << fmt::format("{} → {}\n", printable(diff.before_name), printable(diff.after_name));
  declarations(out, diff, say);
  if (diff.findings == nullptr) {
    std::vector<const ChangedDeclaration*> all;
    for (const ChangedDeclaration& one : diff.law->declarations) all.push_back(&one);
    declaration_texts(out, all);
    return;
  }
  const watch::Backtest& findings = *diff.findings;
  out << fmt::format("\n{}: {} {}, {} {}, {} {}\n", say("历史", "history"), diff.cases, say("案件", "cases"), diff.acts,
                     say("行为", "acts"), say("截至", "as of"), report::show_end(diff.now, diff.now.offset_minutes));
  out << fmt::format("{}: {} {}, {} {}, {} {}, {} {}", say("发现", "findings"), findings.count(FindingChange::appeared),
                     say("出现", "appear"), findings.count(FindingChange::vanished), say("消失", "vanish"),
                     findings.count(FindingChange::moved), say("移动", "move"), findings.same, say("不变", "stay"));
  if (!findings.changes.empty()) out << fmt::format(" ({} {})", findings.cases, say("案件受影响", "cases touched"));
  out << '\n';
  if (findings.changes.empty()) return;
  rules(out, diff, say);
  for (const FindingChange change : kChanges) changes(out, diff, change, say, limit);
  out << '\n' << say("任一发现的说明：--explain 编号", "any of them explained: --explain ID") << '\n';
}

void write_explanation(std::ostream& out, const LawDiff& diff, const watch::Finding* before, const watch::Finding* after,
                       bool differs, const std::string& format, report::Language language) {
  const watch::Finding& shown = after != nullptr ? *after : *before;
  std::vector<const ChangedDeclaration*> law;
  for (const size_t index : diff.law->causes_of(watch::full_name(shown))) law.push_back(&diff.law->declarations[index]);
  const char* change = !differs            ? "same"
                       : before == nullptr ? "appeared"
                       : after == nullptr  ? "vanished"
                                           : "moved";
  if (format != "text") {
    Machine machine(out, format == "ndjson");
    machine.one("finding", [&](JsonWriter& json) { pair(json, change, before, after); });
    machine.many("declaration", "declarations", law,
                 [](JsonWriter& json, const ChangedDeclaration* one) { declaration(json, *one); });
    machine.end();
    return;
  }
  const Words say(language);
  report::TextOptions text;
  text.language = language;
  const auto version = [&](const char* zh, const char* en, const std::string& name, const watch::Finding* finding) {
    out << fmt::format("== {}: {}\n\n", say(zh, en), printable(name));
    if (finding != nullptr)
      out << report::explain_text(*finding, text) << '\n';
    else
      out << say("无此发现", "finds nothing here") << "\n\n";
  };
  version("旧版", "the old version", diff.before_name, before);
  version("新版", "the new version", diff.after_name, after);
  out << "== " << say("变动", "what changed") << "\n\n";
  if (before != nullptr && after != nullptr)
    out << (differs ? motion(*before, *after, say) : say("两版相同", "both versions say the same")) << '\n';
  if (law.empty()) out << say("规则及其所依据的声明未变", "neither the rule nor what it rests on is written differently") << '\n';
  declaration_texts(out, law);
}

}  // namespace heng
