#include "watch/backtest.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

namespace heng::watch {
namespace {

// By id, findings of one id in output order.
std::vector<const Finding*> sorted(const std::vector<Finding>& findings) {
  std::vector<const Finding*> out;
  out.reserve(findings.size());
  for (const Finding& finding : findings) out.push_back(&finding);
  std::sort(out.begin(), out.end(), [](const Finding* a, const Finding* b) {
    return a->id != b->id ? a->id < b->id : before(*a, *b);
  });
  return out;
}

bool same(const Finding& a, const Finding& b) {
  const auto instant = [](const std::optional<OffsetTime>& time) {
    return time ? std::optional(time->instant.us) : std::nullopt;
  };
  return a.kind == b.kind && a.severity == b.severity && a.at.instant == b.at.instant && instant(a.due) == instant(b.due) &&
         a.late_by_us == b.late_by_us;
}

}  // namespace

const char* name_of(FindingChange change) {
  switch (change) {
    case FindingChange::appeared: return "appeared";
    case FindingChange::vanished: return "vanished";
    case FindingChange::moved: return "moved";
  }
  return "moved";
}

size_t Backtest::count(FindingChange change) const {
  return static_cast<size_t>(
      std::count_if(changes.begin(), changes.end(), [&](const ChangedFinding& c) { return c.change == change; }));
}

Backtest compare_findings(const std::vector<Finding>& olds, const std::vector<Finding>& news) {
  Backtest out;
  std::map<std::string, RuleChanges> rules;
  for (const Finding& finding : olds) ++rules[full_name(finding)].before;
  for (const Finding& finding : news) ++rules[full_name(finding)].after;
  const std::vector<const Finding*> a = sorted(olds);
  const std::vector<const Finding*> b = sorted(news);
  std::set<std::string> cases;
  const auto tell = [&](FindingChange change, const Finding* was, const Finding* now) {
    out.changes.push_back({change, was, now});
    const Finding& shown = out.changes.back().shown();
    cases.insert(shown.case_id);
    RuleChanges& rule = rules[full_name(shown)];
    ++(change == FindingChange::appeared ? rule.appeared : change == FindingChange::vanished ? rule.vanished : rule.moved);
  };
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (j == b.size() || (i < a.size() && a[i]->id < b[j]->id)) {
      tell(FindingChange::vanished, a[i++], nullptr);
    } else if (i == a.size() || b[j]->id < a[i]->id) {
      tell(FindingChange::appeared, nullptr, b[j++]);
    } else {
      if (same(*a[i], *b[j]))
        ++out.same;
      else
        tell(FindingChange::moved, a[i], b[j]);
      ++i;
      ++j;
    }
  }
  out.cases = cases.size();
  std::stable_sort(out.changes.begin(), out.changes.end(), [](const ChangedFinding& x, const ChangedFinding& y) {
    return x.change != y.change ? x.change < y.change : before(x.shown(), y.shown());
  });
  for (auto& [name, rule] : rules) {
    rule.rule = name;
    out.rules.push_back(std::move(rule));
  }
  std::stable_sort(out.rules.begin(), out.rules.end(), [](const RuleChanges& x, const RuleChanges& y) {
    return x.appeared + x.vanished + x.moved > y.appeared + y.vanished + y.moved;
  });
  return out;
}

void rename_pack(Plan& plan, const std::string& from, const std::string& to) {
  const auto rename = [&](auto& heads) {
    for (Head& head : heads) {
      if (head.pack != from) continue;
      if (head.rule.starts_with(from + "/")) head.rule = to + head.rule.substr(from.size());
    }
  };
  rename(plan.states);
  rename(plan.facts);
  rename(plan.rules);
  rename(plan.clocks);
  rename(plan.separations);
  rename(plan.powers);
  rename(plan.consequences);
}

}  // namespace heng::watch
