// Values: fields, tables, settings, sums and the comparison of them.
#include <fmt/format.h>

#include <algorithm>

#include "watch/evaluate.h"

namespace heng::watch {
namespace {

Val of_number(Decimal number) {
  Val out;
  out.kind = Val::Kind::number;
  out.number = number;
  return out;
}

Val blank() {
  Val out;
  out.kind = Val::Kind::blank;
  return out;
}

Val of_symbol(Sym symbol) {
  Val out;
  out.kind = symbol == 0 ? Val::Kind::blank : Val::Kind::symbol;
  out.symbol = symbol;
  return out;
}

Val of_instant(Instant instant) {
  Val out;
  out.kind = Val::Kind::instant;
  out.instant = instant;
  return out;
}

Val of_date(Date date) {
  Val out;
  out.kind = Val::Kind::date;
  out.date = date;
  return out;
}

Val of_list(std::vector<Sym> list) {
  Val out;
  out.kind = Val::Kind::list;
  out.list = std::move(list);
  return out;
}

Val of_datum(const History& history, const Datum& datum) {
  Val out;
  switch (datum.kind) {
    case Datum::Kind::blank:
      return blank();
    case Datum::Kind::number:
      return of_number(Decimal{datum.payload, datum.scale});
    case Datum::Kind::symbol:
      return of_symbol(static_cast<Sym>(datum.payload));
    case Datum::Kind::yes_no:
      out.kind = Val::Kind::yes_no;
      out.yes = datum.payload != 0;
      return out;
    case Datum::Kind::date:
      return of_date(Date{static_cast<int32_t>(datum.payload)});
    case Datum::Kind::instant:
      return of_instant(Instant{datum.payload});
    case Datum::Kind::minutes:
      out.kind = Val::Kind::minutes;
      out.minutes = static_cast<int32_t>(datum.payload);
      return out;
    case Datum::Kind::list: {
      const auto list = history.list(datum);
      return of_list({list.begin(), list.end()});
    }
  }
  return out;
}

bool means_yes(std::string_view text) { return text == "yes" || text == "true"; }
bool means_no(std::string_view text) { return text == "no" || text == "false"; }

std::optional<calendar::Amount> amount_of(calendar::Base base, Decimal number) {
  calendar::Amount out;
  int64_t whole = number.mantissa;
  bool half = false;
  if (!number.is_whole()) {  // half a month is fifteen days (CPLI 202); other fractions have no meaning
    if (number.scale != 1 || number.mantissa % 10 != 5 || number.mantissa < 0 ||
        (base != calendar::Base::month && base != calendar::Base::year))
      return std::nullopt;
    whole = number.mantissa / 10;
    half = true;
  }
  constexpr int64_t kMost = 1'000'000;
  if (whole > kMost || whole < -kMost) return std::nullopt;
  switch (base) {
    case calendar::Base::hour:
      out.hours = whole;
      break;
    case calendar::Base::day:
      out.days = whole;
      break;
    case calendar::Base::month:
      out.months = whole;
      out.days = half ? 15 : 0;
      break;
    case calendar::Base::year:
      out.months = whole * 12 + (half ? 6 : 0);
      break;
  }
  return out;
}

}  // namespace

Val Evaluator::value(const Factor& factor, const View& view) {
  using K = Factor::Kind;
  const auto missing = [&](Sym field) {
    if (view.notes != nullptr) view.notes->miss(field);
    return Val{};
  };
  switch (factor.kind) {
    case K::number: {
      Val out = of_number(factor.number);
      if (factor.period != kNone) {
        out.kind = Val::Kind::quantity;
        out.period = factor.period;
      }
      return out;
    }
    case K::symbol:
      return of_symbol(factor.symbol);
    case K::date:
      return of_date(factor.date);
    case K::clock: {
      Val out;
      out.kind = Val::Kind::minutes;
      out.minutes = factor.minutes;
      return out;
    }
    case K::yes_no: {
      Val out;
      out.kind = Val::Kind::yes_no;
      out.yes = factor.yes;
      return out;
    }
    case K::key:
      return of_symbol(view.key.value);
    case K::setting: {
      const Measured measured = measure(plan_.settings[static_cast<size_t>(factor.index)].quantity, view);
      if (!measured.known) return Val{};
      Val out = of_number(measured.number);
      if (measured.period != kNone) {
        out.kind = Val::Kind::quantity;
        out.period = measured.period;
      }
      return out;
    }
    case K::act_part: {
      const uint32_t rank = factor.ref == Ref::self    ? view.self
                            : factor.ref == Ref::alias ? view.aliases[static_cast<size_t>(factor.alias)]
                                                       : view.spoken;
      // A subject's name, for the declaration's own key, is the key.
      if (factor.what == What::subject && factor.index == view.key.subject && view.key.value != 0 &&
          (rank == view.self || rank == kNoRank) && factor.ref != Ref::alias)
        return of_symbol(view.key.value);
      if (rank == kNoRank) return missing(factor.field);
      const StoredAct& act = scope_.act(rank);
      switch (factor.what) {
        case What::act:
        case What::at:
          return of_instant(act.at());
        case What::entered:
          return of_instant(scope_.entered(rank));
        case What::agency:
          return of_symbol(act.agency);
        case What::agency_kind: {
          const Sym kind = scope_.history().agency_kind(act);
          return of_symbol(kind == 0 ? act.agency : kind);
        }
        case What::case_id:
          return of_symbol(act.case_id);
        case What::by:
        case What::on: {
          std::vector<Sym> ids;
          for (const PartyRef& party :
               factor.what == What::by ? scope_.history().by(act) : scope_.history().on(act))
            if (factor.field == 0 || party.role == factor.field) ids.push_back(party.id);
          return of_list(std::move(ids));
        }
        case What::subject: {
          const std::span<const Sym> values = scope_.carried(rank, factor.index);
          if (values.empty()) {
            // The field of the same name may say more (`person` in data where the type does not list it).
            if (const Datum* datum = scope_.field(rank, factor.field))
              return of_datum(scope_.history(), *datum);
            return missing(factor.field);
          }
          if (values.size() == 1) return of_symbol(values[0]);
          return of_list({values.begin(), values.end()});
        }
        case What::span:
          return Val{};
        case What::field: {
          const Datum* datum = scope_.field(rank, factor.field);
          if (datum == nullptr) return missing(factor.field);
          return of_datum(scope_.history(), *datum);
        }
      }
      return Val{};
    }
    case K::age: {  // full years to the judged act's date
      const Val born = value(factor.arguments.at(0), view);
      if (born.kind == Val::Kind::blank) return blank();
      const calendar::Zone& clock = zone(view.head);
      Date date;
      if (born.kind == Val::Kind::date)
        date = born.date;
      else if (born.kind == Val::Kind::instant)
        date = clock.date_of(born.instant);
      else
        return Val{};
      const CivilDate from = civil_of(date);
      const CivilDate to = civil_of(clock.date_of(view.at));
      int64_t years = to.year - from.year;
      if (std::pair(to.month, to.day) < std::pair(from.month, from.day)) --years;
      return of_number(Decimal::of(years));
    }
    case K::table: {
      const Table& table = plan_.tables[static_cast<size_t>(factor.index)];
      std::vector<Val> inputs;
      for (const Operand& argument : factor.arguments) inputs.push_back(value(argument, view));
      using C = law::Cell::Kind;
      const auto fits = [&](const Table::Cell& cell, const Val& input) {
        if (cell.kind == C::any) return Tri::yes;
        const auto against = [&](law::Atom::Compare op, const Factor& bound) {
          return compare(input, op, value(bound, view), view);
        };
        switch (cell.kind) {
          case C::under:
            return against(law::Atom::Compare::lt, cell.values.at(0));
          case C::between:
            return both(against(law::Atom::Compare::ge, cell.values.at(0)),
                        against(law::Atom::Compare::le, cell.values.at(1)));
          case C::or_more:
          case C::or_later:
            return against(law::Atom::Compare::ge, cell.values.at(0));
          case C::before:
            return against(law::Atom::Compare::lt, cell.values.at(0));
          default:
            break;
        }
        Tri result = Tri::no;
        for (const Factor& candidate : cell.values)
          result = either(result, against(law::Atom::Compare::eq, candidate));
        return result;
      };
      for (const Table::Row& row : table.rows) {
        Tri fit = Tri::yes;
        for (size_t i = 0; i < row.in.size() && i < inputs.size(); ++i)
          fit = both(fit, fits(row.in[i], inputs[i]));
        if (fit == Tri::no) continue;
        if (fit == Tri::unknown) return Val{};
        const Table::Cell& cell = row.out.at(static_cast<size_t>(factor.column));
        if (cell.quantity) {
          const Measured measured = measure(*cell.quantity, view);
          if (!measured.known) return Val{};
          Val out = of_number(measured.number);
          out.kind = measured.period == kNone ? Val::Kind::number : Val::Kind::quantity;
          out.period = measured.period;
          return out;
        }
        if (cell.values.size() == 1) return value(cell.values[0], view);
        std::vector<Sym> list;
        for (const Factor& item : cell.values) {
          const Val one = value(item, view);
          list.push_back(one.kind == Val::Kind::number ? plan_.symbols.find(one.number.text()) : one.symbol);
        }
        return of_list(std::move(list));
      }
      return Val{};
    }
    case K::end_of: {
      const auto& group = plan_.groups[static_cast<size_t>(factor.index)];
      const Instance* last = nullptr;
      std::vector<std::vector<Instance>> keep;
      for (const int32_t clock : group) {
        const Key key = key_for(plan_.clocks[static_cast<size_t>(clock)], view.key);
        keep.push_back(instances_at(clock, key, Horizon{view.limit, view.at}));
        for (const Instance& instance : keep.back()) {
          if (instance.voided || instance.no_sum) continue;
          if (instance.start_rank != kNoRank && instance.start_rank >= view.limit) continue;
          if (last == nullptr || last->start <= instance.start) last = &instance;
        }
      }
      if (last == nullptr || last->last().open) return Val{};
      if (view.notes != nullptr && last->start_rank != kNoRank)
        view.notes->witnesses.push_back(last->start_rank);
      return last->last().sum.dated ? of_date(last->last().sum.last_day) : of_instant(last->last().sum.end);
    }
    case K::latest: {
      const uint32_t from = view.self == kNoRank ? view.limit : std::min(scope_.size(), view.self + 1);
      for (uint32_t rank = from; rank-- > 0;) {
        if (scope_.stands(rank, view.key) != Tri::yes) continue;
        if (const Datum* datum = scope_.history().find(scope_.act(rank), factor.field)) {
          if (view.notes != nullptr && rank != view.self) view.notes->witnesses.push_back(rank);
          return of_datum(scope_.history(), *datum);
        }
      }
      return missing(factor.field);
    }
    case K::acting_as: {  // in the past and in the judged act itself: a role is written beside the person
      std::vector<Sym> ids;
      for (uint32_t rank = 0; rank < scope_.size() && (rank < view.limit || rank == view.self); ++rank) {
        if (scope_.stands(rank, view.key) == Tri::no) continue;
        for (const PartyRef& party : scope_.history().by(scope_.act(rank)))
          if (std::find(factor.roles.begin(), factor.roles.end(), party.role) != factor.roles.end() &&
              std::find(ids.begin(), ids.end(), party.id) == ids.end())
            ids.push_back(party.id);
      }
      return of_list(std::move(ids));
    }
    case K::who_did: {
      std::vector<Sym> ids;
      for (uint32_t rank = 0; rank < view.limit; ++rank) {
        if (scope_.stands(rank, view.key) == Tri::no) continue;
        const StoredAct& act = scope_.act(rank);
        if (std::find(factor.types.begin(), factor.types.end(), act.type) == factor.types.end()) continue;
        for (const PartyRef& party : scope_.history().by(act))
          if (std::find(ids.begin(), ids.end(), party.id) == ids.end()) ids.push_back(party.id);
      }
      return of_list(std::move(ids));
    }
    case K::total_of: {
      Decimal total;
      for (uint32_t rank = 0; rank < view.limit; ++rank) {
        if (scope_.stands(rank, view.key) == Tri::no) continue;
        const StoredAct& act = scope_.act(rank);
        if (std::find(factor.types.begin(), factor.types.end(), act.type) == factor.types.end()) continue;
        const Datum* datum = scope_.field(rank, factor.field);
        if (datum == nullptr) return missing(factor.field);
        if (datum->kind != Datum::Kind::number) continue;
        const auto sum = add(total, Decimal{datum->payload, datum->scale});
        if (!sum) return Val{};
        total = *sum;
      }
      return of_number(total);
    }
  }
  return Val{};
}

Val Evaluator::value(const Operand& operand, const View& view) {
  Val out = value(operand.factors.at(0), view);
  for (size_t i = 1; i < operand.factors.size(); ++i) {
    const Val next = value(operand.factors[i], view);
    const char op = operand.operators.at(i - 1);
    if (out.kind == Val::Kind::unknown || next.kind == Val::Kind::unknown) return Val{};
    if (out.kind == Val::Kind::blank || next.kind == Val::Kind::blank) return blank();
    const bool date = out.kind == Val::Kind::date || out.kind == Val::Kind::instant;
    if (date && op != '*' && (next.kind == Val::Kind::quantity || next.kind == Val::Kind::number)) {
      const calendar::Base base = next.kind == Val::Kind::quantity
                                      ? plan_.periods[static_cast<size_t>(next.period)].convention.counts
                                      : calendar::Base::day;
      auto amount = amount_of(base, next.number);
      if (!amount) return Val{};
      const int64_t sign = op == '-' ? -1 : 1;
      if (out.kind == Val::Kind::instant && base == calendar::Base::hour) {
        out.instant.us += sign * amount->hours * kHour;
      } else {
        const calendar::Zone& clock = zone(view.head);
        Date day = out.kind == Val::Kind::date ? out.date : clock.date_of(out.instant);
        const int64_t time = out.kind == Val::Kind::date ? 0 : clock.local_of(out.instant) - day.days * kDay;
        const Date moved =
            calendar::add_days(calendar::add_months(day, sign * amount->months), sign * amount->days);
        if (out.kind == Val::Kind::date)
          out.date = moved;
        else
          out.instant = clock.instant_of_local(moved.days * kDay + time);
      }
      continue;
    }
    if (out.kind == Val::Kind::date && next.kind == Val::Kind::date && op == '-') {
      out = of_number(Decimal::of(out.date.days - next.date.days));
      continue;
    }
    if (out.kind == Val::Kind::instant && next.kind == Val::Kind::instant && op == '-') {
      const calendar::Zone& clock = zone(view.head);
      out = of_number(Decimal::of(clock.date_of(out.instant).days - clock.date_of(next.instant).days));
      continue;
    }
    const bool numbers = (out.kind == Val::Kind::number || out.kind == Val::Kind::quantity) &&
                         (next.kind == Val::Kind::number || next.kind == Val::Kind::quantity);
    if (!numbers) return Val{};
    const auto result = op == '+'   ? add(out.number, next.number)
                        : op == '-' ? subtract(out.number, next.number)
                                    : multiply(out.number, next.number);
    if (!result) return Val{};
    out.number = *result;
    if (next.kind == Val::Kind::quantity) {
      out.kind = Val::Kind::quantity;
      out.period = next.period;
    }
  }
  return out;
}

Tri Evaluator::compare(const Val& a, law::Atom::Compare op, const Val& b, const View& view) const {
  using C = law::Atom::Compare;
  using K = Val::Kind;
  if (a.kind == K::unknown || b.kind == K::unknown) return Tri::unknown;
  if (a.kind == K::blank || b.kind == K::blank) return tri(op == C::ne);
  if (a.kind == K::list || b.kind == K::list) {
    const Val& list = a.kind == K::list ? a : b;
    const Val& one = a.kind == K::list ? b : a;
    bool equal = false;
    if (one.kind == K::list) {
      std::vector<Sym> x = list.list;
      std::vector<Sym> y = one.list;
      std::sort(x.begin(), x.end());
      std::sort(y.begin(), y.end());
      equal = x == y;
    } else {
      const Sym symbol = one.kind == K::number ? plan_.symbols.find(one.number.text()) : one.symbol;
      equal = std::find(list.list.begin(), list.list.end(), symbol) != list.list.end();
    }
    if (op == C::eq) return tri(equal);
    if (op == C::ne) return tri(!equal);
    return Tri::unknown;
  }
  std::optional<std::strong_ordering> order;
  const auto as_number = [&](const Val& v) -> std::optional<Decimal> {
    if (v.kind == K::number || v.kind == K::quantity) return v.number;
    if (v.kind == K::symbol) return Decimal::parse(plan_.symbols.text(v.symbol));
    return std::nullopt;
  };
  const calendar::Zone& clock = zone(view.head);
  if ((a.kind == K::number || a.kind == K::quantity) || (b.kind == K::number || b.kind == K::quantity)) {
    const auto x = as_number(a);
    const auto y = as_number(b);
    if (x && y) order = *x <=> *y;
  } else if (a.kind == K::symbol && b.kind == K::symbol) {
    if (op == C::eq || op == C::ne) {
      if (a.symbol == b.symbol) order = std::strong_ordering::equal;
    } else {
      const auto x = plan_.level_of(a.symbol);
      const auto y = plan_.level_of(b.symbol);
      if (!x || !y) return Tri::unknown;
      order = *x <=> *y;
    }
  } else if (a.kind == K::yes_no || b.kind == K::yes_no) {
    const auto as_bool = [&](const Val& v) -> std::optional<bool> {
      if (v.kind == K::yes_no) return v.yes;
      if (v.kind == K::symbol && means_yes(plan_.symbols.text(v.symbol))) return true;
      if (v.kind == K::symbol && means_no(plan_.symbols.text(v.symbol))) return false;
      return std::nullopt;
    };
    const auto x = as_bool(a);
    const auto y = as_bool(b);
    if (x && y) order = static_cast<int>(*x) <=> static_cast<int>(*y);
  } else if (a.kind == K::minutes || b.kind == K::minutes) {
    const auto as_minutes = [&](const Val& v) -> std::optional<int64_t> {
      if (v.kind == K::minutes) return v.minutes;
      if (v.kind == K::instant)
        return (clock.local_of(v.instant) - clock.date_of(v.instant).days * kDay) / kMinute;
      return std::nullopt;
    };
    const auto x = as_minutes(a);
    const auto y = as_minutes(b);
    if (x && y) order = *x <=> *y;
  } else if (a.kind == K::date || b.kind == K::date) {
    const auto as_date = [&](const Val& v) -> std::optional<Date> {
      if (v.kind == K::date) return v.date;
      if (v.kind == K::instant) return clock.date_of(v.instant);
      return std::nullopt;
    };
    const auto x = as_date(a);
    const auto y = as_date(b);
    if (x && y) order = x->days <=> y->days;
  } else if (a.kind == K::instant && b.kind == K::instant) {
    order = a.instant.us <=> b.instant.us;
  }
  if (!order) {
    if (op == C::eq) return Tri::no;
    if (op == C::ne) return Tri::yes;
    return Tri::unknown;
  }
  switch (op) {
    case C::eq:
      return tri(*order == 0);
    case C::ne:
      return tri(*order != 0);
    case C::lt:
      return tri(*order < 0);
    case C::le:
      return tri(*order <= 0);
    case C::gt:
      return tri(*order > 0);
    case C::ge:
      return tri(*order >= 0);
  }
  return Tri::unknown;
}

Measured Evaluator::measure(const Quantity& quantity, const View& view) {
  Measured out;
  out.period = quantity.period;
  if (quantity.number) {
    out.number = *quantity.number;
  } else if (quantity.operand) {
    const Val measured = value(*quantity.operand, view);
    if (measured.kind != Val::Kind::number && measured.kind != Val::Kind::quantity) {
      if (measured.kind != Val::Kind::symbol) return out;
      const auto number = Decimal::parse(plan_.symbols.text(measured.symbol));
      if (!number) return out;
      out.number = *number;
    } else {
      out.number = measured.number;
    }
    if (out.period == kNone) out.period = measured.period;
  }
  const calendar::Base base = out.period == kNone
                                  ? calendar::Base::day
                                  : plan_.periods[static_cast<size_t>(out.period)].convention.counts;
  const auto amount = amount_of(base, out.number);
  if (!amount) return out;
  out.amount = *amount;
  if (quantity.plus) {
    const auto more =
        amount_of(plan_.periods[static_cast<size_t>(quantity.plus_period)].convention.counts, *quantity.plus);
    if (!more) return out;
    out.amount.months += more->months;
    out.amount.days += more->days;
    out.amount.hours += more->hours;
  }
  out.known = true;
  return out;
}

std::optional<Instant> Evaluator::instant_of(const Val& value, const View& view) const {
  if (value.kind == Val::Kind::instant) return value.instant;
  if (value.kind == Val::Kind::date) return zone(view.head).start_of(value.date);
  return std::nullopt;
}

std::optional<Evaluator::SpanValue> Evaluator::span(const Operand& operand, const View& view) {
  if (operand.factors.size() != 1 || operand.factors[0].kind != Factor::Kind::act_part) return std::nullopt;
  const Factor& factor = operand.factors[0];
  const uint32_t rank = factor.ref == Ref::self    ? view.self
                        : factor.ref == Ref::alias ? view.aliases[static_cast<size_t>(factor.alias)]
                                                   : view.spoken;
  if (rank == kNoRank) return std::nullopt;
  const StoredAct& act = scope_.act(rank);
  if (act.type == kUnknownType) return std::nullopt;
  const auto& spans = plan_.acts[act.type].spans;
  const auto declared = spans.find(factor.field);
  if (declared == spans.end()) {
    if (view.notes != nullptr) view.notes->miss(factor.field);
    return std::nullopt;
  }
  const calendar::Zone& clock = zone(view.head);
  const int64_t midnight = int64_t{clock.date_of(act.at()).days} * kDay;
  const auto moment = [&](Sym field) -> std::optional<Instant> {
    const Datum* datum = scope_.field(rank, field);
    if (datum == nullptr) {
      if (view.notes != nullptr) view.notes->miss(field);
      return std::nullopt;
    }
    if (datum->kind == Datum::Kind::minutes)
      return clock.instant_of_local(midnight + datum->payload * kMinute);
    if (datum->kind == Datum::Kind::instant) return Instant{datum->payload};
    return std::nullopt;
  };
  const auto from = moment(declared->second.from);
  const auto to = moment(declared->second.to);
  if (!from || !to) return std::nullopt;
  SpanValue out{*from, *to, {}, true};
  if (out.to < out.from) out.to.us += kDay;  // an end before its start lies on the next day
  if (declared->second.less != 0) {
    const Datum* gaps = scope_.field(rank, declared->second.less);
    if (gaps == nullptr) {
      out.gaps_known = false;
      if (view.notes != nullptr) view.notes->miss(declared->second.less);
    } else if (gaps->kind == Datum::Kind::list) {
      for (const Sym gap : scope_.history().list(*gaps)) {
        // "10:05-10:12"; a gap that is not written so still is one: it takes the whole span.
        const std::string_view text = plan_.symbols.text(gap);
        int h1 = 0, m1 = 0, h2 = 0, m2 = 0;
        if (std::sscanf(std::string(text).c_str(), "%d:%d%*[^0-9]%d:%d", &h1, &m1, &h2, &m2) == 4) {
          Instant a = clock.instant_of_local(midnight + (h1 * 60 + m1) * kMinute);
          Instant b = clock.instant_of_local(midnight + (h2 * 60 + m2) * kMinute);
          if (a < out.from) a.us += kDay;
          if (b < a) b.us += kDay;
          out.gaps.emplace_back(a, b);
        } else {
          out.gaps.emplace_back(out.from, out.to);
        }
      }
    }
  }
  return out;
}

std::string Evaluator::text_of(const Val& value, const View& view) const {
  switch (value.kind) {
    case Val::Kind::unknown:
      return "?";
    case Val::Kind::blank:
      return "blank";
    case Val::Kind::number:
      return value.number.text();
    case Val::Kind::quantity:
      return value.number.text() + " " + plan_.periods[static_cast<size_t>(value.period)].name;
    case Val::Kind::symbol:
      return plan_.symbols.string(value.symbol);
    case Val::Kind::yes_no:
      return value.yes ? "yes" : "no";
    case Val::Kind::date:
      return format_date(value.date);
    case Val::Kind::instant:
      return format_rfc3339(zone(view.head).at(value.instant));
    case Val::Kind::minutes:
      return fmt::format("{:02}:{:02}", value.minutes / 60, value.minutes % 60);
    case Val::Kind::list: {
      std::string out = "(";
      for (const Sym item : value.list) out += (out.size() > 1 ? ", " : "") + plan_.symbols.string(item);
      return out + ")";
    }
  }
  return "?";
}

Text Evaluator::words_of(const Val& found, const Operand& operand, const View& view) const {
  const std::string text = text_of(found, view);
  if (found.kind == Val::Kind::yes_no) return {found.yes ? "是" : "否", text};
  if (found.kind == Val::Kind::blank) return {"空", text};
  if (found.kind == Val::Kind::quantity)
    return {found.number.text() + " " + plan_.periods[static_cast<size_t>(found.period)].label.zh, text};
  if (operand.factors.size() != 1 || (found.kind != Val::Kind::symbol && found.kind != Val::Kind::list)) return {text, text};
  const Factor& factor = operand.factors.front();
  const uint32_t rank = factor.ref == Ref::alias  ? view.aliases[static_cast<size_t>(factor.alias)]
                        : factor.ref == Ref::self ? view.self
                                                  : view.spoken;
  const uint16_t type = rank == kNoRank ? kUnknownType : scope_.act(rank).type;
  const auto one = [&](Sym value) { return plan_.value_label(type, factor.field, value); };
  if (found.kind == Val::Kind::symbol) return one(found.symbol);
  Text out{"（", "("};
  for (size_t i = 0; i < found.list.size(); ++i) {
    const Text item = one(found.list[i]);
    out.zh += (i == 0 ? "" : "、") + item.zh;
    out.en += (i == 0 ? "" : ", ") + item.en;
  }
  return {out.zh + "）", out.en + ")"};
}

std::vector<Text> Evaluator::read_values(const Atom& atom, const View& view) {
  View quiet = view;
  quiet.notes = nullptr;
  std::vector<Text> out;
  const auto read = [&](const Operand& operand) {
    if (operand.factors.empty()) return;
    bool reads = false;
    for (const Factor& factor : operand.factors)
      reads = reads || (factor.kind != Factor::Kind::number && factor.kind != Factor::Kind::symbol &&
                        factor.kind != Factor::Kind::yes_no && factor.kind != Factor::Kind::date);
    if (!reads) return;
    const Val found = value(operand, quiet);
    if (found.kind == Val::Kind::unknown) return;
    const Text said = words_of(found, operand, quiet);
    out.push_back({operand.words.zh + " = " + said.zh, operand.words.en + " = " + said.en});
  };
  read(atom.left);
  read(atom.right);
  return out;
}

}  // namespace heng::watch
