// Conditions: Kleene's three values over the timeline (docs/language.md, "Three values").
#include <algorithm>

#include "calendar/backward.h"
#include "watch/evaluate.h"

namespace heng::watch {

void Notes::miss(Sym field) {
  if (field != 0 && std::find(missing.begin(), missing.end(), field) == missing.end()) missing.push_back(field);
}

View Evaluator::view_of(const Head& head, Key key, uint32_t rank, Notes* notes) const {
  View view;
  view.head = &head;
  view.key = key;
  view.self = rank;
  view.spoken = rank;
  view.limit = rank;
  view.at = scope_.act(rank).at();
  view.notes = notes;
  return view;
}

bool Evaluator::binds(const Head& head, Instant at) const {
  if (!head.from && !head.until) return true;
  const Date date = zone(&head).date_of(at);
  return (!head.from || *head.from <= date) && (!head.until || date <= *head.until);
}

// A match is unknown if nothing speaks against it and something is not known.
Tri Evaluator::match(const Pattern& pattern, uint32_t rank, const View& view) {
  const StoredAct& act = scope_.act(rank);
  if (!pattern.any_act && (act.type == kUnknownType ||
                           !std::binary_search(pattern.types.begin(), pattern.types.end(), act.type)))
    return Tri::no;
  Tri result = Tri::yes;
  if (pattern.key_field != 0 && view.key.subject != kNone) {
    const Datum* datum = scope_.field(rank, pattern.key_field);
    if (datum == nullptr) {
      if (view.notes != nullptr) view.notes->miss(pattern.key_field);
      result = Tri::unknown;
    } else if (datum->kind == Datum::Kind::list) {
      const auto list = scope_.history().list(*datum);
      if (std::find(list.begin(), list.end(), view.key.value) == list.end()) return Tri::no;
    } else if (datum->kind != Datum::Kind::symbol || static_cast<Sym>(datum->payload) != view.key.value) {
      return Tri::no;
    }
  } else {
    result = scope_.stands(rank, view.key);
    if (result == Tri::no) return Tri::no;
    if (result == Tri::unknown && view.notes != nullptr)
      view.notes->miss(plan_.subjects[static_cast<size_t>(view.key.subject)].name);
  }
  if (!pattern.roles.empty()) {
    bool found = false;
    for (const PartyRef& party : scope_.history().by(act))
      found = found || std::find(pattern.roles.begin(), pattern.roles.end(), party.role) != pattern.roles.end();
    if (!found) return Tri::no;
  }
  if (pattern.where.empty()) return result;
  View candidate = view;
  candidate.spoken = rank;
  return both(result, all_of(pattern.where, candidate));
}

Tri Evaluator::all_of(std::span<const Atom> atoms, const View& view) {
  Tri result = Tri::yes;
  for (const Atom& atom : atoms) {
    result = both(result, holds(atom, view));
    if (result == Tri::no) return result;
  }
  return result;
}

Tri Evaluator::holds(const Condition& condition, const View& view) {
  const Tri result = line_holds(condition, view);
  if (coverage != nullptr) coverage->emplace(&condition, static_cast<int>(result));
  return result;
}

Tri Evaluator::line_holds(const Condition& condition, const View& view) {
  if (!condition.only_if.empty()) {
    const Tri limited = all_of(condition.only_if, view);
    if (limited == Tri::no) return Tri::yes;  // where the `if` is false the line is kept
    if (limited == Tri::unknown) {
      const Tri inner = condition.join == law::Condition::Join::any ? Tri::no : all_of(condition.atoms, view);
      return inner == Tri::yes ? Tri::yes : Tri::unknown;
    }
  }
  if (condition.join != law::Condition::Join::any) return all_of(condition.atoms, view);
  Tri result = Tri::no;
  for (const Atom& atom : condition.atoms) {
    result = either(result, holds(atom, view));
    if (result == Tri::yes) return result;
  }
  return result;
}

Key Evaluator::key_for(const Head& head, Key key) const {
  return head.subject == kNone ? Key{} : Key{head.subject, head.subject == key.subject ? key.value : 0};
}

Tri Evaluator::state_holds(int32_t index, Key key, uint32_t limit, Instant at) {
  const State& state = plan_.states[static_cast<size_t>(index)];
  for (const StateSpan& span : spans(index, key_for(state, key))) {
    const bool begun = span.begin_rank == kNoRank ? span.begin <= at
                                                  : span.begin_rank < limit && span.begin <= at;
    if (!begun) continue;
    const bool ended = !span.open && (span.end_rank == kNoRank ? span.end <= at : span.end_rank < limit);
    if (!ended) return Tri::yes;
  }
  return Tri::no;
}

Tri Evaluator::count_holds(const law::Count& count, int64_t least, int64_t most) const {
  using K = law::Count::Kind;
  const int64_t n = count.numbers.empty() ? 0 : count.numbers[0];
  switch (count.kind) {
    case K::none: return least > 0 ? Tri::no : most == 0 ? Tri::yes : Tri::unknown;
    case K::at_least: return least >= n ? Tri::yes : most < n ? Tri::no : Tri::unknown;
    case K::at_most: return most <= n ? Tri::yes : least > n ? Tri::no : Tri::unknown;
    case K::exactly: {
      bool possible = false;
      for (const int64_t number : count.numbers) possible = possible || (least <= number && number <= most);
      if (!possible) return Tri::no;
      return least == most ? Tri::yes : Tri::unknown;
    }
    case K::odd: return least != most ? Tri::unknown : tri(least % 2 == 1);
  }
  return Tri::unknown;
}

Tri Evaluator::in_window(const Window& window, uint32_t candidate, const View& view) {
  const Instant then = scope_.act(candidate).at();
  const calendar::Zone& clock = zone(view.head);
  if (window.kind == law::Window::Kind::in_this) {
    const CivilDate a = civil_of(clock.date_of(then));
    const CivilDate b = civil_of(clock.date_of(view.at));
    if (a.year != b.year) return Tri::no;
    if (window.quarter) return tri((a.month - 1) / 3 == (b.month - 1) / 3);
    if (window.period == law::UnitBase::year) return Tri::yes;
    if (a.month != b.month) return Tri::no;
    return tri(window.period == law::UnitBase::month || a.day == b.day);
  }
  const Measured measured = measure(window.quantity, view);
  if (!measured.known) return Tri::unknown;
  const Period& period = plan_.periods[static_cast<size_t>(measured.period)];
  return tri(calendar::lies_before(clock, plan_.holidays, period.convention, then,
                                   window.kind == law::Window::Kind::within ? calendar::Distance::within
                                                                           : calendar::Distance::at_least,
                                   measured.amount, view.at)
                 .holds);
}

// Counts the matches before the judged act: how many are certain, how many possible.
Tri Evaluator::earlier(const Atom& atom, const View& view) {
  View past = view;
  if (atom.in_case) past.key = Key{};
  // In a `where`, the past is that of the candidate.
  const uint32_t limit = view.spoken != view.self && view.spoken != kNoRank ? std::min(view.limit, view.spoken) : view.limit;
  past.self = view.self;
  const bool wants_one = !atom.count || (atom.count->kind == law::Count::Kind::at_least && atom.count->numbers[0] == 1);
  Notes scratch;
  past.notes = &scratch;
  int64_t least = 0;
  int64_t most = 0;
  Tri open = Tri::yes;  // no `since` act after the candidate
  const auto look = [&](uint32_t rank) {
    Tri found = match(*atom.pattern, rank, past);
    if (found != Tri::no && atom.window) {
      const Tri inside = in_window(*atom.window, rank, past);
      // What lies before an act that is already out of reach is out of reach too.
      if (inside == Tri::no && atom.window->kind == law::Window::Kind::within) return false;
      found = both(found, inside);
    }
    if (found == Tri::yes && open == Tri::yes) {
      ++least;
      ++most;
      if (view.notes != nullptr) view.notes->witnesses.push_back(rank);
      if (wants_one) return false;
    } else if (found != Tri::no) {
      ++most;
    }
    return true;
  };
  if (!atom.since) {
    backward(*atom.pattern, limit, look);
  } else {
    for (uint32_t rank = limit; rank-- > 0 && open != Tri::no;) {
      if (!look(rank)) break;
      open = both(open, negate(match(*atom.since, rank, past)));
    }
  }
  if (wants_one && least > 0) return Tri::yes;
  law::Count one;
  one.kind = law::Count::Kind::at_least;
  one.numbers = {1};
  const Tri result = count_holds(atom.count ? *atom.count : one, least, most);
  if (result == Tri::unknown && view.notes != nullptr)
    for (const Sym field : scratch.missing) view.notes->miss(field);
  return result;
}

Tri Evaluator::count_in(const Atom& atom, const View& view) {
  const Factor* factor = atom.left.factors.size() == 1 ? &atom.left.factors[0] : nullptr;
  const auto wanted = [&](Sym name) {
    return atom.names.empty() || std::find(atom.names.begin(), atom.names.end(), name) != atom.names.end();
  };
  // The people who did the act, by the role written beside them.
  if (factor != nullptr && factor->kind == Factor::Kind::act_part && (factor->what == What::by || factor->what == What::on)) {
    const uint32_t rank = factor->ref == Ref::self      ? view.self
                          : factor->ref == Ref::alias ? view.aliases[static_cast<size_t>(factor->alias)]
                                                      : view.spoken;
    if (rank == kNoRank) return Tri::unknown;
    std::vector<Sym> counted;
    const StoredAct& act = scope_.act(rank);
    for (const PartyRef& party : factor->what == What::by ? scope_.history().by(act) : scope_.history().on(act))
      if (wanted(party.role) && std::find(counted.begin(), counted.end(), party.id) == counted.end())
        counted.push_back(party.id);
    const int64_t n = static_cast<int64_t>(counted.size());
    return count_holds(*atom.count, n, n);
  }
  const auto set = set_of(atom.left, view);
  if (!set) return Tri::unknown;
  std::vector<Sym> members = *set;
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  if (atom.names.empty()) {
    const int64_t n = static_cast<int64_t>(members.size());
    return count_holds(*atom.count, n, n);
  }
  // A field of people is counted by the role last stated for each id; a list of text by its codes.
  bool people = true;
  if (factor != nullptr && factor->kind == Factor::Kind::act_part && factor->what == What::field) {
    const auto type = plan_.field_types.find(factor->field);
    people = type != plan_.field_types.end() && type->second == law::Type::Kind::people;
  }
  int64_t least = 0;
  int64_t most = 0;
  const uint32_t as_of = view.self == kNoRank ? (view.limit == 0 ? 0 : view.limit - 1) : view.self;
  for (const Sym member : members) {
    if (!people) {
      least += wanted(member) ? 1 : 0;
      most += wanted(member) ? 1 : 0;
      continue;
    }
    const Sym role = scope_.size() == 0 ? 0 : scope_.role_of(member, as_of);
    if (role == 0) {
      ++most;
      if (view.notes != nullptr && factor != nullptr) view.notes->miss(factor->field);
    } else if (wanted(role)) {
      ++least;
      ++most;
    }
  }
  return count_holds(*atom.count, least, most);
}

std::optional<std::vector<Sym>> Evaluator::set_of(const Operand& operand, const View& view) {
  const Val set = value(operand, view);
  switch (set.kind) {
    case Val::Kind::list: return set.list;
    case Val::Kind::symbol: return std::vector<Sym>{set.symbol};
    case Val::Kind::blank: return std::vector<Sym>{};
    default: return std::nullopt;
  }
}

Tri Evaluator::disjoint_or_same(const Atom& atom, const View& view) {
  const auto a = set_of(atom.left, view);
  const auto b = set_of(atom.right, view);
  if (!a || !b) return Tri::unknown;
  if (atom.kind == law::Atom::Kind::disjoint) {
    for (const Sym member : *a)
      if (std::find(b->begin(), b->end(), member) != b->end()) return Tri::no;
    return Tri::yes;
  }
  const auto inside = [](const std::vector<Sym>& x, const std::vector<Sym>& y) {
    return std::all_of(x.begin(), x.end(), [&](Sym m) { return std::find(y.begin(), y.end(), m) != y.end(); });
  };
  return tri(inside(*a, *b) && inside(*b, *a));
}

Tri Evaluator::distance(const Atom& atom, const View& view) {
  const Val a = value(atom.left, view);
  const Val b = value(atom.right, view);
  if (a.kind == Val::Kind::blank || b.kind == Val::Kind::blank) return Tri::no;
  const auto from = instant_of(a, view);
  const auto to = instant_of(b, view);
  if (!from || !to) return Tri::unknown;
  const Measured measured = measure(atom.quantity, view);
  if (!measured.known) return Tri::unknown;
  const calendar::Convention& convention = plan_.periods[static_cast<size_t>(measured.period)].convention;
  const auto kind = static_cast<calendar::Distance>(atom.distance);
  const calendar::Zone& clock = zone(view.head);
  if (!atom.after)
    return tri(calendar::lies_before(clock, plan_.holidays, convention, *from, kind, measured.amount, *to).holds);
  const bool roll = rolls(measured.period, view.key, *to, Horizon{view.limit, view.at});
  return tri(calendar::lies_after(clock, plan_.holidays, convention, *from, kind, measured.amount, *to, roll).holds);
}

// The field an operand is and nothing more; nullptr if it is something else, or not given.
const Datum* Evaluator::plain_field(const Operand& operand, const View& view) const {
  if (operand.factors.size() != 1) return nullptr;
  const Factor& factor = operand.factors[0];
  if (factor.kind != Factor::Kind::act_part || factor.what != What::field || factor.ref == Ref::alias) return nullptr;
  const uint32_t rank = factor.ref == Ref::self ? view.self : view.spoken;
  return rank == kNoRank ? nullptr : scope_.field(rank, factor.field);
}

// The most frequent comparisons without making values of their sides: a field with a code, or with yes or no. Says
// what compare() would; nothing if the sides are of other kinds.
std::optional<bool> Evaluator::plainly_equal(const Datum& datum, const Factor& factor) {
  if (factor.kind == Factor::Kind::symbol && factor.symbol != 0 && datum.kind == Datum::Kind::symbol)
    return static_cast<Sym>(datum.payload) == factor.symbol;
  if (factor.kind == Factor::Kind::yes_no && datum.kind == Datum::Kind::yes_no) return (datum.payload != 0) == factor.yes;
  return std::nullopt;
}

Tri Evaluator::holds(const Atom& atom, const View& view) {
  using K = law::Atom::Kind;
  switch (atom.kind) {
    case K::earlier: return earlier(atom, view);
    case K::count_in: return count_in(atom, view);
    case K::document: {
      if (view.spoken == kNoRank) return Tri::unknown;
      const auto documents = scope_.history().documents(scope_.act(view.spoken));
      const bool there = std::any_of(documents.begin(), documents.end(),
                                     [&](const PartyRef& document) { return document.id == atom.names.at(0); });
      return tri(there != atom.negated);
    }
    case K::named: {
      Tri result = Tri::unknown;
      if (atom.is_fact) {
        const Fact& fact = plan_.facts[static_cast<size_t>(atom.index)];
        View inside = view;
        inside.key = fact.subject == kNone ? Key{} : key_for(fact, view.key);
        inside.aliases = {};
        result = Tri::yes;
        for (const Condition& condition : fact.when) result = both(result, holds(condition, inside));
      } else {
        result = state_holds(atom.index, view.key, view.limit, view.at);
      }
      return atom.negated ? negate(result) : result;
    }
    case K::compare: {
      using C = law::Atom::Compare;
      if ((atom.compare == C::eq || atom.compare == C::ne) && atom.right.factors.size() == 1)
        if (const Datum* datum = plain_field(atom.left, view))
          if (const auto equal = plainly_equal(*datum, atom.right.factors[0])) return tri(*equal == (atom.compare == C::eq));
      return compare(value(atom.left, view), atom.compare, value(atom.right, view), view);
    }
    case K::in: {
      if (const Datum* datum = plain_field(atom.left, view); datum != nullptr && !atom.values.empty()) {
        bool plain = true;
        for (size_t i = 0; plain && i < atom.values.size(); ++i) {
          const auto equal = plainly_equal(*datum, atom.values[i]);
          plain = equal.has_value();
          if (plain && *equal) return tri(!atom.negated);
        }
        if (plain) return tri(atom.negated);
      }
      const Val left = value(atom.left, view);
      if (left.kind == Val::Kind::unknown) return Tri::unknown;
      if (left.kind == Val::Kind::blank) return tri(atom.negated);
      Tri result = Tri::no;
      if (!atom.values.empty()) {
        for (const Factor& candidate : atom.values)
          result = either(result, compare(left, law::Atom::Compare::eq, value(candidate, view), view));
      } else {
        const Val right = value(atom.right, view);
        if (right.kind == Val::Kind::unknown) return Tri::unknown;
        if (right.kind == Val::Kind::list) {
          Val item;
          item.kind = Val::Kind::symbol;
          for (const Sym member : right.list) {
            item.symbol = member;
            result = either(result, compare(left, law::Atom::Compare::eq, item, view));
          }
        } else {
          result = compare(left, law::Atom::Compare::eq, right, view);
        }
      }
      return atom.negated ? negate(result) : result;
    }
    case K::is_given: {
      if (const Datum* datum = plain_field(atom.left, view)) return tri(datum->kind != Datum::Kind::blank);
      const Val left = value(atom.left, view);
      return left.kind == Val::Kind::unknown ? Tri::unknown : tri(left.kind != Val::Kind::blank);
    }
    case K::is_blank: {
      const Val left = value(atom.left, view);
      return left.kind == Val::Kind::unknown ? Tri::unknown : tri(left.kind == Val::Kind::blank);
    }
    case K::among: {
      const Val left = value(atom.left, view);
      if (left.kind == Val::Kind::unknown) return Tri::unknown;
      if (left.kind == Val::Kind::blank) return tri(atom.negated);
      const auto set = set_of(atom.right, view);
      if (!set) return Tri::unknown;
      const auto inside = [&](Sym member) { return std::find(set->begin(), set->end(), member) != set->end(); };
      std::vector<Sym> members = left.list;
      if (left.kind == Val::Kind::symbol) members = {left.symbol};
      if (left.kind == Val::Kind::number) members = {plan_.symbols.find(left.number.text())};
      if (atom.all) return tri(std::all_of(members.begin(), members.end(), inside));
      return tri(std::any_of(members.begin(), members.end(), inside) != atom.negated);
    }
    case K::disjoint:
    case K::same_as: return disjoint_or_same(atom, view);
    case K::covers:
    case K::overlaps: {
      const auto a = span(atom.left, view);
      const auto b = span(atom.right, view);
      if (!a || !b) return Tri::unknown;
      if (atom.kind == K::overlaps) return tri(a->from < b->to && b->from < a->to);
      if (b->from < a->from || a->to < b->to) return Tri::no;
      for (const auto& [from, to] : a->gaps)
        if (from < b->to && b->from < to) return Tri::no;
      return a->gaps_known ? Tri::yes : Tri::unknown;
    }
    case K::distance: return distance(atom, view);
    case K::order: {
      const Val a = value(atom.left, view);
      const Val b = value(atom.right, view);
      if (a.kind == Val::Kind::blank || b.kind == Val::Kind::blank) return Tri::no;
      if (a.kind == Val::Kind::unknown || b.kind == Val::Kind::unknown) return Tri::unknown;
      // A day as a bound is the whole day: before it is not on it, after it is not on it.
      if (a.kind == Val::Kind::date || b.kind == Val::Kind::date) {
        const calendar::Zone& clock = zone(view.head);
        const auto day = [&](const Val& v) -> std::optional<Date> {
          if (v.kind == Val::Kind::date) return v.date;
          if (v.kind == Val::Kind::instant) return clock.date_of(v.instant);
          return std::nullopt;
        };
        const auto x = day(a);
        const auto y = day(b);
        if (!x || !y) return Tri::unknown;
        // `before end of C`: in C's time, its last day included; `after`: not in it.
        const bool bound_is_end = atom.right.factors.size() == 1 && atom.right.factors[0].kind == Factor::Kind::end_of;
        if (bound_is_end) return tri(atom.after ? *x > *y : *x <= *y);
        return tri(atom.after ? *x > *y : *x < *y);
      }
      const auto x = instant_of(a, view);
      const auto y = instant_of(b, view);
      if (!x || !y) return Tri::unknown;
      const bool bound_is_end = atom.right.factors.size() == 1 && atom.right.factors[0].kind == Factor::Kind::end_of;
      if (bound_is_end) return tri(atom.after ? *x > *y : *x <= *y);
      return tri(atom.after ? *x > *y : *x < *y);
    }
  }
  return Tri::unknown;
}

}  // namespace heng::watch
