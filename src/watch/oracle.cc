#include "watch/oracle.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>
#include <unordered_set>

#include "base/text.h"
#include "tlog/hash.h"
#include "watch/explain.h"

namespace heng::watch {
namespace {

// Identity (section 6): rule with part, key values, anchor, rung. Not version, due date, kind or witnesses.
std::string finding_id(const Finding& finding, const std::string& anchor, const std::string& rung) {
  std::string text = finding.rule;
  const auto field = [&text](const std::string& value) {
    text += '\0';
    text += value;
  };
  field(finding.part);
  field(finding.case_id);
  for (const auto& [name, value] : finding.key) {
    field(name);
    field(value);
  }
  field(anchor);
  field(rung);
  return tlog::to_hex(tlog::sha256(text).view().substr(0, 12));
}

// Which declarations an act type can set off, so that a case visits only those.
struct Index {
  std::vector<std::vector<int32_t>> rules;   // by act type
  std::vector<int32_t> rules_any;            // `on any act`
  std::vector<std::vector<int32_t>> clocks;  // by the act types that start them
  std::vector<int32_t> clocks_any;
  std::vector<int32_t> clocks_late;          // started by other clocks, breaches or the calendar
  std::vector<std::vector<int32_t>> powers;
  std::vector<std::vector<int32_t>> separations_by_type;

  explicit Index(const Plan& plan, const std::set<std::string>& only) {
    const size_t types = plan.acts.size();
    rules.resize(types);
    clocks.resize(types);
    powers.resize(types);
    const auto wanted = [&](const Head& head) { return only.empty() || only.contains(head.rule); };
    for (size_t i = 0; i < plan.rules.size(); ++i) {
      if (!wanted(plan.rules[i])) continue;
      for (const Pattern& pattern : plan.rules[i].on) {
        if (pattern.any_act) rules_any.push_back(static_cast<int32_t>(i));
        for (const uint16_t type : pattern.types)
          if (rules[type].empty() || rules[type].back() != static_cast<int32_t>(i))
            rules[type].push_back(static_cast<int32_t>(i));
      }
    }
    for (size_t i = 0; i < plan.clocks.size(); ++i) {
      if (!wanted(plan.clocks[i])) continue;
      bool late = false;
      for (const Event& event : plan.clocks[i].starts) {
        if (event.kind != law::Event::Kind::pattern) {
          late = true;
          continue;
        }
        if (event.pattern.any_act) clocks_any.push_back(static_cast<int32_t>(i));
        for (const uint16_t type : event.pattern.types) clocks[type].push_back(static_cast<int32_t>(i));
      }
      if (late) clocks_late.push_back(static_cast<int32_t>(i));
    }
    for (size_t i = 0; i < plan.powers.size(); ++i) {
      if (!wanted(plan.powers[i]) || plan.powers[i].lets != law::PowerDecl::Lets::act) continue;
      for (const uint16_t type : plan.powers[i].pattern.types) powers[type].push_back(static_cast<int32_t>(i));
    }
  }
};

class CaseJudge {
 public:
  CaseJudge(const Scope& scope, const Index& index, const OracleOptions& options, bool across)
      : scope_(scope), plan_(scope.plan()), index_(index), options_(options), across_(across),
        evaluator_(scope, options.now) {
    evaluator_.coverage = options.coverage;
  }

  void run(std::vector<Finding>& out, const Key* only) {
    out_ = &out;
    only_ = only;
    rules();
    clocks();
    separations();
    powers();
    if (options_.missing) missing();
    consequences();
  }

  // Every clock that ran, for views.
  std::vector<ClockView> views() {
    std::vector<ClockView> out;
    for (const int32_t index : started()) {
      const Clock& clock = plan_.clocks[static_cast<size_t>(index)];
      if (clock.across) continue;
      for (const Key key : evaluator_.keys_of(clock))
        for (const Instance& instance : evaluator_.instances(index, key)) out.push_back(view(instance));
    }
    std::sort(out.begin(), out.end(), [](const ClockView& a, const ClockView& b) {
      if (a.start.instant != b.start.instant) return a.start.instant < b.start.instant;
      return a.rule < b.rule;
    });
    return out;
  }

 private:
  Finding base(const Head& head, Key key, uint32_t rank) const {
    Finding out;
    out.rule = head.rule;
    out.part = head.part;
    out.severity = head.severity == Severity::none ? Severity::medium : head.severity;
    if (!across_ && scope_.size() > 0) out.case_id = plan_.symbols.string(scope_.act(0).case_id);
    if (across_ && rank != kNoRank) out.case_id = plan_.symbols.string(scope_.act(rank).case_id);
    if (key.subject != kNone)
      out.key.emplace_back(plan_.symbols.string(plan_.subjects[static_cast<size_t>(key.subject)].name),
                           plan_.symbols.string(key.value));
    out.cites = head.cites;
    out.label = head.label;
    return out;
  }

  void add_act(Finding& finding, uint32_t rank) const {
    if (rank == kNoRank) return;
    const std::string id = act_id(evaluator_, rank);
    if (std::find(finding.acts.begin(), finding.acts.end(), id) == finding.acts.end()) finding.acts.push_back(id);
  }

  std::string root_id(uint32_t rank) const { return plan_.symbols.string(scope_.root(rank).id); }

  OffsetTime at_act(uint32_t rank) const {
    const StoredAct& act = scope_.act(rank);
    return {act.at(), act.offset_minutes};
  }

  // Keys across cases are judged in a scope of their own, one value at a time.
  bool mine(const Head& head) const {
    return head.across == across_ && (!across_ || (only_ != nullptr && head.subject == only_->subject));
  }
  template <typename D>
  std::vector<Key> keys(const D& head, std::span<const Pattern* const> patterns) {
    if (across_) return {*only_};
    return evaluator_.keys_of(head, patterns);
  }

  void rules() {
    for (uint32_t rank = 0; rank < scope_.size(); ++rank) {
      const uint16_t type = scope_.act(rank).type;
      if (type != kUnknownType)
        for (const int32_t index : index_.rules[type]) rule(plan_.rules[static_cast<size_t>(index)], rank);
      for (const int32_t index : index_.rules_any) rule(plan_.rules[static_cast<size_t>(index)], rank);
    }
  }

  void rule(const Rule& rule, uint32_t rank) {
    if (!mine(rule) || !evaluator_.binds(rule, scope_.act(rank).at())) return;
    std::vector<const Pattern*> patterns;
    for (const Pattern& pattern : rule.on) patterns.push_back(&pattern);
    for (const Key key : keys(rule, patterns)) {
      View view;
      const RuleVerdict verdict = evaluator_.judge(rule, key, rank, &view);
      if (verdict.outcome == RuleVerdict::Outcome::undecided)
        evaluator_.note_undecided(rule, key, rank, verdict.missing);
      if (options_.coverage != nullptr) options_.coverage->emplace(&rule, static_cast<int>(verdict.outcome));
      if (verdict.outcome != RuleVerdict::Outcome::breached) continue;
      Finding finding = base(rule, key, rank);
      finding.kind = rule.advise ? Kind::warn : Kind::breach;
      finding.at = at_act(rank);
      add_act(finding, rank);
      for (const uint32_t witness : verdict.witnesses) add_act(finding, witness);
      finding.why = rule_lines(evaluator_, rule, verdict, view);
      finding.message = rule_words(rule, finding.why);
      finding.id = finding_id(finding, root_id(rank), rule.advise ? "advise" : "");
      out_->push_back(std::move(finding));
    }
  }

  // The clocks that may have started in this scope.
  std::vector<int32_t> started() const {
    std::vector<int32_t> out = index_.clocks_any;
    for (uint32_t rank = 0; rank < scope_.size(); ++rank)
      if (const uint16_t type = scope_.act(rank).type; type != kUnknownType)
        out.insert(out.end(), index_.clocks[type].begin(), index_.clocks[type].end());
    out.insert(out.end(), index_.clocks_late.begin(), index_.clocks_late.end());
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  void clocks() {
    for (const int32_t index : started()) {
      const Clock& clock = plan_.clocks[static_cast<size_t>(index)];
      if (!mine(clock)) continue;
      const std::vector<Key> all = across_ ? std::vector<Key>{*only_} : evaluator_.keys_of(clock);
      for (const Key key : all) {
        // A copy: reading one clock may evaluate others.
        const std::vector<Instance> instances = evaluator_.instances(index, key);
        for (const Instance& instance : instances) clock_findings(instance);
      }
    }
  }

  Finding of_clock(const Instance& instance) const {
    const Clock& clock = *instance.clock;
    Finding finding = base(clock, instance.key, instance.start_rank);
    add_act(finding, instance.start_rank);
    for (const LedgerLine& line : instance.ledger)
      if (line.kind != LedgerLine::Kind::ignored) add_act(finding, line.rank);
    return finding;
  }

  void clock_findings(const Instance& instance) {
    const Clock& clock = *instance.clock;
    const calendar::Zone& zone = evaluator_.zone(&clock);
    for (const auto& [rung, when] : instance.rungs) {
      Finding finding = of_clock(instance);
      finding.kind = Kind::warn;
      finding.at = zone.at(when);
      if (!instance.last().open && !instance.no_sum) {
        finding.due = zone.at(instance.last().sum.end);
        finding.provisional = instance.last().sum.provisional;
      }
      finding.why = sum_lines(evaluator_, instance);
      finding.message = warning_words(evaluator_, instance, rung);
      finding.id = finding_id(finding, instance.anchor, rung);
      out_->push_back(std::move(finding));
    }
    if (instance.voided || clock.may) return;
    if (instance.no_sum) {
      if (!instance.over()) evaluator_.note_undecided(clock, instance.key, instance.start_rank, instance.missing);
      return;
    }
    const Segment& last = instance.last();
    if (options_.coverage != nullptr) options_.coverage->emplace(&clock, 0);
    if (last.open || last.sum.end >= options_.now) return;
    if (instance.over() && last.sum.in_time(instance.over_at)) return;
    if (options_.coverage != nullptr) options_.coverage->emplace(&clock, 1);
    if (instance.waiting) {  // it may have been met in time: an unknown match holds the breach back
      evaluator_.note_undecided(clock, instance.key, instance.start_rank, instance.missing);
      return;
    }
    Finding finding = of_clock(instance);
    finding.at = zone.at(last.past ? std::max(last.sum.end, last.known_from) : last.sum.end);
    finding.due = zone.at(last.sum.end);
    finding.provisional = last.sum.provisional;
    finding.why = sum_lines(evaluator_, instance);
    if (instance.met) {
      finding.kind = Kind::late;
      finding.late_by_us = instance.over_at.us - last.sum.end.us;
      finding.message = late_words(evaluator_, instance, *finding.late_by_us);
    } else {
      finding.kind = Kind::breach;
      finding.message = breach_words(evaluator_, instance);
    }
    finding.id = finding_id(finding, instance.anchor, "");
    out_->push_back(std::move(finding));
  }

  ClockView view(const Instance& instance) {
    const Clock& clock = *instance.clock;
    const calendar::Zone& zone = evaluator_.zone(&clock);
    ClockView out;
    out.rule = clock.rule + (clock.part.empty() ? "" : "." + clock.part);
    out.label = clock.label;
    if (instance.key.subject != kNone)
      out.key.emplace_back(plan_.symbols.string(plan_.subjects[static_cast<size_t>(instance.key.subject)].name),
                           plan_.symbols.string(instance.key.value));
    out.start_act = act_id(evaluator_, instance.start_rank);
    out.start = zone.at(instance.start);
    out.right = clock.may;
    const Segment& last = instance.last();
    const bool ended = !last.open && !instance.no_sum;
    if (ended) out.end = zone.at(last.sum.end);
    out.provisional = ended && last.sum.provisional;
    if (instance.over()) out.over_at = zone.at(instance.over_at);
    const bool late = ended && (instance.over() ? !last.sum.in_time(instance.over_at) : last.sum.end < options_.now);
    if (instance.voided) {
      out.state = ClockState::voided;
    } else if (instance.met) {
      out.state = late && !clock.may ? ClockState::late : ClockState::met;
    } else if (instance.lapsed) {
      out.state = late && !clock.may ? ClockState::breached : ClockState::lapsed;
    } else if (instance.no_sum || (late && instance.waiting)) {
      out.state = ClockState::waiting;
    } else if (late) {
      out.state = clock.may ? ClockState::lapsed : ClockState::breached;
    } else if (last.open) {
      out.state = ClockState::paused;
    } else {
      out.state = instance.rungs.empty() ? ClockState::running : ClockState::warned;
    }
    out.sum = sum_lines(evaluator_, instance);
    return out;
  }

  // Nobody holds two of the roles, or no two of the act types stand in one key.
  void separations() {
    for (const Separation& separation : plan_.separations) {
      if (!mine(separation)) continue;
      if (!options_.only_rules.empty() && !options_.only_rules.contains(separation.rule)) continue;
      for (const Key key : keys(separation, {})) {
        if (separation.types.empty())
          roles_apart(separation, key);
        else
          types_apart(separation, key);
      }
    }
  }

  bool excused(const Separation& separation, Key key, uint32_t rank) {
    View view = evaluator_.view_of(separation, key, rank, nullptr);
    for (const Condition& condition : separation.unless)
      if (evaluator_.holds(condition, view) == Tri::yes) return true;
    return false;
  }

  void roles_apart(const Separation& separation, Key key) {
    struct Held {
      Sym role;
      uint32_t rank;
    };
    std::map<Sym, std::vector<Held>> held;
    std::unordered_set<Sym> done;
    for (uint32_t rank = 0; rank < scope_.size(); ++rank) {
      if (scope_.stands(rank, key) != Tri::yes) continue;
      for (const PartyRef& party : scope_.history().by(scope_.act(rank))) {
        if (std::find(separation.roles.begin(), separation.roles.end(), party.role) == separation.roles.end()) continue;
        auto& roles = held[party.id];
        const bool known =
            std::any_of(roles.begin(), roles.end(), [&](const Held& h) { return h.role == party.role; });
        if (!known) roles.push_back({party.role, rank});
        if (roles.size() < 2 || done.contains(party.id) || !evaluator_.binds(separation, scope_.act(rank).at())) continue;
        if (excused(separation, key, rank)) continue;
        done.insert(party.id);
        Finding finding = base(separation, key, rank);
        finding.kind = Kind::breach;
        finding.at = at_act(rank);
        finding.key.emplace_back("person_in_office", plan_.symbols.string(party.id));
        add_act(finding, rank);
        for (const Held& h : roles) add_act(finding, h.rank);
        Why line;
        line.step = "condition";
        line.act = act_id(evaluator_, rank);
        const std::string who = plan_.symbols.string(party.id);
        const std::string a = plan_.symbols.string(roles[0].role);
        const std::string b = plan_.symbols.string(roles[1].role);
        const auto label = [&](Sym role) {
          const auto found = plan_.role_labels.find(role);
          return found == plan_.role_labels.end() ? plan_.symbols.string(role) : found->second.zh;
        };
        line.text = {fmt::format("{} 先后担任 {} 与 {}", who, label(roles[0].role), label(roles[1].role)),
                     fmt::format("{} acted both as {} and as {}", who, a, b)};
        finding.why.push_back(line);
        finding.message = {separation.label.zh + "：" + line.text.zh, separation.label.en + ": " + line.text.en};
        finding.id = finding_id(finding, "", "");
        out_->push_back(std::move(finding));
      }
    }
  }

  void types_apart(const Separation& separation, Key key) {
    uint32_t first = kNoRank;
    for (uint32_t rank = 0; rank < scope_.size(); ++rank) {
      const uint16_t type = scope_.act(rank).type;
      if (std::find(separation.types.begin(), separation.types.end(), type) == separation.types.end()) continue;
      if (scope_.stands(rank, key) != Tri::yes) continue;
      if (first == kNoRank) {
        first = rank;
        continue;
      }
      if (type == scope_.act(first).type || !evaluator_.binds(separation, scope_.act(rank).at())) continue;
      if (excused(separation, key, rank)) continue;
      Finding finding = base(separation, key, rank);
      finding.kind = Kind::breach;
      finding.at = at_act(rank);
      add_act(finding, rank);
      add_act(finding, first);
      Why line;
      line.step = "condition";
      line.act = act_id(evaluator_, rank);
      const Text a = act_words(evaluator_, first);
      const Text b = act_words(evaluator_, rank);
      line.text = {fmt::format("“{}”与“{}”不得并存", a.zh, b.zh), fmt::format("`{}` and `{}` exclude each other", a.en, b.en)};
      finding.why.push_back(line);
      finding.message = {separation.label.zh + "：" + line.text.zh, separation.label.en + ": " + line.text.en};
      finding.id = finding_id(finding, "", "");
      out_->push_back(std::move(finding));
      return;  // once a key
    }
  }

  // An act of a type that has an authority list, done by nobody who holds one of its powers.
  void powers() {
    if (across_) return;
    for (uint32_t rank = 0; rank < scope_.size(); ++rank) {
      const uint16_t type = scope_.act(rank).type;
      if (type == kUnknownType || index_.powers[type].empty()) continue;
      const Power* first = nullptr;
      Tri held = Tri::no;
      std::vector<Sym> missing;
      for (const int32_t index : index_.powers[type]) {
        const Power& power = plan_.powers[static_cast<size_t>(index)];
        if (!evaluator_.binds(power, scope_.act(rank).at())) continue;
        Notes notes;
        View view = evaluator_.view_of(power, Key{}, rank, &notes);
        const Tri listed = evaluator_.match(power.pattern, rank, view);
        if (listed == Tri::no) continue;
        if (first == nullptr) first = &power;
        if (listed == Tri::unknown) {
          held = either(held, Tri::unknown);
          missing = notes.missing;
          continue;
        }
        for (const Power::Holder& holder : power.held_by) held = either(held, holds_power(holder, rank, view));
        if (held == Tri::unknown) missing = notes.missing;
      }
      if (first == nullptr || held == Tri::yes) continue;
      if (held == Tri::unknown) {
        evaluator_.note_undecided(*first, Key{}, rank, missing);
        continue;
      }
      Finding finding = base(*first, Key{}, rank);
      finding.kind = Kind::breach;
      finding.at = at_act(rank);
      add_act(finding, rank);
      std::string who;
      for (const PartyRef& party : scope_.history().by(scope_.act(rank)))
        who += (who.empty() ? "" : ", ") + plan_.symbols.string(party.id) + " (" + plan_.symbols.string(party.role) + ")";
      Why line;
      line.step = "condition";
      line.act = act_id(evaluator_, rank);
      line.text = {"无权作出：" + (who.empty() ? std::string("未载明作出人") : who),
                   "nobody who did it holds the power: " + (who.empty() ? std::string("nobody is named") : who)};
      finding.why.push_back(line);
      finding.message = {first->label.zh + "：" + line.text.zh, first->label.en + ": " + line.text.en};
      finding.id = finding_id(finding, root_id(rank), "");
      out_->push_back(std::move(finding));
    }
  }

  Tri holds_power(const Power::Holder& holder, uint32_t rank, const View& view) {
    const StoredAct& act = scope_.act(rank);
    Tri result = tri(holder.anybody);
    for (const PartyRef& party : scope_.history().by(act))
      if (party.role == holder.role && holder.role != 0) result = Tri::yes;
    if (result == Tri::no) return result;
    if (holder.agency != 0) {
      if (act.agency_kind == 0) result = both(result, tri(act.agency == holder.agency));
      else result = both(result, tri(act.agency_kind == holder.agency));
    }
    if (holder.level != 0) {
      const auto office = plan_.offices.find(act.agency);
      const auto wanted = plan_.level_of(holder.level);
      std::optional<int32_t> level;
      if (office != plan_.offices.end()) level = plan_.level_of(office->second.level);
      if (!level || !wanted) {
        if (view.notes != nullptr) view.notes->miss(plan_.symbols.find("agency"));
        result = both(result, Tri::unknown);
      } else {
        result = both(result, tri(holder.or_above ? *level >= *wanted : *level == *wanted));
      }
    }
    return both(result, evaluator_.all_of(holder.when, view));
  }

  void missing() {
    for (const Undecided& undecided : evaluator_.undecided()) {
      if (!mine(*undecided.head) || undecided.head->severity == Severity::none) {
        if (!mine(*undecided.head)) continue;
      }
      if (!options_.only_rules.empty() && !options_.only_rules.contains(undecided.head->rule)) continue;
      Finding finding = base(*undecided.head, undecided.key, undecided.rank);
      finding.kind = Kind::missing;
      if (undecided.rank != kNoRank) {
        finding.at = at_act(undecided.rank);
        add_act(finding, undecided.rank);
      }
      for (const Sym field : undecided.fields) finding.missing.push_back(plan_.symbols.string(field));
      finding.message = missing_words(plan_, undecided.fields);
      finding.message.zh = finding.label.zh + "：" + finding.message.zh;
      finding.message.en = finding.label.en + ": " + finding.message.en;
      Why line;
      line.step = "missing";
      line.act = undecided.rank == kNoRank ? "" : act_id(evaluator_, undecided.rank);
      line.text = missing_words(plan_, undecided.fields);
      finding.why.push_back(line);
      finding.id = finding_id(finding, undecided.rank == kNoRank ? "" : root_id(undecided.rank), "missing");
      out_->push_back(std::move(finding));
    }
  }

  // Acts that a consequence marks as void; findings that rest on one say so.
  void consequences() {
    if (across_ || plan_.consequences.empty()) return;
    std::map<std::string, const Consequence*> fallen;
    for (const Consequence& consequence : plan_.consequences) {
      for (uint32_t rank = 0; rank < scope_.size(); ++rank) {
        if (!evaluator_.binds(consequence, scope_.act(rank).at())) continue;
        View view = evaluator_.view_of(consequence, Key{}, rank, nullptr);
        bool happens = false;
        if (consequence.on.kind == law::Event::Kind::pattern) {
          happens = evaluator_.match(consequence.on.pattern, rank, view) == Tri::yes;
        } else if (consequence.on.rule != kNone) {
          const std::string& name = plan_.rules[static_cast<size_t>(consequence.on.rule)].rule;
          const std::string id = act_id(evaluator_, rank);
          for (const Finding& finding : *out_)
            happens = happens || (finding.rule == name && finding.kind == Kind::breach && !finding.acts.empty() &&
                                  finding.acts[0] == id);
        }
        if (!happens) continue;
        if (consequence.voids_this) fallen.emplace(act_id(evaluator_, rank), &consequence);
        else
          for (uint32_t other = 0; other < scope_.size(); ++other)
            if (evaluator_.match(consequence.voids, other, view) == Tri::yes)
              fallen.emplace(act_id(evaluator_, other), &consequence);
      }
    }
    for (Finding& finding : *out_)
      for (const std::string& act : finding.acts)
        if (const auto found = fallen.find(act); found != fallen.end()) {
          Why line;
          line.step = "void";
          line.act = act;
          line.cite = found->second->cites.empty() ? "" : found->second->cites[0];
          line.text = {"所依据的行为无效：" + found->second->label.zh, "rests on a void act: " + found->second->label.en};
          finding.why.push_back(std::move(line));
        }
  }

  const Scope& scope_;
  const Plan& plan_;
  const Index& index_;
  const OracleOptions& options_;
  bool across_;
  Evaluator evaluator_;
  std::vector<Finding>* out_ = nullptr;
  const Key* only_ = nullptr;
};

CaseView case_view(const History& history, const LiveActs& live, Sym case_id) {
  const Plan& plan = history.plan();
  CaseView out;
  out.case_id = plan.symbols.string(case_id);
  const auto add = [&](uint32_t index, std::string note) {
    const StoredAct& act = history.act(index);
    ActView view;
    view.id = plan.symbols.string(act.id);
    view.type = plan.symbols.string(act.type_name);
    view.label = act.type == kUnknownType ? Text{view.type, view.type} : plan.acts[act.type].label;
    view.at = {act.at(), act.offset_minutes};
    view.agency = plan.symbols.string(act.agency);
    view.agency_kind = plan.symbols.string(act.agency_kind);
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
        add(dropped.act, "annuls " + plan.symbols.string(history.act(dropped.act).annuls));
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
  std::set<int32_t> across;
  const auto collect = [&](const Head& head) {
    if (head.across && head.subject != kNone && (options.only_rules.empty() || options.only_rules.contains(head.rule)))
      across.insert(head.subject);
  };
  for (const Rule& rule : plan.rules) collect(rule);
  for (const Clock& clock : plan.clocks) collect(clock);
  for (const Separation& separation : plan.separations) collect(separation);
  if (!options.only_case.empty()) across.clear();

  struct Part {
    std::vector<Finding> findings;
    std::vector<CaseView> views;
    std::vector<std::string> reported;
    std::map<std::pair<int32_t, Sym>, std::vector<LiveActs::Item>> across;
  };
  const size_t jobs = static_cast<size_t>(std::max(1, options.jobs));
  std::vector<Part> parts(jobs);
  std::atomic<size_t> next{0};
  constexpr size_t kBatch = 64;
  const auto work = [&](Part& part) {
    for (;;) {
      const size_t first = next.fetch_add(kBatch);
      if (first >= cases.size()) return;
      for (size_t i = first; i < std::min(first + kBatch, cases.size()); ++i) {
        const LiveActs live = live_acts(history, history.acts_of(cases[i]), options.now);
        for (const LiveActs::Dropped& dropped : live.dropped)
          if (dropped.why == LiveActs::Dropped::Why::bad_reference)
            part.reported.push_back(plan.symbols.string(history.act(dropped.act).id));
        const Scope scope(history, live.acts, false);
        for (const int32_t subject : across)
          for (uint32_t rank = 0; rank < scope.size(); ++rank)
            for (const Sym value : scope.carried(rank, subject)) part.across[{subject, value}].push_back(live.acts[rank]);
        CaseJudge judge(scope, index, options, false);
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

  std::map<std::pair<int32_t, Sym>, std::vector<LiveActs::Item>> wide;
  for (Part& part : parts) {
    out.findings.insert(out.findings.end(), std::make_move_iterator(part.findings.begin()),
                        std::make_move_iterator(part.findings.end()));
    out.cases.insert(out.cases.end(), std::make_move_iterator(part.views.begin()),
                     std::make_move_iterator(part.views.end()));
    out.reported.insert(out.reported.end(), part.reported.begin(), part.reported.end());
    for (auto& [key, acts] : part.across) {
      auto& all = wide[key];
      all.insert(all.end(), acts.begin(), acts.end());
    }
  }
  for (auto& [key, acts] : wide) {
    std::sort(acts.begin(), acts.end(), [&](const LiveActs::Item& a, const LiveActs::Item& b) {
      return timeline_before(history, a, b);
    });
    const Scope scope(history, acts, true);
    CaseJudge judge(scope, index, options, true);
    const Key only{key.first, key.second};
    judge.run(out.findings, &only);
  }
  std::sort(out.findings.begin(), out.findings.end(), before);
  std::sort(out.cases.begin(), out.cases.end(),
            [](const CaseView& a, const CaseView& b) { return natural_compare(a.case_id, b.case_id) < 0; });
  std::sort(out.reported.begin(), out.reported.end());
  out.unclear_references = out.reported.size();
  return out;
}

}  // namespace heng::watch
