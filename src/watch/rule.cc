// Rules, judged once for each live act they speak of, as of that act (docs/language.md, "rule").
#include <algorithm>

#include "watch/evaluate.h"

namespace heng::watch {

RuleVerdict Evaluator::judge(const Rule& rule, Key key, uint32_t rank, View* used) {
  RuleVerdict out;
  Notes notes;
  View view = view_of(rule, key, rank, &notes);
  // An excuse that certainly holds leaves nothing to decide, whatever else is unknown.
  const auto undecided = [&](bool may_be_excused) {
    out.missing = notes.missing;
    for (const Condition& condition : rule.unless)
      if (may_be_excused && holds(condition, view) == Tri::yes) return RuleVerdict{};
    out.outcome = RuleVerdict::Outcome::undecided;
    return out;
  };
  Tri matched = Tri::no;
  for (const Pattern& pattern : rule.on) {
    const Tri one = match(pattern, rank, view);
    if (one == Tri::yes && pattern.alias != kNone) view.aliases[static_cast<size_t>(pattern.alias)] = rank;
    matched = either(matched, one);
    if (matched == Tri::yes) break;
  }
  if (matched == Tri::no || !binds(rule, view.at)) return out;
  if (matched == Tri::unknown) return undecided(rule.given.empty());

  for (const Given& given : rule.given) {
    uint32_t found = kNoRank;
    Tri how = Tri::no;
    uint32_t limit = view.limit;
    if (given.before != kNone) limit = std::min(limit, view.aliases[static_cast<size_t>(given.before)]);
    if (limit == kNoRank) return out;
    const auto look = [&](uint32_t candidate) {
      how = match(given.pattern, candidate, view);
      if (how != Tri::no) found = candidate;
      return how == Tri::no;
    };
    if (given.first)
      forward(given.pattern, 0, limit, look);
    else
      backward(given.pattern, limit, look);
    if (found == kNoRank) return out;  // nothing found: not judged
    if (how == Tri::unknown) return undecided(false);
    view.aliases[static_cast<size_t>(given.alias)] = found;
    if (given.pattern.alias != kNone) view.aliases[static_cast<size_t>(given.pattern.alias)] = found;
    notes.witnesses.push_back(found);
  }
  notes.missing.clear();

  Tri when = Tri::yes;
  for (const Condition& condition : rule.when) {
    when = both(when, holds(condition, view));
    if (when == Tri::no) return out;
  }
  if (when == Tri::unknown) return undecided(true);
  notes.missing.clear();
  for (const Condition& condition : rule.unless) {
    const Tri excused = holds(condition, view);
    if (excused == Tri::yes) {
      out.outcome = RuleVerdict::Outcome::excused;
      out.excuse = &condition;
      return out;
    }
    if (excused == Tri::unknown) out.would_excuse.push_back(&condition);
  }
  notes.missing.clear();
  Tri kept = rule.forbid ? Tri::no : Tri::yes;
  for (const Condition& condition : rule.require) {
    const Tri line = holds(condition, view);
    kept = both(kept, line);
    if (line == Tri::no) out.failed.push_back(&condition);
  }
  out.witnesses = notes.witnesses;
  if (used != nullptr) *used = view;
  if (kept == Tri::unknown) return undecided(false);
  out.outcome = kept == Tri::yes ? RuleVerdict::Outcome::kept : RuleVerdict::Outcome::breached;
  return out;
}

}  // namespace heng::watch
