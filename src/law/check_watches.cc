// Watches: figures over many cases. What they count is checked like a rule; of whom, and how, is checked
// here.
#include "law/check_parts.h"

namespace heng::law {
namespace {

using Measure = WatchDecl::Measure;
using Per = WatchDecl::Unit;

void number(CheckContext& context, const WatchDecl& watch, bool good, const std::string& what) {
  if (good) return;
  context.out().add(Kind::watch_number, watch.name.span, quoted(rule_id(watch)) + " needs " + what);
}

void units(CheckContext& context, uint32_t pack, const WatchDecl& watch) {
  const bool pairing = watch.per.size() == 2;
  for (const Per& unit : watch.per) {
    if (unit.kind == Per::Kind::role) {
      if (!pairing) {
        Diagnostic& said =
            context.out().add(Kind::watch_person, unit.span, "a figure is never kept of a person",
                              "this would rank those who act as " + quoted(unit.of.text));
        said.help = "write `agency of " + unit.of.text + "`, or a pairing: `" + unit.of.text + " with ROLE`";
      }
      context.look_up(pack, Space::role, unit.of);
      continue;
    }
    if (pairing && unit.kind == Per::Kind::level) {
      context.out().add(Kind::watch_unit, unit.span, "a level pairs with nothing").help =
          "pair agencies, or those who act in two roles";
    }
    if (unit.of && context.symbols().find(pack, Space::act, unit.of.text) == nullptr) {
      context.look_up(pack, Space::role, unit.of);
    }
  }
  const Measure::Kind kind = watch.measure.kind;
  if (pairing && (kind == Measure::Kind::rate || kind == Measure::Kind::distinct)) {
    context.out().add(Kind::watch_unit, watch.measure.span, "this is not measured of a pairing").help =
        "a pairing has a share, a count or a quantile";
  }
}

}  // namespace

void check_watch(CheckContext& context, uint32_t pack, const WatchDecl& watch) {
  if (watch.key && watch.key->across_cases) {
    context.out()
        .add(Kind::across_cases, watch.key->span, "a watch counts over all cases by itself",
             "`for each` says what of one case counts once")
        .help = "leave `across cases` out";
  }
  Scope scope = scope_of(context, pack, watch.key);
  scope.across = false;
  check_meta(context, pack, watch, watch.meta, false);
  units(context, pack, watch);
  for (const Pattern& on : watch.on) {
    scope.judged.any = scope.judged.any || on.any_act;
    for (const Name& name : on.acts) {
      const ActInfo* act = context.symbols().act(pack, name.text);
      if (act != nullptr) scope.judged.add(ActSet{false, {act}});
    }
  }
  scope.spoken = scope.judged;
  for (const Pattern& on : watch.on) {
    Scope inside = scope;
    context.pattern(on, inside);
  }
  context.conditions(watch.when, scope);
  const Measure& measure = watch.measure;
  context.atoms(measure.where, scope);
  if (measure.pattern) {
    Scope inside = scope;
    context.pattern(*measure.pattern, inside);
  }
  if (measure.within) context.quantity(*measure.within, scope);
  if (measure.within && measure.within->path) {
    const bool setting = context.symbols().setting(pack, measure.within->path->head.text) != nullptr;
    number(context, watch, setting,
           "a time that is the same for every act: a number of a unit, or a setting");
  }
  if (!measure.operand.factors.empty()) context.operand(measure.operand, scope);

  const Decimal none = Decimal::of(0);
  const Decimal all = Decimal::of(100);
  const bool quantile = measure.kind == Measure::Kind::quantile ||
                        measure.kind == Measure::Kind::time_until ||
                        measure.kind == Measure::Kind::time_since;
  number(context, watch, !quantile || (none < measure.percent && measure.percent < all),
         "a quantile between 0% and 100%");
  number(context, watch, watch.every != "" || (watch.last_days >= 1 && watch.last_days <= 3660),
         "a window of 1 to 3660 days");
  number(context, watch, !watch.needs || (*watch.needs >= 2 && *watch.needs <= 1'000'000), "at least 2 acts");
  number(context, watch, !watch.margin || none < *watch.margin, "a margin above 0%");
  number(
      context, watch,
      !watch.false_discovery || (none < *watch.false_discovery && *watch.false_discovery <= Decimal::of(50)),
      "a false discovery rate above 0% and at most 50%");
}

}  // namespace heng::law
