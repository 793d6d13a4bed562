#include "watch/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "calendar/period.h"
#include "watch/figures_parts.h"

namespace heng::watch {
namespace {

using Measure = law::WatchDecl::Measure::Kind;
using UnitKind = law::WatchDecl::Unit::Kind;

// The agency that did the last act, up to this one, of the type or by somebody in the role.
Sym agency_of(const Scope& scope, const Watch::Unit& unit, uint32_t rank) {
  if (unit.role == 0 && unit.type == kNone) return scope.act(rank).agency;
  for (uint32_t r = rank + 1; r-- > 0;) {
    const StoredAct& act = scope.act(r);
    if (unit.type != kNone && act.type == unit.type) return act.agency;
    if (unit.role == 0) continue;
    for (const PartyRef& party : scope.history().by(act))
      if (party.role == unit.role) return act.agency;
  }
  return 0;
}

// Who holds the role in the act; where nobody does, who held it in the last act that says.
std::vector<Sym> holders(const Scope& scope, Sym role, uint32_t rank) {
  std::vector<Sym> out;
  for (uint32_t r = rank + 1; r-- > 0 && out.empty();) {
    const StoredAct& act = scope.act(r);
    for (const auto& parties : {scope.history().by(act), scope.history().on(act)})
      for (const PartyRef& party : parties)
        if (party.role == role && std::find(out.begin(), out.end(), party.id) == out.end())
          out.push_back(party.id);
  }
  std::sort(out.begin(), out.end());
  return out;
}

double number_of(const Decimal& number) {
  double out = static_cast<double>(number.mantissa);
  for (int32_t i = 0; i < number.scale; ++i) out /= 10;
  return out;
}

Date monday_of(Date date) {
  const int32_t weekday = ((date.days + 3) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
  return Date{date.days - weekday};
}

}  // namespace

Figures::Figures(const History& history, const std::set<std::string>& only)
    : history_(history), plan_(history.plan()), by_type_(plan_.acts.size()) {
  for (size_t i = 0; i < plan_.watches.size(); ++i) {
    const Watch& watch = plan_.watches[i];
    if (!only.empty() && !only.contains(watch.rule)) continue;
    const auto index = static_cast<int32_t>(i);
    wanted_.push_back(index);
    std::set<uint16_t> types;
    bool any = false;
    const auto add = [&](const Pattern& pattern) {
      any = any || pattern.any_act;
      types.insert(pattern.types.begin(), pattern.types.end());
    };
    for (const Pattern& on : watch.on) add(on);
    if (watch.measure == Measure::rate) add(watch.pattern);
    if (any) {
      any_.push_back(index);
      continue;
    }
    for (const uint16_t type : types) by_type_[type].push_back(index);
  }
}

// ---- one case
// ---------------------------------------------------------------------------------------------------

void Figures::collect(const Scope& scope, Instant now, std::vector<Sample>& out) const {
  if (none()) return;
  std::optional<Evaluator> evaluator;
  for (uint32_t rank = 0; rank < scope.size(); ++rank) {
    const uint16_t type = scope.act(rank).type;
    for (const auto* watches : {&any_, type == kUnknownType ? nullptr : &by_type_[type]}) {
      if (watches == nullptr || watches->empty()) continue;
      if (!evaluator) evaluator.emplace(scope, now);
      for (const int32_t watch : *watches)
        of_case(plan_.watches[static_cast<size_t>(watch)], watch, *evaluator, rank, out);
    }
  }
}

void Figures::of_case(const Watch& watch, int32_t index, Evaluator& evaluator, uint32_t rank,
                      std::vector<Sample>& out) const {
  const Scope& scope = evaluator.scope();
  const StoredAct& act = scope.act(rank);
  if (!evaluator.binds(watch, act.at())) return;
  std::vector<const Pattern*> on;
  for (const Pattern& pattern : watch.on) on.push_back(&pattern);

  // Of whom.
  std::vector<std::pair<Sym, Sym>> units;
  const auto unit_values = [&](const Watch::Unit& unit) -> std::vector<Sym> {
    if (unit.kind == UnitKind::role) return holders(scope, unit.role, rank);
    const Sym agency = agency_of(scope, unit, rank);
    if (unit.kind == UnitKind::agency) return agency == 0 ? std::vector<Sym>{} : std::vector<Sym>{agency};
    const auto office = plan_.offices.find(agency);
    if (office == plan_.offices.end() || office->second.level == 0) return {};
    return {office->second.level};
  };
  const std::vector<Sym> firsts = unit_values(watch.per[0]);
  if (watch.per.size() == 1) {
    for (const Sym a : firsts) units.emplace_back(a, 0);
  } else {
    for (const Sym a : firsts)
      for (const Sym b : unit_values(watch.per[1]))
        if (a != b) units.emplace_back(a, b);
  }
  if (units.empty()) return;

  Sample sample;
  sample.watch = index;
  sample.act = scope.act_index(rank);
  sample.at_us = act.at_us;
  sample.case_id = act.case_id;
  const Sym office = watch.per[0].kind == UnitKind::role ? act.agency : agency_of(scope, watch.per[0], rank);
  if (watch.same_kind) sample.kind = office == act.agency ? scope.history().agency_kind(act) : plan_.agency_kind(office);
  if (watch.same_level && watch.per[0].kind != UnitKind::level) {
    const auto found = plan_.offices.find(office);
    if (found != plan_.offices.end()) sample.level = found->second.level;
  }
  const auto add = [&](const Sample& one) {
    bool first = true;
    for (const auto& [a, b] : units) {
      Sample copy = one;
      copy.a = a;
      copy.b = b;
      copy.first = first;
      first = false;
      out.push_back(std::move(copy));
    }
  };

  for (const Key key : evaluator.keys_of(watch, on)) {
    sample.key = key.value;
    Notes notes;
    const View view = evaluator.view_of(watch, key, rank, &notes);
    if (watch.measure == Measure::rate && evaluator.match(watch.pattern, rank, view) == Tri::yes) {
      Sample against = sample;
      against.hit = false;
      add(against);
    }
    Tri counts = Tri::no;
    for (const Pattern& pattern : watch.on) counts = either(counts, evaluator.match(pattern, rank, view));
    for (const Condition& condition : watch.when)
      if (counts != Tri::no) counts = both(counts, evaluator.holds(condition, view));
    if (counts == Tri::no) continue;
    Sample one = sample;
    one.hit = watch.measure == Measure::rate;
    one.unclear = counts == Tri::unknown;
    // The first later act that matches, in the time to follow.
    const auto follow = [&]() -> std::pair<Tri, Instant> {
      const auto until = followed_until(watch, act.at());
      if (!until) return {Tri::unknown, {}};
      Tri found = Tri::no;
      for (uint32_t later = rank + 1; later < scope.size() && scope.act(later).at() < *until; ++later) {
        const Tri match = evaluator.match(watch.pattern, later, view);
        if (match == Tri::yes)
          return {found == Tri::unknown ? Tri::unknown : Tri::yes, scope.act(later).at()};
        found = either(found, match);
      }
      return {found, {}};
    };
    if (!one.unclear) switch (watch.measure) {
        case Measure::share: {
          const Tri so = evaluator.all_of(watch.where, view);
          one.hit = so == Tri::yes;
          one.unclear = so == Tri::unknown;
          break;
        }
        case Measure::followed:
        case Measure::not_followed: {
          const Tri found = follow().first;
          one.hit = (found == Tri::yes) == (watch.measure == Measure::followed);
          one.unclear = found == Tri::unknown;
          break;
        }
        case Measure::time_until: {
          const auto [found, at] = follow();
          one.unclear = found == Tri::unknown;
          one.value = found == Tri::yes ? static_cast<double>(at.us - act.at_us)
                                        : std::numeric_limits<double>::infinity();
          break;
        }
        case Measure::time_since: {
          Tri found = Tri::no;
          for (uint32_t before = rank; before-- > 0 && found == Tri::no;) {
            found = evaluator.match(watch.pattern, before, view);
            if (found == Tri::yes) one.value = static_cast<double>(act.at_us - scope.act(before).at_us);
          }
          if (found == Tri::no) continue;  // there is no time to measure
          one.unclear = found == Tri::unknown;
          break;
        }
        case Measure::quantile: {
          const Val value = evaluator.value(watch.operand, view);
          if (value.kind == Val::Kind::blank) continue;
          one.unclear = value.kind != Val::Kind::number;
          if (!one.unclear) one.value = number_of(value.number);
          break;
        }
        case Measure::distinct: {
          const Val value = evaluator.value(watch.operand, view);
          if (value.kind == Val::Kind::blank || (value.kind == Val::Kind::list && value.list.empty()))
            continue;
          one.unclear = value.kind == Val::Kind::unknown;
          if (value.kind == Val::Kind::list)
            one.item = plan_.symbols.string(value.list.front());
          else if (!one.unclear)
            one.item = evaluator.text_of(value, view);
          break;
        }
        case Measure::count:
        case Measure::rate:
          break;
      }
    add(one);
  }
}

// The end of the time to follow an act of that instant: an act before it came in time. Without one: the
// instant itself.
std::optional<Instant> Figures::followed_until(const Watch& watch, Instant from) const {
  if (!watch.within) return from;
  const Scope nothing(history_, {}, false);
  Evaluator evaluator(nothing, from);
  View view;
  view.head = &watch;
  view.at = from;
  const Measured measured = evaluator.measure(*watch.within, view);
  if (!measured.known || measured.period == kNone) return std::nullopt;
  const calendar::Convention& convention = plan_.periods[static_cast<size_t>(measured.period)].convention;
  const calendar::End end =
      calendar::end_only(evaluator.zone(&watch), plan_.holidays, convention, from, measured.amount, {}, true);
  return end.dated ? end.end : Instant{end.end.us + 1};
}

// ---- windows
// ----------------------------------------------------------------------------------------------------

bool Figures::window_of(int32_t index, Instant at, Instant now, Window& out) const {
  const Watch& watch = plan_.watches[static_cast<size_t>(index)];
  const calendar::Zone& zone = plan_.zones[static_cast<size_t>(watch.zone)];
  const auto settle = [&] {
    const Instant end = zone.start_of(out.to);
    const auto until = followed_until(watch, Instant{end.us - 1});
    if (!until) return false;
    out.settled = std::max(end, *until);
    return true;
  };
  if (watch.last_days > 0) {
    // The last midnight by which everything that may follow has been seen.
    out.to = zone.date_of(now);
    for (int i = 0; i < 2; ++i) {
      if (!settle()) return false;
      if (out.settled <= now) break;
      // Step back as far as it is too early, rounded up to days.
      const int64_t days = (out.settled.us - now.us + kDay - 1) / kDay;
      out.to = Date{out.to.days - static_cast<int32_t>(std::max<int64_t>(1, days))};
    }
    while (settle() && out.settled > now) out.to = Date{out.to.days - 1};
    for (;;) {  // the latest that is settled
      const Window kept = out;
      out.to = Date{out.to.days + 1};
      if (out.to > zone.date_of(now) || !settle() || out.settled > now) {
        out = kept;
        break;
      }
    }
    out.from = Date{out.to.days - watch.last_days};
    out.name = fmt::format("{} days to {}", watch.last_days, format_date(Date{out.to.days - 1}));
    const Date day = zone.date_of(at);
    return day >= out.from && day < out.to;
  }
  const Date day = zone.date_of(at);
  const std::string text = format_date(day);
  const int month = std::stoi(text.substr(text.size() - 5, 2));
  const std::string year = text.substr(0, text.size() - 6);
  const Date month_start = Date{day.days - std::stoi(text.substr(text.size() - 2)) + 1};
  if (watch.every == "week") {
    out.from = monday_of(day);
    out.to = Date{out.from.days + 7};
    out.name = "week of " + format_date(out.from);
  } else if (watch.every == "month") {
    out.from = month_start;
    out.to = calendar::add_months(out.from, 1);
    out.name = text.substr(0, text.size() - 3);
  } else if (watch.every == "quarter") {
    out.from = calendar::add_months(month_start, -((month - 1) % 3));
    out.to = calendar::add_months(out.from, 3);
    out.name = fmt::format("{}-Q{}", year, (month - 1) / 3 + 1);
  } else {
    out.from = calendar::add_months(month_start, -(month - 1));
    out.to = calendar::add_months(out.from, 12);
    out.name = year;
  }
  return settle();
}

}  // namespace heng::watch
