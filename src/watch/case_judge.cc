#include "watch/case_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <unordered_map>

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

}  // namespace

void CaseJudge::run(std::vector<Finding>& out, const Key* only, const JudgePart& part) {
  begin(out, only, part);
  rules();
  clocks();
  rest();
}

void CaseJudge::begin(std::vector<Finding>& out, const Key* only, const JudgePart& part) {
  part_ = part;
  out_ = &out;
  found_before_ = out.size();
  only_ = only;
  judged_.clear();
  dues_.clear();
}

void CaseJudge::rest() {
  if (part_.separations) separations();
  powers();
  if (options_.missing) missing();
  consequences();
}

std::vector<ClockView> CaseJudge::views() {
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

void CaseJudge::name_key(Key key, std::vector<std::pair<std::string, std::string>>& out, std::vector<Text>& labels) const {
  const Subject& subject = plan_.subjects[static_cast<size_t>(key.subject)];
  out.emplace_back(plan_.symbols.string(subject.name), plan_.symbols.string(key.value));
  labels.push_back(subject.label);
}

Finding CaseJudge::base(const Head& head, Key key, uint32_t rank) const {
  Finding out;
  out.rule = head.rule;
  out.part = head.part;
  out.severity = head.severity == Severity::none ? Severity::medium : head.severity;
  if (!across_ && scope_.size() > 0) out.case_id = plan_.symbols.string(scope_.act(0).case_id);
  if (across_ && rank != kNoRank) out.case_id = plan_.symbols.string(scope_.act(rank).case_id);
  if (key.subject != kNone)
    name_key(key, out.key, out.key_labels);
  out.cites = head.cites;
  out.label = head.label;
  return out;
}

void CaseJudge::add_acts(Finding& finding, std::span<const uint32_t> ranks) {
  rank_mark_.resize(std::max<size_t>(rank_mark_.size(), scope_.size()), 0);
  const uint32_t mark = ++ranks_marked_;
  for (const std::string& id : finding.acts)  // the few there before
    for (const uint32_t rank : ranks)
      if (plan_.symbols.text(scope_.act(rank).id) == id) rank_mark_[rank] = mark;
  finding.acts.reserve(finding.acts.size() + ranks.size());
  for (const uint32_t rank : ranks) {
    if (rank_mark_[rank] == mark) continue;
    rank_mark_[rank] = mark;
    finding.acts.push_back(act_id(evaluator_, rank));
  }
}

void CaseJudge::add_act(Finding& finding, uint32_t rank) const {
  if (rank == kNoRank) return;
  const std::string id = act_id(evaluator_, rank);
  if (std::find(finding.acts.begin(), finding.acts.end(), id) == finding.acts.end())
    finding.acts.push_back(id);
}

OffsetTime CaseJudge::at_act(uint32_t rank) const {
  const StoredAct& act = scope_.act(rank);
  return {act.at(), act.offset_minutes()};
}

bool CaseJudge::mine(const Head& head) const {
  return head.across == across_ && (!across_ || (only_ != nullptr && head.subject == only_->subject));
}

void CaseJudge::rules() {
  for (uint32_t rank = part_.first_rank; rank < scope_.size(); ++rank) {
    const uint16_t type = scope_.act(rank).type;
    if (type != kUnknownType)
      for (const int32_t index : index_.rules[type]) rule(index, rank);
    for (const int32_t index : index_.rules_any) rule(index, rank);
  }
}

void CaseJudge::rule(int32_t index, uint32_t rank) {
  if (part_.rules != nullptr && !(*part_.rules)[static_cast<size_t>(index)]) return;
  const Rule& rule = plan_.rules[static_cast<size_t>(index)];
  if (!mine(rule) || !evaluator_.binds(rule, scope_.act(rank).at())) return;
  if (judged_.empty() || judged_.back() != &rule) judged_.push_back(&rule);
  if (across_) {
    rule_for(rule, *only_, rank);
  } else if (rule.subject == kNone) {
    rule_for(rule, Key{}, rank);
  } else if (rule.keys_by_subject) {
    for (const Sym value : scope_.values(rule.subject)) {
      const Key key{rule.subject, value};
      if (scope_.stands(rank, key) != Tri::no) rule_for(rule, key, rank);
    }
  } else {
    std::vector<const Pattern*> patterns;
    for (const Pattern& pattern : rule.on) patterns.push_back(&pattern);
    for (const Key key : evaluator_.keys_of(rule, patterns)) rule_for(rule, key, rank);
  }
}

void CaseJudge::rule_for(const Rule& rule, Key key, uint32_t rank) {
  View view;
  const RuleVerdict verdict = evaluator_.judge(rule, key, rank, &view);
  if (verdict.outcome == RuleVerdict::Outcome::undecided)
    evaluator_.note_undecided(rule, key, rank, verdict.missing);
  if (options_.coverage != nullptr) options_.coverage->emplace(&rule, static_cast<int>(verdict.outcome));
  if (verdict.outcome != RuleVerdict::Outcome::breached) return;
  Finding finding = base(rule, key, rank);
  finding.kind = rule.advise ? Kind::warn : Kind::breach;
  finding.at = at_act(rank);
  add_act(finding, rank);
  add_acts(finding, verdict.witnesses);
  finding.why = rule_lines(evaluator_, rule, verdict, view);
  finding.message = rule_words(rule, finding.why);
  finding.id = finding_id(finding, root_id(rank), rule.advise ? "advise" : "");
  out_->push_back(std::move(finding));
}

bool CaseJudge::may_have_started(int32_t clock) const {
  const auto& types = index_.starts[static_cast<size_t>(clock)];
  return index_.starts_any[static_cast<size_t>(clock)] ||
         std::any_of(types.begin(), types.end(), [this](uint16_t type) { return scope_.first_of(type) != kNoRank; });
}

ClockMark CaseJudge::mark_of(int32_t clock, const Instance& instance) const {
  ClockMark out{clock, instance.key, kNoRank, instance.start, std::nullopt, std::nullopt};
  if (instance.start_rank != kNoRank) out.start_act = scope_.act_index(instance.start_rank);
  if (!instance.last().open && !instance.no_sum) out.end = instance.last().sum.end;
  if (instance.over()) out.over_at = instance.over_at;
  return out;
}

const std::vector<int32_t>& CaseJudge::started() {
  if (part_.clocks != nullptr) {
    started_.clear();
    std::copy_if(part_.clocks->begin(), part_.clocks->end(), std::back_inserter(started_),
                 [this](int32_t clock) { return may_have_started(clock); });
    return started_;
  }
  ++mark_;
  clock_mark_.resize(plan_.clocks.size(), 0);
  started_ = index_.clocks_any;
  for (const int32_t clock : started_) clock_mark_[static_cast<size_t>(clock)] = mark_;
  for (uint32_t rank = 0; rank < scope_.size(); ++rank) {
    const uint16_t type = scope_.act(rank).type;
    if (type == kUnknownType || scope_.previous_of(rank) != kNoRank) continue;  // its type was met before
    for (const int32_t clock : index_.clocks[type]) {
      if (clock_mark_[static_cast<size_t>(clock)] == mark_) continue;
      clock_mark_[static_cast<size_t>(clock)] = mark_;
      started_.push_back(clock);
    }
  }
  std::sort(started_.begin(), started_.end());
  return started_;
}

void CaseJudge::clocks() {
  for (const int32_t index : started()) {
    const Clock& clock = plan_.clocks[static_cast<size_t>(index)];
    if (!mine(clock)) continue;
    judged_.push_back(&clock);
    evaluator_.forget_changes();
    const auto judge = [&](Key key) {
      for (const Instance& instance : evaluator_.instances(index, key)) clock_findings(instance);
    };
    if (across_) {
      judge(*only_);
    } else if (clock.subject == kNone) {
      judge(Key{});
    } else if (clock.keys_by_subject) {
      for (const Sym value : scope_.values(clock.subject)) judge({clock.subject, value});
    } else {
      for (const Key key : evaluator_.keys_of(clock)) judge(key);
    }
    if (evaluator_.next_change().us != INT64_MAX) dues_.push_back({index, evaluator_.next_change()});
  }
}

Finding CaseJudge::of_clock(const Instance& instance) const {
  const Clock& clock = *instance.clock;
  Finding finding = base(clock, instance.key, instance.start_rank);
  add_act(finding, instance.start_rank);
  for (const LedgerLine& line : instance.ledger)
    if (line.kind != LedgerLine::Kind::ignored) add_act(finding, line.rank);
  return finding;
}

void CaseJudge::clock_findings(const Instance& instance) {
  const Clock& clock = *instance.clock;
  const calendar::Zone& zone = evaluator_.zone(&clock);
  if (part_.about != kNoRank) {  // a running clock breaks nothing yet
    if (instance.start_rank == part_.about && !instance.voided && !clock.may && instance.no_sum && !instance.over())
      evaluator_.note_undecided(clock, instance.key, instance.start_rank, instance.missing);
    return;
  }
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
    finding.id = finding_id(finding, instance.anchor.text(plan_.symbols), rung);
    out_->push_back(std::move(finding));
  }
  if (instance.voided || clock.may) return;
  if (instance.no_sum) {
    if (!instance.over())
      evaluator_.note_undecided(clock, instance.key, instance.start_rank, instance.missing);
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
  finding.id = finding_id(finding, instance.anchor.text(plan_.symbols), "");
  out_->push_back(std::move(finding));
}

ClockView CaseJudge::view(const Instance& instance) {
  const Clock& clock = *instance.clock;
  const calendar::Zone& zone = evaluator_.zone(&clock);
  ClockView out;
  out.rule = clock.full_name();
  out.label = clock.label;
  if (instance.key.subject != kNone)
    name_key(instance.key, out.key, out.key_labels);
  out.start_act = act_id(evaluator_, instance.start_rank);
  out.start = zone.at(instance.start);
  out.right = clock.may;
  const Segment& last = instance.last();
  const bool ended = !last.open && !instance.no_sum;
  if (ended) out.end = zone.at(last.sum.end);
  out.provisional = ended && last.sum.provisional;
  if (instance.over()) out.over_at = zone.at(instance.over_at);
  const bool late =
      ended && (instance.over() ? !last.sum.in_time(instance.over_at) : last.sum.end < options_.now);
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

void CaseJudge::separations() {
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

bool CaseJudge::excused(const Separation& separation, Key key, uint32_t rank) {
  View view = evaluator_.view_of(separation, key, rank, nullptr);
  for (const Condition& condition : separation.unless)
    if (evaluator_.holds(condition, view) == Tri::yes) return true;
  return false;
}

Text CaseJudge::role_words(Sym role) const {
  const auto found = plan_.role_labels.find(role);
  return found == plan_.role_labels.end() ? Text{plan_.symbols.string(role), plan_.symbols.string(role)} : found->second;
}

void CaseJudge::roles_apart(const Separation& separation, Key key) {
  struct Held {
    Sym role;
    uint32_t rank;
  };
  struct Person {
    Sym id;
    bool done = false;
    Held first;  // the first role, without a vector: most people hold one
    std::vector<Held> others;
  };
  std::vector<Person> people;
  std::unordered_map<Sym, uint32_t> by_id;  // kept only when they are many
  const auto person = [&](Sym id) -> Person& {
    constexpr size_t kFew = 16;
    if (by_id.empty()) {
      for (Person& one : people)
        if (one.id == id) return one;
    } else if (const auto found = by_id.find(id); found != by_id.end()) {
      return people[found->second];
    }
    people.push_back({id, false, {0, kNoRank}, {}});
    if (people.size() == kFew)
      for (uint32_t i = 0; i < kFew; ++i) by_id.emplace(people[i].id, i);
    else if (people.size() > kFew)
      by_id.emplace(id, static_cast<uint32_t>(people.size() - 1));
    return people.back();
  };
  for (uint32_t rank = 0; rank < scope_.size(); ++rank) {
    if (scope_.stands(rank, key) != Tri::yes) continue;
    for (const PartyRef& party : scope_.history().by(scope_.act(rank))) {
      if (std::find(separation.roles.begin(), separation.roles.end(), party.role) == separation.roles.end())
        continue;
      Person& who_did = person(party.id);
      if (who_did.first.role == 0) who_did.first = {party.role, rank};
      const bool known = who_did.first.role == party.role ||
                         std::any_of(who_did.others.begin(), who_did.others.end(),
                                     [&](const Held& h) { return h.role == party.role; });
      if (!known) who_did.others.push_back({party.role, rank});
      if (who_did.others.empty() || who_did.done || !evaluator_.binds(separation, scope_.act(rank).at()))
        continue;
      if (excused(separation, key, rank)) continue;
      who_did.done = true;
      Finding finding = base(separation, key, rank);
      finding.kind = Kind::breach;
      finding.at = at_act(rank);
      finding.key.emplace_back("person_in_office", plan_.symbols.string(party.id));
      finding.key_labels.push_back({"办理人员", "person in office"});
      add_act(finding, rank);
      add_act(finding, who_did.first.rank);
      for (const Held& h : who_did.others) add_act(finding, h.rank);
      Why line;
      line.step = "condition";
      line.act = act_id(evaluator_, rank);
      const std::string who = plan_.symbols.string(party.id);
      const Text a = role_words(who_did.first.role);
      const Text b = role_words(who_did.others[0].role);
      line.text = {fmt::format("{} 先后担任{}与{}", who, a.zh, b.zh),
                   fmt::format("{} acted both as {} and as {}", who, plan_.symbols.string(who_did.first.role),
                               plan_.symbols.string(who_did.others[0].role))};
      finding.why.push_back(line);
      finding.message = {separation.label.zh + "：" + line.text.zh,
                         separation.label.en + ": " + line.text.en};
      finding.id = finding_id(finding, "", "");
      out_->push_back(std::move(finding));
    }
  }
}

void CaseJudge::types_apart(const Separation& separation, Key key) {
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
    line.text = {fmt::format("“{}”与“{}”不得并存", a.zh, b.zh),
                 fmt::format("`{}` and `{}` exclude each other", a.en, b.en)};
    finding.why.push_back(line);
    finding.message = {separation.label.zh + "：" + line.text.zh, separation.label.en + ": " + line.text.en};
    finding.id = finding_id(finding, "", "");
    out_->push_back(std::move(finding));
    return;  // once a key
  }
}

void CaseJudge::powers() {
  if (across_) return;
  for (uint32_t rank = part_.first_rank; rank < scope_.size(); ++rank) {
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
    if (first != nullptr) judged_.push_back(first);
    if (first == nullptr || held == Tri::yes) continue;
    if (held == Tri::unknown) {
      evaluator_.note_undecided(*first, Key{}, rank, missing);
      continue;
    }
    Finding finding = base(*first, Key{}, rank);
    finding.kind = Kind::breach;
    finding.at = at_act(rank);
    add_act(finding, rank);
    Text who;
    for (const PartyRef& party : scope_.history().by(scope_.act(rank))) {
      const std::string id = plan_.symbols.string(party.id);
      who.zh += (who.zh.empty() ? "" : "、") + id + "（" + role_words(party.role).zh + "）";
      who.en += (who.en.empty() ? "" : ", ") + id + " (" + plan_.symbols.string(party.role) + ")";
    }
    Why line;
    line.step = "condition";
    line.act = act_id(evaluator_, rank);
    line.text = {
        "无权作出：" + (who.zh.empty() ? std::string("未载明作出人") : who.zh),
        "nobody who did it holds the power: " + (who.en.empty() ? std::string("nobody is named") : who.en)};
    finding.why.push_back(line);
    finding.message = {first->label.zh + "：" + line.text.zh, first->label.en + ": " + line.text.en};
    finding.id = finding_id(finding, root_id(rank), "");
    out_->push_back(std::move(finding));
  }
}

Tri CaseJudge::holds_power(const Power::Holder& holder, uint32_t rank, const View& view) {
  const StoredAct& act = scope_.act(rank);
  Tri result = tri(holder.anybody);
  for (const PartyRef& party : scope_.history().by(act))
    if (party.role == holder.role && holder.role != 0) result = Tri::yes;
  if (result == Tri::no) return result;
  if (holder.agency != 0) {
    if (scope_.history().agency_kind(act) == 0)
      result = both(result, tri(act.agency == holder.agency));
    else
      result = both(result, tri(scope_.history().agency_kind(act) == holder.agency));
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

void CaseJudge::missing() {
  if (evaluator_.undecided().empty()) return;
  std::sort(judged_.begin(), judged_.end());
  for (const Undecided& undecided : evaluator_.undecided()) {
    if (!mine(*undecided.head) || !std::binary_search(judged_.begin(), judged_.end(), undecided.head)) continue;
    if (!options_.only_rules.empty() && !options_.only_rules.contains(undecided.head->rule)) continue;
    if (part_.about != kNoRank && undecided.rank != part_.about) continue;
    Finding finding = base(*undecided.head, undecided.key, undecided.rank);
    finding.kind = Kind::missing;
    if (undecided.rank != kNoRank) {
      finding.at = at_act(undecided.rank);
      add_act(finding, undecided.rank);
    }
    for (const Sym field : undecided.fields) finding.missing.push_back(plan_.symbols.string(field));
    const Text words =
        missing_words(plan_, undecided.rank == kNoRank ? kUnknownType : scope_.act(undecided.rank).type, undecided.fields);
    finding.message = words;
    finding.message.zh = finding.label.zh + "：" + finding.message.zh;
    finding.message.en = finding.label.en + ": " + finding.message.en;
    Why line;
    line.step = "missing";
    line.act = undecided.rank == kNoRank ? "" : act_id(evaluator_, undecided.rank);
    line.text = words;
    finding.why.push_back(line);
    finding.id = finding_id(finding, undecided.rank == kNoRank ? "" : root_id(undecided.rank), "missing");
    out_->push_back(std::move(finding));
  }
}

// Whether the rule or clock was found broken by the act, or by a running that the act started.
bool CaseJudge::breached(const Event& by, const std::string& act) {
  const Head& head = by.rule != kNone ? static_cast<const Head&>(plan_.rules[static_cast<size_t>(by.rule)])
                                      : plan_.clocks[static_cast<size_t>(plan_.groups[static_cast<size_t>(by.group)].front())];
  const std::string name = head.full_name();
  return std::ranges::any_of(found(), [&](const Finding& finding) {
    return (finding.kind == Kind::breach || finding.kind == Kind::late) && !finding.acts.empty() && finding.acts[0] == act &&
           full_name(finding) == name;
  });
}

void CaseJudge::consequences() {
  if (across_ || plan_.consequences.empty()) return;
  std::map<std::string, const Consequence*> fallen;
  for (const Consequence& consequence : plan_.consequences) {
    for (uint32_t rank = 0; rank < scope_.size(); ++rank) {
      if (!evaluator_.binds(consequence, scope_.act(rank).at())) continue;
      View view = evaluator_.view_of(consequence, Key{}, rank, nullptr);
      bool happens = false;
      if (consequence.on.kind == law::Event::Kind::pattern) {
        happens = evaluator_.match(consequence.on.pattern, rank, view) == Tri::yes;
      } else if (consequence.on.kind == law::Event::Kind::breach_of) {
        happens = breached(consequence.on, act_id(evaluator_, rank));
      }
      if (!happens) continue;
      if (consequence.voids_this)
        fallen.emplace(act_id(evaluator_, rank), &consequence);
      else
        for (uint32_t other = 0; other < scope_.size(); ++other)
          if (evaluator_.match(consequence.voids, other, view) == Tri::yes)
            fallen.emplace(act_id(evaluator_, other), &consequence);
    }
  }
  for (Finding& finding : found())
    for (const std::string& act : finding.acts)
      if (const auto found = fallen.find(act); found != fallen.end()) {
        Why line;
        line.step = "void";
        line.act = act;
        line.cite = found->second->cites.empty() ? "" : found->second->cites[0];
        line.text = {"所依据的行为无效：" + found->second->label.zh,
                     "rests on a void act: " + found->second->label.en};
        finding.why.push_back(std::move(line));
      }
}

namespace {

void collect(const Plan&, const Pattern& pattern, std::set<uint16_t>& types, bool& any) {
  any = any || pattern.any_act;
  types.insert(pattern.types.begin(), pattern.types.end());
}

void collect_state(const Plan& plan, int32_t index, std::set<uint16_t>& types, std::set<int32_t>& groups, bool& any) {
  const State& state = plan.states[static_cast<size_t>(index)];
  for (const auto* events : {&state.begins, &state.ends})
    for (const Event& event : *events) {
      collect(plan, event.pattern, types, any);
      if (event.group != kNone) groups.insert(event.group);
    }
}

}  // namespace

Touches::Touches(const Plan& plan, const std::set<std::string>& only)
    : clocks_(plan.acts.size() + 1), separation_(plan.acts.size(), false) {
  struct Need {
    std::set<uint16_t> types;
    std::set<int32_t> groups;
    bool any = false;
  };
  std::vector<Need> needs(plan.clocks.size());
  const auto period = [&](int32_t index, Need& need) {
    if (index == kNone) return;
    const Period& p = plan.periods[static_cast<size_t>(index)];
    if (p.unless_state != kNone) collect_state(plan, p.unless_state, need.types, need.groups, need.any);
  };
  for (size_t i = 0; i < plan.clocks.size(); ++i) {
    const Clock& clock = plan.clocks[i];
    Need& need = needs[i];
    for (const auto* events : {&clock.starts, &clock.restarts, &clock.lapses})
      for (const Event& event : *events) {
        if (event.kind == law::Event::Kind::pattern) collect(plan, event.pattern, need.types, need.any);
        if (event.group != kNone) need.groups.insert(event.group);
        if (event.rule != kNone)
          for (const Pattern& on : plan.rules[static_cast<size_t>(event.rule)].on) collect(plan, on, need.types, need.any);
        if (event.kind == law::Event::Kind::end_of_every) need.any = true;
      }
    for (const Pattern& pattern : clock.met_by) collect(plan, pattern, need.types, need.any);
    for (const int32_t state : clock.pauses) collect_state(plan, state, need.types, need.groups, need.any);
    for (const Step& step : clock.steps) {
      if (step.after) collect(plan, *step.after, need.types, need.any);
      for (const Factor& factor : step.until.factors)
        if (factor.kind == Factor::Kind::end_of) need.groups.insert(factor.index);
      period(step.quantity.period, need);
      if (step.quantity.operand)  // a table or setting may give any period
        for (size_t p = 0; p < plan.periods.size(); ++p) period(static_cast<int32_t>(p), need);
    }
    for (const Quantity& quantity : clock.warn_quantities) period(quantity.period, need);
  }
  for (bool changed = true; changed;) {  // clocks on clocks
    changed = false;
    for (Need& need : needs)
      for (const int32_t group : std::set<int32_t>(need.groups))
        for (const int32_t other : plan.groups[static_cast<size_t>(group)]) {
          const Need& from = needs[static_cast<size_t>(other)];
          const size_t before = need.types.size() + need.groups.size() + (need.any ? 1 : 0);
          need.types.insert(from.types.begin(), from.types.end());
          need.groups.insert(from.groups.begin(), from.groups.end());
          need.any = need.any || from.any;
          changed = changed || before != need.types.size() + need.groups.size() + (need.any ? 1 : 0);
        }
  }
  for (const auto& versions : plan.groups) {  // the versions of a clock are looked at together
    Need all;
    for (const int32_t one : versions) {
      const Need& need = needs[static_cast<size_t>(one)];
      all.types.insert(need.types.begin(), need.types.end());
      all.any = all.any || need.any;
    }
    for (const int32_t one : versions) needs[static_cast<size_t>(one)] = all;
  }
  for (size_t i = 0; i < needs.size(); ++i) {
    if (plan.clocks[i].across || (!only.empty() && !only.contains(plan.clocks[i].rule))) continue;
    if (needs[i].any)
      for (auto& one : clocks_) one.push_back(static_cast<int32_t>(i));
    else
      for (const uint16_t type : needs[i].types) clocks_[type].push_back(static_cast<int32_t>(i));
  }
  for (const Separation& one : plan.separations) {
    for (const uint16_t type : one.types) separation_[type] = true;
    separation_roles_.insert(separation_roles_.end(), one.roles.begin(), one.roles.end());
  }
}

bool Touches::separations(const History& history, const StoredAct& act) const {
  if (act.type != kUnknownType && separation_[act.type]) return true;
  const auto by = history.by(act);
  return std::any_of(by.begin(), by.end(), [this](const PartyRef& party) {
    return std::find(separation_roles_.begin(), separation_roles_.end(), party.role) != separation_roles_.end();
  });
}

}  // namespace heng::watch
