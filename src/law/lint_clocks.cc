// Clocks: steps that never apply or shorten, allowances that cover one another, meeting acts without the key.
#include <algorithm>

#include "law/canon.h"
#include "law/claims.h"
#include "law/lint_parts.h"

namespace heng::law {
namespace {

// Whatever `narrow` matches for the act type, `wide` matches.
bool covers(const Pattern& wide, const Name& act, const Pattern& narrow) {
  const bool listed = wide.any_act || std::any_of(wide.acts.begin(), wide.acts.end(),
                                                  [&](const Name& name) { return name.text == act.text; });
  if (!listed || (wide.key && wide.key.text != narrow.key.text)) return false;
  if (!wide.roles.empty()) return false;
  Claims claims(false);
  claims.add(narrow.where);
  return std::all_of(wide.where.begin(), wide.where.end(),
                     [&](const Atom& atom) { return claims.imply(atom); });
}

bool covers(const Pattern& wide, const Pattern& narrow) {
  if (narrow.any_act) return wide.any_act && wide.where.empty() && wide.roles.empty() && !wide.key;
  return std::all_of(narrow.acts.begin(), narrow.acts.end(),
                     [&](const Name& act) { return covers(wide, act, narrow); });
}

void step_never(LintContext& context, Span place, std::string why, std::string label) {
  context.out.add(Kind::step_never, place, "this step can never apply: " + std::move(why), std::move(label));
}

void lint_extension(LintContext& context, const ClockDecl& clock, const Step& step) {
  const Pattern& after = *step.after;
  Claims claims(false);
  claims.add(after.where);
  if (claims.impossible()) {
    step_never(context, after.span, "its conditions exclude each other", "never true");
    return;
  }
  if (step.at_most && *step.at_most == 0) {
    step_never(context, step.span, "it counts no times", "`at most 0 times`");
    return;
  }
  if (clock.met_by.size() == 1 && covers(clock.met_by.front(), after)) {
    step_never(context, after.span, "the act that opens it meets the clock first", "meets the clock");
    return;
  }
  for (const Event& lapse : clock.lapses) {
    if (lapse.kind != Event::Kind::pattern || !covers(lapse.pattern, after)) continue;
    step_never(context, after.span, "the act that opens it ends the clock first", "ends the clock");
    return;
  }
}

// What the starting act is known to state, for each way of starting.
std::vector<Claims> starting(const ClockDecl& clock) {
  std::vector<Claims> out;
  for (const Event& start : clock.starts) {
    Claims claims(true);
    if (start.kind == Event::Kind::pattern) claims.add(start.pattern.where);
    claims.add(clock.when);
    out.push_back(std::move(claims));
  }
  return out;
}

void lint_base_when(LintContext& context, const ClockDecl& clock, const Step& step) {
  if (step.when.empty()) return;
  Claims own(true);
  own.add(step.when);
  const std::vector<Claims> starts = starting(clock);
  const bool never = own.impossible() ||
                     (!starts.empty() && std::all_of(starts.begin(), starts.end(), [&](const Claims& start) {
                       return start.exclude(own);
                     }));
  if (never) {
    step_never(
        context, step.span,
        own.impossible() ? "its conditions exclude each other" : "no act that starts the clock fits it",
        "never true");
  }
}

bool same_unit(const Quantity& a, const Quantity& b) {
  return a.number && b.number && a.unit && b.unit && !a.plus && !b.plus && a.unit->base == b.unit->base &&
         a.unit->qualifier == b.unit->qualifier;
}

bool apart(const Step& a, const Step& b) {
  if (!a.after || !b.after) return false;
  Claims first(false);
  Claims second(false);
  first.add(a.after->where);
  second.add(b.after->where);
  return first.exclude(second);
}

// An extension to a total that is smaller than the one it replaces. Steps that exclude each other are
// alternatives.
void lint_shorter(LintContext& context, const ClockDecl& clock, size_t at) {
  const Step& step = clock.allows[at];
  if (!step.after || step.kind != Step::Kind::total) return;
  // Dated lines and lines with conditions are alternatives: only what surely applied is compared.
  for (size_t i = at; i-- > 0;) {
    const Step& before = clock.allows[i];
    if (before.kind != Step::Kind::total || !before.when.empty() || before.from || before.until_date)
      continue;
    if (!step.when.empty() || step.from || step.until_date || !same_unit(step.quantity, before.quantity))
      continue;
    if (before.after &&
        (apart(step, before) || before.after->acts.size() != 1 || step.after->acts.size() != 1 ||
         before.after->acts.front().text != step.after->acts.front().text)) {
      continue;
    }
    if (!(*step.quantity.number < *before.quantity.number)) return;
    Diagnostic& said = context.out.add(Kind::step_shorter, step.quantity.span,
                                       "this step allows less than the one before it",
                                       canon(step.quantity) + " in all, counted from the start");
    said.secondary.push_back(Label{before.quantity.span, "the step before"});
    said.help = "a line without `plus` replaces the total; write `plus` to add to it";
    return;
  }
}

bool base_line(const Step& step) {
  return !step.after && step.kind != Step::Kind::plus && step.kind != Step::Kind::minus;
}

InForce days(const Step& step) { return InForce{step.from, step.until_date}; }

bool within(const InForce& inner, const InForce& outer) {
  if (outer.from && (!inner.from || *inner.from < *outer.from)) return false;
  return !outer.until || (inner.until && *inner.until <= *outer.until);
}

std::set<std::string> conditions(const std::vector<Atom>& atoms) {
  std::set<std::string> out;
  for (const Atom& atom : atoms) out.insert(canon(atom));
  return out;
}

// The last base line that holds is the one that counts.
void lint_overlap(LintContext& context, const ClockDecl& clock) {
  for (size_t i = 0; i < clock.allows.size(); ++i) {
    const Step& first = clock.allows[i];
    for (size_t j = i + 1; j < clock.allows.size(); ++j) {
      const Step& later = clock.allows[j];
      if (base_line(first) && base_line(later)) {
        const std::set<std::string> mine = conditions(first.when);
        const std::set<std::string> theirs = conditions(later.when);
        const bool covered = within(days(first), days(later)) &&
                             std::includes(mine.begin(), mine.end(), theirs.begin(), theirs.end());
        const bool dated = mine == theirs && (first.from || first.until_date) &&
                           (later.from || later.until_date) && days(first).overlaps(days(later));
        if (!covered && !dated) continue;
        Diagnostic& said = context.out.add(
            Kind::overlapping_allowances, first.span,
            covered ? "this line never counts: a later one always holds too" : "two lines hold on one day",
            "the last line that holds counts");
        said.secondary.push_back(Label{later.span, "counts instead"});
        said.help = covered ? "put the general line first, the special ones after it"
                            : "end the first before the second begins";
        break;
      }
      const bool totals =
          first.after && later.after && first.kind == Step::Kind::total && later.kind == Step::Kind::total;
      if (!totals || canon(*first.after) != canon(*later.after)) continue;
      if (conditions(first.when) != conditions(later.when)) continue;
      Diagnostic& said =
          context.out.add(Kind::overlapping_allowances, first.span, "two steps are opened by the same acts",
                          "replaced at once by the other");
      said.secondary.push_back(Label{later.span, "the other"});
      break;
    }
  }
}

void lint_meeting_key(LintContext& context, uint32_t pack, const ClockDecl& clock) {
  if (!clock.key || clock.met_by.empty()) return;
  const SubjectDecl* key = context.symbols.subject(pack, clock.key->subject.text);
  if (key == nullptr || on_every_act(*key) || clock.key->across_cases) return;
  for (const Pattern& met : clock.met_by) {
    if (met.any_act || met.key) return;
    for (const Name& name : met.acts) {
      const ActInfo* act = context.symbols.act(pack, name.text);
      if (act == nullptr || act->carries(*key)) return;
    }
    // Tied to the starting act by a field, it meets that instance alone.
    for (const Atom& atom : met.where) {
      if (canon(atom).find("this") != std::string::npos) return;
    }
  }
  Diagnostic& said = context.out.add(
      Kind::meeting_without_key, clock.met_by.front().span,
      "no act that meets the clock carries " + quoted(key->name.text) + ": one act meets it for all",
      "which " + key->name.text + " is meant?");
  said.secondary.push_back(Label{clock.key->span, "one clock for each"});
  said.help = "add " + quoted(key->name.text) + " to the `on` of the act type, or say `for FIELD`";
}

void lint_never(LintContext& context, const Symbol& symbol, const ClockDecl& clock) {
  const std::string name = quoted(rule_id(clock));
  if (symbol.in_force.empty()) {
    context.out.add(Kind::rule_never_fires, clock.name.span, name + " is in force on no day",
                    "it ends before it begins");
    return;
  }
  const std::vector<Claims> starts = starting(clock);
  for (size_t i = 0; i < starts.size(); ++i) {
    if (starts[i].impossible()) {
      context.out.add(Kind::rule_never_fires, clock.starts[i].span,
                      name + " never starts here: its conditions exclude each other", "never true");
      continue;
    }
    for (const Condition& excuse : clock.unless) {
      if (excuse.atoms.size() != 1 || !excuse.only_if.empty() || !starts[i].imply(excuse.atoms.front()))
        continue;
      context.out.add(Kind::rule_never_fires, excuse.span, name + " is always excused when it starts",
                      "always true there");
    }
  }
}

void lint_pauses(LintContext& context, uint32_t pack, const ClockDecl& clock) {
  for (const Name& pause : clock.pauses) {
    const StateDecl* state = context.symbols.state(pack, pause.text);
    if (state == nullptr || !state->ends.empty()) continue;
    Diagnostic& said = context.out.add(
        Kind::clock_unstopped, pause.span,
        "nothing ends " + quoted(pause.text) + ": the clock stands still for good", "paused without end");
    said.secondary.push_back(Label{state->name.span, "a state without `ends`"});
    said.help = "say what ends the state, or write `lapses on` in the clock";
  }
}

}  // namespace

void lint_clock(LintContext& context, uint32_t pack, const Symbol& symbol, const ClockDecl& clock) {
  lint_never(context, symbol, clock);
  for (size_t i = 0; i < clock.allows.size(); ++i) {
    const Step& step = clock.allows[i];
    if (step.after) lint_extension(context, clock, step);
    if (!step.after) lint_base_when(context, clock, step);
    lint_shorter(context, clock, i);
  }
  lint_overlap(context, clock);
  lint_meeting_key(context, pack, clock);
  lint_pauses(context, pack, clock);
}

}  // namespace heng::law
