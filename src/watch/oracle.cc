#include "watch/oracle.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <unordered_map>

#include "base/text.h"
#include "watch/case_judge.h"
#include "watch/figures.h"
#include "watch/needs.h"

namespace heng::watch {
namespace {

CaseView case_view(const History& history, const LiveActs& live, Sym case_id) {
  const Plan& plan = history.plan();
  CaseView out;
  out.case_id = plan.symbols.string(case_id);
  const auto add = [&](uint32_t index, std::string note) {
    const StoredAct& act = history.act(index);
    ActView view;
    view.id = plan.symbols.string(act.id);
    view.type = plan.symbols.string(history.type_name(act));
    view.label = act.type == kUnknownType ? Text{view.type, view.type} : plan.acts[act.type].label;
    view.at = {act.at(), act.offset_minutes()};
    view.agency = plan.symbols.string(act.agency);
    view.agency_kind = plan.symbols.string(history.agency_kind(act));
    for (const PartyRef& party : history.by(act))
      view.by.emplace_back(plan.symbols.string(party.id), plan.symbols.string(party.role));
    view.note = std::move(note);
    out.acts.push_back(std::move(view));
  };
  for (const LiveActs::Item& item : live.acts) add(item.act, "");
  for (const LiveActs::Dropped& dropped : live.dropped) {
    const std::string by = plan.symbols.string(history.act(dropped.by).id);
    switch (dropped.why) {
      case LiveActs::Dropped::Why::corrected: add(dropped.act, "corrected by " + by); break;
      case LiveActs::Dropped::Why::annulled: add(dropped.act, "annulled by " + by); break;
      case LiveActs::Dropped::Why::annuls:
        add(dropped.act, "annuls " + plan.symbols.string(history.act(dropped.act).annuls()));
        break;
      case LiveActs::Dropped::Why::bad_reference: add(dropped.act, "refers to no act of this case"); break;
      case LiveActs::Dropped::Why::waiting: add(dropped.act, "not yet"); break;
    }
  }
  std::stable_sort(out.acts.begin(), out.acts.end(),
                   [](const ActView& a, const ActView& b) { return a.at.instant < b.at.instant; });
  return out;
}

}  // namespace

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::warn: return "warn";
    case Kind::breach: return "breach";
    case Kind::late: return "late";
    case Kind::flag: return "flag";
    case Kind::missing: return "missing";
  }
  return "breach";
}

const char* name_of(Severity severity) {
  switch (severity) {
    case Severity::none: return "medium";
    case Severity::low: return "low";
    case Severity::medium: return "medium";
    case Severity::high: return "high";
    case Severity::critical: return "critical";
  }
  return "medium";
}

const char* name_of(ClockState state) {
  switch (state) {
    case ClockState::waiting: return "waiting for facts";
    case ClockState::running: return "running";
    case ClockState::paused: return "paused";
    case ClockState::warned: return "warned";
    case ClockState::met: return "met";
    case ClockState::late: return "late";
    case ClockState::breached: return "breached";
    case ClockState::lapsed: return "lapsed";
    case ClockState::voided: return "void";
  }
  return "running";
}

bool before(const Finding& a, const Finding& b) {
  if (a.at.instant != b.at.instant) return a.at.instant < b.at.instant;
  if (a.case_id != b.case_id) return natural_compare(a.case_id, b.case_id) < 0;
  return std::tie(a.rule, a.part, a.kind, a.id) < std::tie(b.rule, b.part, b.kind, b.id);
}

Verdicts judge_history(const History& history, const OracleOptions& options) {
  const Plan& plan = history.plan();
  const Index index(plan, options.only_rules);
  Verdicts out;

  std::vector<Sym> cases = history.cases();
  if (!options.only_case.empty()) {
    const Sym only = plan.symbols.find(options.only_case);
    cases.clear();
    if (only != 0) cases.push_back(only);
  }

  // Which subjects are asked about across cases.
  std::vector<AcrossSubject> across = across_subjects(plan, options.only_rules);
  if (!options.only_case.empty()) across.clear();

  struct Across {
    std::vector<LiveActs::Item> items;    // those that can be read
    std::optional<LiveActs::Item> first;  // the first that names the key
    void add_first(const History& acts, const LiveActs::Item& item) {
      if (!first || timeline_before(acts, item, *first)) first = item;
    }
  };
  struct Part {
    std::vector<Finding> findings;
    std::vector<CaseView> views;
    std::vector<std::string> reported;
    std::unordered_map<uint64_t, Across> across;  // by subject and value
    std::vector<Sample> samples;
  };
  const bool one_case = !options.only_case.empty();  // figures are kept over all cases, or not at all
  const Figures figures(history, options.only_rules);
  const size_t jobs = static_cast<size_t>(std::max(1, options.jobs));
  std::vector<Part> parts(jobs);
  std::atomic<size_t> next{0};
  constexpr size_t kBatch = 64;
  const auto work = [&](Part& part) {
    Scope scope(history, false);
    CaseJudge judge(scope, index, options, false);
    LiveActs live;
    for (;;) {
      const size_t first = next.fetch_add(kBatch);
      if (first >= cases.size()) return;
      for (size_t i = first; i < std::min(first + kBatch, cases.size()); ++i) {
        if (!one_case) {  // a case's acts lie far apart in a history of many
          if (i + 9 < cases.size()) history.prefetch_list(i + 9);
          if (i + 6 < cases.size()) history.prefetch_acts(i + 6);
          if (i + 3 < cases.size()) history.prefetch_people(i + 3);
        }
        live_acts(history, one_case ? history.acts_of(cases[i]) : history.acts_of_place(i), options.now, live);
        for (const LiveActs::Dropped& dropped : live.dropped)
          if (dropped.why == LiveActs::Dropped::Why::bad_reference)
            part.reported.push_back(plan.symbols.string(history.act(dropped.act).id));
        scope.reset(live.acts);
        judge.reset();
        uint64_t last = UINT64_MAX;
        give_across(scope, across, [&](const AcrossSubject& asked, uint32_t rank, Sym value, bool read) {
          const uint64_t key = static_cast<uint64_t>(asked.subject) << 32 | value;
          if (!read && key == last) return;  // named in this case before
          last = key;
          Across& mine = part.across[key];
          if (read) mine.items.push_back(live.acts[rank]);
          if (asked.first_act) mine.add_first(history, live.acts[rank]);
        });
        if (!one_case) figures.collect(scope, options.now, part.samples);
        const size_t before_case = part.findings.size();
        judge.run(part.findings, nullptr);
        if (options.all_views || (options.views && part.findings.size() > before_case)) {
          CaseView view = case_view(history, live, cases[i]);
          view.clocks = judge.views();
          part.views.push_back(std::move(view));
        }
      }
    }
  };
  if (jobs == 1) {
    work(parts[0]);
  } else {
    std::vector<std::thread> threads;
    for (Part& part : parts) threads.emplace_back([&work, &part] { work(part); });
    for (std::thread& thread : threads) thread.join();
  }

  std::unordered_map<uint64_t, Across> wide;
  for (Part& part : parts) {
    out.findings.insert(out.findings.end(), std::make_move_iterator(part.findings.begin()),
                        std::make_move_iterator(part.findings.end()));
    out.cases.insert(out.cases.end(), std::make_move_iterator(part.views.begin()),
                     std::make_move_iterator(part.views.end()));
    out.reported.insert(out.reported.end(), part.reported.begin(), part.reported.end());
    if (wide.empty()) {
      wide = std::move(part.across);
      continue;
    }
    for (auto& [key, acts] : part.across) {
      Across& all = wide[key];
      all.items.insert(all.items.end(), acts.items.begin(), acts.items.end());
      if (acts.first) all.add_first(history, *acts.first);
    }
  }
  Scope scope(history, true);
  CaseJudge judge(scope, index, options, true);
  std::vector<uint64_t> keys;
  keys.reserve(wide.size());
  for (const auto& [key, acts] : wide) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  for (const uint64_t key : keys) {
    Across& across_acts = wide[key];
    std::vector<LiveActs::Item>& acts = across_acts.items;
    if (across_acts.first &&
        std::none_of(acts.begin(), acts.end(), [&](const LiveActs::Item& item) { return item.act == across_acts.first->act; }))
      acts.push_back(*across_acts.first);
    std::sort(acts.begin(), acts.end(), [&](const LiveActs::Item& a, const LiveActs::Item& b) {
      return timeline_before(history, a, b);
    });
    scope.reset(acts);
    judge.reset();
    const Key only{static_cast<int32_t>(key >> 32), static_cast<Sym>(key)};
    judge.run(out.findings, &only);
  }
  std::vector<Sample> samples;
  for (Part& part : parts)
    samples.insert(samples.end(), std::make_move_iterator(part.samples.begin()), std::make_move_iterator(part.samples.end()));
  std::vector<Finding> flags = figures.judge(samples, options.now);
  out.findings.insert(out.findings.end(), std::make_move_iterator(flags.begin()), std::make_move_iterator(flags.end()));
  std::sort(out.findings.begin(), out.findings.end(), before);
  std::sort(out.cases.begin(), out.cases.end(),
            [](const CaseView& a, const CaseView& b) { return natural_compare(a.case_id, b.case_id) < 0; });
  std::sort(out.reported.begin(), out.reported.end());
  out.unclear_references = out.reported.size();
  return out;
}

}  // namespace heng::watch
