#include "watch/oracle.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <thread>

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

// An act given to the timeline of a key across cases: to be read there, or only as the first that may name the key.
struct GivenAct {
  uint64_t key;  // subject and value
  int64_t at_us;
  LiveActs::Item item;
  bool read;
};

// Judges every key across cases over the acts given to it; `given` is put in order.
std::vector<Finding> judge_across(const History& history, const Index& index, const OracleOptions& options, std::vector<GivenAct>& given) {
  std::sort(given.begin(), given.end(), [](const GivenAct& a, const GivenAct& b) { return std::tie(a.key, a.at_us) < std::tie(b.key, b.at_us); });
  const auto earlier = [&history](const LiveActs::Item& a, const LiveActs::Item& b) { return timeline_before(history, a, b); };
  std::vector<Finding> out;
  Scope scope(history, true);
  CaseJudge judge(scope, index, options, true);
  std::vector<LiveActs::Item> acts;
  for (auto begin = given.begin(); begin != given.end();) {
    const auto end = std::find_if(begin, given.end(), [begin](const GivenAct& one) { return one.key != begin->key; });
    for (auto ahead = end; ahead != given.end() && ahead - end < 16; ++ahead) history.prefetch_act(ahead->item.act);
    acts.clear();
    std::optional<LiveActs::Item> first;
    for (const GivenAct& one : std::span(begin, end)) {
      if (one.read)
        acts.push_back(one.item);
      else if (!first || earlier(one.item, *first))
        first = one.item;
    }
    std::sort(acts.begin(), acts.end(), earlier);
    if (first && (acts.empty() || earlier(*first, acts.front()))) acts.insert(acts.begin(), *first);
    scope.reset(acts);
    judge.reset();
    const Key key{static_cast<int32_t>(begin->key >> 32), static_cast<Sym>(begin->key)};
    judge.run(out, &key);
    begin = end;
  }
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

  struct Part {
    std::deque<Finding> findings;
    std::vector<CaseView> views;
    std::vector<std::string> reported;
    std::vector<GivenAct> across;
    std::vector<Sample> samples;
  };
  const bool one_case = !options.only_case.empty();  // figures are kept over all cases, or not at all
  const Figures figures(history, options.only_rules);
  const size_t jobs = static_cast<size_t>(std::max(1, options.jobs));
  std::vector<Part> parts(jobs);
  std::atomic<size_t> next{0};
  constexpr size_t kBatch = 64;
  // So many cases are judged side by side, step by step: for few rules the code of one step stays in the processor's
  // nearest memory, that of all steps does not. For many rules what is remembered of each case would not stay there.
  const size_t together = std::clamp<size_t>(256 / (plan.rules.size() + plan.clocks.size() + 1), 1, 32);
  struct Side {
    Scope scope;
    CaseJudge judge;
    LiveActs live;
    std::vector<Finding> findings;
    Side(const History& history, const Index& index, const OracleOptions& options)
        : scope(history, false), judge(scope, index, options, false) {}
  };
  const auto work = [&](Part& part) {
    std::vector<std::unique_ptr<Side>> sides;
    for (size_t i = 0; i < std::min(together, cases.size()); ++i) sides.push_back(std::make_unique<Side>(history, index, options));
    const auto take = [&](size_t i, Side& side) {
      if (!one_case) {  // a case's acts lie far apart in a history of many
        if (i + 9 < cases.size()) history.prefetch_list(i + 9);
        if (i + 6 < cases.size()) history.prefetch_acts(i + 6);
        if (i + 3 < cases.size()) history.prefetch_people(i + 3);
      }
      LiveActs& live = side.live;
      live_acts(history, one_case ? history.acts_of(cases[i]) : history.acts_of_place(i), options.now, live);
      for (const LiveActs::Dropped& dropped : live.dropped)
        if (dropped.why == LiveActs::Dropped::Why::bad_reference)
          part.reported.push_back(plan.symbols.string(history.act(dropped.act).id));
      side.scope.reset(live.acts);
      side.judge.reset();
      side.findings.clear();
      side.judge.begin(side.findings, nullptr);
      uint64_t last = UINT64_MAX;
      give_across(side.scope, across, [&](const AcrossSubject& asked, uint32_t rank, Sym value, bool read) {
        const uint64_t key = static_cast<uint64_t>(asked.subject) << 32 | value;
        if (!read && key == last) return;  // named in this case before
        last = key;
        part.across.push_back({key, history.act(live.acts[rank].act).at_us, live.acts[rank], read});
      });
      if (!one_case) figures.collect(side.scope, options.now, part.samples);
    };
    const auto close = [&](size_t i, Side& side) {
      if (options.all_views || (options.views && !side.findings.empty())) {
        CaseView view = case_view(history, side.live, cases[i]);
        view.clocks = side.judge.views();
        part.views.push_back(std::move(view));
      }
      std::move(side.findings.begin(), side.findings.end(), std::back_inserter(part.findings));
    };
    for (;;) {
      const size_t batch = next.fetch_add(kBatch);
      if (batch >= cases.size()) return;
      const size_t end = std::min(batch + kBatch, cases.size());
      for (size_t first = batch; first < end; first += together) {
        const size_t count = std::min(together, end - first);
        for (size_t i = 0; i < count; ++i) take(first + i, *sides[i]);
        for (size_t i = 0; i < count; ++i) sides[i]->judge.rules();
        for (size_t i = 0; i < count; ++i) sides[i]->judge.clocks();
        for (size_t i = 0; i < count; ++i) sides[i]->judge.rest();
        for (size_t i = 0; i < count; ++i) close(first + i, *sides[i]);
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

  std::vector<GivenAct> wide;
  std::vector<Sample> samples;
  for (Part& part : parts) {
    std::move(part.views.begin(), part.views.end(), std::back_inserter(out.cases));
    std::move(part.reported.begin(), part.reported.end(), std::back_inserter(out.reported));
    std::move(part.samples.begin(), part.samples.end(), std::back_inserter(samples));
    if (wide.empty())
      wide = std::move(part.across);
    else
      wide.insert(wide.end(), part.across.begin(), part.across.end());
  }
  std::vector<Finding> wide_findings = judge_across(history, index, options, wide);
  std::vector<Finding> flags = figures.judge(samples, options.now);

  std::vector<Finding*> order;  // a finding is large: it is moved once
  const auto take_in = [&order](auto& findings) {
    for (Finding& finding : findings) order.push_back(&finding);
  };
  for (Part& part : parts) take_in(part.findings);
  take_in(wide_findings);
  take_in(flags);
  std::sort(order.begin(), order.end(), [](const Finding* a, const Finding* b) { return before(*a, *b); });
  out.findings.reserve(order.size());
  for (Finding* finding : order) out.findings.push_back(std::move(*finding));
  std::sort(out.cases.begin(), out.cases.end(),
            [](const CaseView& a, const CaseView& b) { return natural_compare(a.case_id, b.case_id) < 0; });
  std::sort(out.reported.begin(), out.reported.end());
  out.unclear_references = out.reported.size();
  return out;
}

}  // namespace heng::watch
