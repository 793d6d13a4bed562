// The engine never differs from the oracle: random histories over the real packs, fed one act at a time with ticks in
// between, shuffled, doubled, restarted from snapshots, corrected and annulled; and the oracle's own laws. The seed is
// printed on failure; HENG_PROPERTY_SECONDS says how long to look (default: a few seconds), HENG_PROPERTY_SEED where to
// begin.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <set>

#include "act/json.h"
#include "law/load.h"
#include "watch/compile.h"
#include "watch/engine.h"
#include "watch/gate.h"
#include "watch/oracle.h"
#include "watch/plan_shape.h"

namespace heng::watch {
namespace {

using Random = std::mt19937_64;

law::PackSet load(const std::vector<std::string>& names) {
  law::Diagnostics diagnostics;
  law::PackSet set = law::load_packs(names, {std::string(HENG_SOURCE_DIR) + "/packs"}, diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << law::render(diagnostics, set.sources, {});
  return set;
}

size_t pick(Random& random, size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); }
bool chance(Random& random, int percent) { return static_cast<int>(pick(random, 100)) < percent; }

// Codes that the pack's own lines speak of, so that conditions are met now and then.
std::vector<std::string> codes_of(const Plan& plan) {
  std::vector<std::string> out{"yes", "no"};
  const auto atoms = [&](const std::vector<Atom>& list) {
    for (const Atom& atom : list) {
      for (const Factor& value : atom.values)
        if (value.kind == Factor::Kind::symbol) out.push_back(plan.symbols.string(value.symbol));
      for (const Factor& value : atom.right.factors)
        if (value.kind == Factor::Kind::symbol) out.push_back(plan.symbols.string(value.symbol));
    }
  };
  for (const Rule& rule : plan.rules) {
    for (const Pattern& pattern : rule.on) atoms(pattern.where);
    for (const auto* lines : {&rule.when, &rule.unless, &rule.require})
      for (const Condition& line : *lines) atoms(line.atoms);
  }
  for (const Clock& clock : plan.clocks) {
    for (const Event& event : clock.starts) atoms(event.pattern.where);
    for (const Pattern& pattern : clock.met_by) atoms(pattern.where);
    for (const Step& step : clock.steps)
      if (step.after) atoms(step.after->where);
  }
  return out;
}

// One of the list, of those called one of `about` if there are such.
template <typename List>
const auto& one_of(const List& list, const std::set<std::string>& about, Random& random) {
  std::vector<size_t> asked;
  for (size_t i = 0; i < list.size(); ++i)
    if (about.contains(list[i].rule)) asked.push_back(i);
  return asked.empty() ? list[pick(random, list.size())] : list[asked[pick(random, asked.size())]];
}

// The act types one declaration speaks of, so that they meet in one case.
std::vector<uint16_t> types_of(const Plan& plan, Random& random, const std::set<std::string>& about) {
  std::vector<uint16_t> out;
  const auto add = [&](const Pattern& pattern) { out.insert(out.end(), pattern.types.begin(), pattern.types.end()); };
  const auto atoms = [&](const std::vector<Condition>& lines) {
    for (const Condition& line : lines)
      for (const Atom& atom : line.atoms)
        if (atom.pattern) add(*atom.pattern);
  };
  for (int i = 0; i < 3; ++i) {
    if (!plan.rules.empty() && chance(random, 50)) {
      const Rule& rule = one_of(plan.rules, about, random);
      for (const Pattern& pattern : rule.on) add(pattern);
      for (const Given& given : rule.given) add(given.pattern);
      atoms(rule.when);
      atoms(rule.require);
    }
    if (!plan.clocks.empty()) {
      const Clock& clock = one_of(plan.clocks, about, random);
      for (const auto* events : {&clock.starts, &clock.restarts, &clock.lapses})
        for (const Event& event : *events) {
          add(event.pattern);
          if (event.group != kNone)
            for (const Event& other : plan.clocks[static_cast<size_t>(plan.groups[static_cast<size_t>(event.group)][0])].starts)
              add(other.pattern);
        }
      for (const Pattern& pattern : clock.met_by) add(pattern);
      for (const Step& step : clock.steps)
        if (step.after) add(*step.after);
      for (const int32_t state : clock.pauses) {
        for (const Event& event : plan.states[static_cast<size_t>(state)].begins) add(event.pattern);
        for (const Event& event : plan.states[static_cast<size_t>(state)].ends) add(event.pattern);
      }
    }
  }
  if (out.empty()) out.push_back(static_cast<uint16_t>(pick(random, plan.acts.size())));
  return out;
}

Value random_value(const ActField& field, const std::vector<std::string>& codes, Random& random, Instant at) {
  using T = law::Type::Kind;
  if (chance(random, 8)) return Value{};
  switch (field.type) {
    case T::number:
    case T::money: return Value::of(Decimal::of(static_cast<int64_t>(pick(random, 6)) * (chance(random, 20) ? 50 : 1)));
    case T::yes_no: return Value::of(chance(random, 50));
    case T::date: {
      const Date date{static_cast<int32_t>(at.us / kDay) + static_cast<int32_t>(pick(random, 20)) - 10};
      return Value::of(format_date(date));
    }
    case T::time:
      return Value::of(format_rfc3339({Instant{at.us + (static_cast<int64_t>(pick(random, 400)) - 200) * kHour}, 480}));
    case T::clock_time: return Value::of(std::string(pick(random, 2) == 0 ? "09:30" : "16:05"));
    case T::people:
    case T::list: {
      Value list;
      list.kind = Value::Kind::list;
      for (size_t i = 0; i < pick(random, 4); ++i)
        list.items.push_back(Value::of(chance(random, 60) ? "O" + std::to_string(1 + pick(random, 4)) : codes[pick(random, codes.size())]));
      return list;
    }
    default: return Value::of(codes[pick(random, codes.size())]);
  }
}

std::vector<Act> random_history(const Plan& plan, const std::vector<std::string>& codes, Random& random,
                                const std::set<std::string>& about = {}) {
  std::vector<std::string> roles;
  for (const auto& [role, label] : plan.role_labels) roles.push_back(plan.symbols.string(role));
  std::sort(roles.begin(), roles.end());
  std::vector<std::string> agencies{"police-X1", "procuratorate-Y1", "court-Z1", "detention-centre-D1"};
  const size_t cases = 1 + pick(random, 3);
  const Instant base{(date_of({2026, 1, 1}).days + static_cast<int64_t>(pick(random, 300))) * kDay};
  std::vector<Act> out;
  for (size_t c = 0; c < cases; ++c) {
    const std::vector<uint16_t> types = types_of(plan, random, about);
    const size_t count = 3 + pick(random, 12);
    std::vector<size_t> mine;
    for (size_t i = 0; i < count; ++i) {
      Act act;
      act.id = "a-" + std::to_string(out.size() + 1);
      act.case_id = "C-" + std::to_string(c + 1);
      const ActType& type = plan.acts[types[pick(random, types.size())]];
      act.type = plan.symbols.string(type.name);
      const int64_t hours = static_cast<int64_t>(pick(random, chance(random, 30) ? 24 * 120 : 24 * 12));
      act.at = {Instant{base.us + hours * kHour + (chance(random, 30) ? 25 * kMinute : 0)}, 480};
      if (chance(random, 15)) act.recorded = OffsetTime{Instant{act.at.instant.us + static_cast<int64_t>(pick(random, 100)) * kHour}, 480};
      act.agency = agencies[pick(random, agencies.size())];
      for (size_t b = 0; b < pick(random, 3); ++b)
        act.by.push_back({"O" + std::to_string(1 + pick(random, 4)), roles.empty() ? "officer" : roles[pick(random, roles.size())]});
      if (chance(random, 80)) act.on.push_back({"P" + std::to_string(1 + pick(random, 2)), "person"});
      std::vector<Sym> fields;
      for (const auto& [field, declared] : type.fields) fields.push_back(field);
      std::sort(fields.begin(), fields.end());
      for (const Sym field : fields)
        if (chance(random, 60))
          act.data.emplace_back(plan.symbols.string(field), random_value(type.fields.at(field), codes, random, act.at.instant));
      if (!mine.empty() && chance(random, 12)) {
        const Act& target = out[mine[pick(random, mine.size())]];
        if (chance(random, 50)) {
          act.annuls = target.id;
        } else {
          act.corrects = target.id;
          act.type = target.type;
        }
        if (chance(random, 60)) act.recorded = OffsetTime{Instant{base.us + 200 * kDay + static_cast<int64_t>(pick(random, 999)) * kHour}, 480};
      }
      mine.push_back(out.size());
      out.push_back(std::move(act));
    }
  }
  return out;
}

std::vector<std::string> oracle_lines(Plan& plan, const std::vector<Act>& acts, Instant now, int jobs = 1) {
  History history(plan);
  for (const Act& act : acts) history.add(act, nullptr);
  OracleOptions options;
  options.now = now;
  options.jobs = jobs;
  std::vector<std::string> out;
  for (const Finding& finding : judge_history(history, options).findings) out.push_back(standing_line(finding));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string difference(const std::vector<std::string>& expected, const std::vector<std::string>& found,
                       const std::vector<Finding>& words = {}) {
  std::string out;
  const auto name = [&](const std::string& line) {
    for (const Finding& finding : words)
      if (standing_line(finding) == line) return line + "  " + finding.rule + " " + finding.message.en;
    return line;
  };
  for (const std::string& line : expected)
    if (!std::binary_search(found.begin(), found.end(), line)) out += "missing  " + name(line) + "\n";
  for (const std::string& line : found)
    if (!std::binary_search(expected.begin(), expected.end(), line)) out += "too many " + name(line) + "\n";
  return out;
}

class Property : public ::testing::Test {
 protected:
  // One round: every way of feeding gives what the oracle gives.
  static void round(Plan& plan, const std::vector<std::string>& codes, uint64_t seed) {
    Random random(seed);
    const std::vector<Act> acts = random_history(plan, codes, random);
    Instant last{INT64_MIN};
    for (const Act& act : acts) last = std::max(last, act.at.instant);
    const Instant now{last.us + static_cast<int64_t>(pick(random, 40)) * kDay - (chance(random, 20) ? 30 * kDay : 0)};
    const std::vector<std::string> expected = oracle_lines(plan, acts, now);
    std::vector<Finding> words;
    {
      History history(plan);
      for (const Act& act : acts) history.add(act, nullptr);
      OracleOptions options;
      options.now = now;
      words = judge_history(history, options).findings;
    }
    SCOPED_TRACE("seed " + std::to_string(seed));
    ASSERT_EQ(oracle_lines(plan, acts, now, 3), expected) << "three threads";
    std::vector<Act> shuffled = acts;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    ASSERT_EQ(oracle_lines(plan, shuffled, now), expected) << "another order";

    // In the order of time, with ticks before each act.
    std::vector<Act> in_time = acts;
    std::stable_sort(in_time.begin(), in_time.end(), [](const Act& a, const Act& b) { return a.at.instant < b.at.instant; });
    for (int way = 0; way < 3; ++way) {
      const std::vector<Act>& feed = way == 1 ? shuffled : in_time;
      std::map<std::string, std::string> heard;  // what a listener believes
      const auto listen = [&](Change&& change) {
        if (change.what == Change::What::withdrawn)
          ASSERT_EQ(heard.erase(change.finding.id), 1U) << "withdrew what was never raised";
        else
          heard[change.finding.id] = standing_line(change.finding);
      };
      auto engine = std::make_unique<Engine>(plan, EngineOptions{});
      for (size_t i = 0; i < feed.size(); ++i) {
        const Act& act = feed[i];
        if (way != 1 || chance(random, 30)) engine->tick(std::min(act.at.instant, now), listen);
        engine->act(act, nullptr, listen);
        if (chance(random, 10)) engine->act(act, nullptr, listen);  // the same again
        if (chance(random, 15)) engine->tick(std::min(Instant{engine->now().us + 36 * kHour}, now), listen);
      }
      engine->tick(now, listen);
      const std::vector<std::string> found = engine->standing_lines();
      if (std::getenv("HENG_PROPERTY_SHOW") != nullptr && found != expected)
        for (const Act& act : feed)
          std::printf("%s now %lld\n", act_to_json(act).c_str(), static_cast<long long>(now.us));
      ASSERT_EQ(difference(expected, found, words), "") << (way == 1 ? "engine, any order" : "engine, in time");
      std::vector<std::string> told;
      for (const auto& [id, line] : heard) told.push_back(line);
      std::sort(told.begin(), told.end());
      ASSERT_EQ(difference(expected, told, words), "") << "what a listener heard";
    }
    // Annulled and never revived is as if it had not been.
    if (!acts.empty()) {
      const Act& gone = acts[pick(random, acts.size())];
      const bool named = std::any_of(acts.begin(), acts.end(), [&](const Act& act) {
        return act.corrects == gone.id || act.annuls == gone.id;
      });
      if (!named && gone.corrects.empty() && gone.annuls.empty() && gone.at.instant <= now) {
        std::vector<Act> without;
        std::vector<Act> annulled = acts;
        for (const Act& act : acts)
          if (act.id != gone.id) without.push_back(act);
        Act annulment;
        annulment.id = "z-annul";
        annulment.type = gone.type;
        annulment.at = gone.at;
        annulment.case_id = gone.case_id;
        annulment.agency = gone.agency;
        annulment.annuls = gone.id;
        annulled.push_back(annulment);
        ASSERT_EQ(oracle_lines(plan, annulled, now), oracle_lines(plan, without, now)) << "annulled " << gone.id;
      }
    }
  }

  // The one seed to repeat (HENG_PROPERTY_SEED); where to begin (HENG_PROPERTY_FROM); else one nobody chose.
  static uint64_t first_seed() {
    for (const char* name : {"HENG_PROPERTY_SEED", "HENG_PROPERTY_FROM"})
      if (const char* given = std::getenv(name)) return std::strtoull(given, nullptr, 10);
    return std::random_device{}();
  }

  static void many(const std::vector<std::string>& packs) {
    const char* seconds = std::getenv("HENG_PROPERTY_SECONDS");
    const char* from = std::getenv("HENG_PROPERTY_SEED");
    const double budget = seconds == nullptr ? 4 : std::atof(seconds);
    uint64_t seed = first_seed();
    const law::PackSet set = load(packs);
    auto plan = compile(set);
    ASSERT_TRUE(plan.ok()) << plan.error().text();
    const std::vector<std::string> codes = codes_of(plan.value());
    const auto start = std::chrono::steady_clock::now();
    size_t rounds = 0;
    do {
      round(plan.value(), codes, seed++);
      ++rounds;
      if (HasFatalFailure()) {
        ADD_FAILURE() << "repeat with HENG_PROPERTY_SEED=" << seed - 1;
        return;
      }
    } while (std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < budget && from == nullptr);
    std::printf("%zu histories\n", rounds);
  }
};

TEST_F(Property, EngineEqualsOracleOnCriminalProcedure) { many({"cn.criminal"}); }
TEST_F(Property, EngineEqualsOracleOnPoliceCases) { many({"cn.police_admin"}); }
TEST_F(Property, EngineEqualsOracleOnTrials) { many({"cn.trial"}); }
TEST_F(Property, EngineEqualsOracleAcrossCases) { many({"cn.supervision"}); }
TEST_F(Property, EngineEqualsOracleOnFines) { many({"it.traffic_fines"}); }

// What the gate says of an act is what judging without it and with it says, and asking leaves no trace.
TEST_F(Property, GateEqualsJudgingTwice) {
  const law::PackSet set = load({"cn.criminal", "cn.police_admin"});
  auto plan = compile(set);
  ASSERT_TRUE(plan.ok());
  const std::vector<std::string> codes = codes_of(plan.value());
  const uint64_t seed = first_seed();
  size_t refused = 0;
  for (uint64_t i = 0; i < 300; ++i) {
    SCOPED_TRACE("seed " + std::to_string(seed + i));
    Random random(seed + i);
    std::vector<Act> acts = random_history(plan.value(), codes, random);
    std::stable_sort(acts.begin(), acts.end(), [](const Act& a, const Act& b) { return a.at.instant < b.at.instant; });
    History history(plan.value());
    Gate gate(history);
    for (const Act& act : acts) {
      OracleOptions options;
      options.now = act.at.instant;
      options.only_case = act.case_id;
      options.all_views = true;
      const Verdicts before = judge_history(history, options);
      const auto answer = gate.ask(act);
      ASSERT_TRUE(answer.ok()) << answer.error().text();
      const auto lines = [](const Verdicts& verdicts) {
        std::vector<std::string> out;
        for (const Finding& finding : verdicts.findings) out.push_back(standing_line(finding) + finding.message.en);
        return out;
      };
      ASSERT_EQ(lines(judge_history(history, options)), lines(before)) << "asking left a trace";
      history.add(act, nullptr);
      const Verdicts after = judge_history(history, options);
      std::multiset<std::string> against;
      std::multiset<std::string> unknown;
      for (const Finding& finding : after.findings) {
        const bool old = std::any_of(before.findings.begin(), before.findings.end(), [&](const Finding& one) { return one.id == finding.id; });
        if (old || finding.acts.empty() || finding.acts[0] != act.id) continue;
        if (finding.kind == Kind::breach && !finding.due) against.insert(finding.id + finding.message.en);
        if (finding.kind == Kind::missing) unknown.insert(finding.id + finding.message.en);
      }
      const auto said = [](const std::vector<Finding>& findings) {
        std::multiset<std::string> out;
        for (const Finding& finding : findings) out.insert(finding.id + finding.message.en);
        return out;
      };
      ASSERT_EQ(said(answer->against), against) << act.id;
      ASSERT_EQ(said(answer->unknown), unknown) << act.id;
      refused += against.empty() ? 0 : 1;
      // Clocks that began, were met or moved by it.
      const auto name = [](const ClockView& clock) {
        std::string out = clock.rule + " " + clock.start_act + " " + format_rfc3339(clock.start);
        for (const auto& [subject, value] : clock.key) out += " " + value;
        return out;
      };
      const auto state = [&](const ClockView& clock) {
        return name(clock) + (clock.end ? " ends " + format_rfc3339(*clock.end) : "") +
               (clock.over_at ? " over " + format_rfc3339(*clock.over_at) : "");
      };
      std::multiset<std::string> changed;
      if (!after.cases.empty())
        for (const ClockView& clock : after.cases[0].clocks) {
          const auto& olds = before.cases.empty() ? std::vector<ClockView>{} : before.cases[0].clocks;
          const auto old = std::find_if(olds.begin(), olds.end(), [&](const ClockView& one) { return name(one) == name(clock); });
          const bool fresh = old == olds.end() ? clock.start_act == act.id
                             : !old->over_at && clock.over_at && clock.state != ClockState::voided ? true
                                                                                                    : old->end != clock.end;
          if (fresh) changed.insert(state(clock));
        }
      std::multiset<std::string> told;
      for (const auto* list : {&answer->starts, &answer->meets, &answer->extends})
        for (const ClockView& clock : *list) told.insert(state(clock));
      ASSERT_EQ(told, changed) << act.id;
    }
  }
  EXPECT_GT(refused, 20U) << "too few refusals to compare";
}

// Another law out of this one: one declaration gone, or its numbers, words or what it reads changed. False: nothing was.
bool amend(law::PackSet& set, Random& random) {
  law::Pack& pack = set.packs[pick(random, set.packs.size())];
  if (pack.files.empty()) return false;
  law::File& file = pack.files[pick(random, pack.files.size())];
  if (file.declarations.empty()) return false;
  const size_t at = pick(random, file.declarations.size());
  law::Decl& decl = file.declarations[at];
  pack.hash += "amended";
  const auto number = [&](law::Quantity& quantity) {
    if (!quantity.number) return false;
    quantity.number = Decimal::of(1 + static_cast<int64_t>(pick(random, 9)));
    return true;
  };
  const auto lose = [&](auto& list, size_t keep) {
    if (list.size() <= keep) return false;
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(pick(random, list.size())));
    return true;
  };
  if (auto* rule = std::get_if<law::RuleDecl>(&decl)) {
    switch (pick(random, 4)) {
      case 0: file.declarations.erase(file.declarations.begin() + static_cast<std::ptrdiff_t>(at)); return true;
      case 1: return lose(rule->when, 0);
      case 2: return lose(rule->require, 1);
      default: rule->labels.en += " amended"; return true;
    }
  }
  if (auto* clock = std::get_if<law::ClockDecl>(&decl)) {
    switch (pick(random, 5)) {
      case 0: file.declarations.erase(file.declarations.begin() + static_cast<std::ptrdiff_t>(at)); return true;
      case 1: return lose(clock->when, 0);
      case 2: return lose(clock->warns, 0);
      default:
        for (law::Step& step : clock->allows)
          if (number(step.quantity)) return true;
        return lose(clock->met_by, 1);
    }
  }
  if (auto* separation = std::get_if<law::SeparationDecl>(&decl)) {
    if (chance(random, 50)) file.declarations.erase(file.declarations.begin() + static_cast<std::ptrdiff_t>(at));
    else if (!lose(separation->unless, 0)) separation->labels.en += " amended";
    return true;
  }
  if (auto* state = std::get_if<law::StateDecl>(&decl)) {
    if (chance(random, 50)) std::swap(state->begins, state->ends);
    else if (!lose(state->ends, 1)) state->day_after = !state->day_after;
    return !state->begins.empty();
  }
  if (auto* fact = std::get_if<law::FactDecl>(&decl)) return lose(fact->when, 1);
  if (auto* period = std::get_if<law::PeriodDecl>(&decl)) {
    if (chance(random, 50)) period->rolls = !period->rolls;
    else period->starts = period->starts == law::PeriodDecl::Starts::at_act ? law::PeriodDecl::Starts::day_after : law::PeriodDecl::Starts::at_act;
    return true;
  }
  if (auto* setting = std::get_if<law::SettingDecl>(&decl)) return number(setting->quantity);
  if (auto* source = std::get_if<law::SourceDecl>(&decl)) {
    source->from = date_of({2026, 5, 1});
    return true;
  }
  if (auto* act = std::get_if<law::ActDecl>(&decl)) {
    if (chance(random, 70)) act->labels.en += " amended";
    else if (!act->fields.empty()) act->fields[pick(random, act->fields.size())].type.kind = law::Type::Kind::text;
    return true;
  }
  return false;
}

// The state of an engine under one law, refilled under another, goes on as if it had been under the other from the start.
TEST_F(Property, RefillEqualsFromTheStart) {
  const char* from = std::getenv("HENG_PROPERTY_SEED");
  const char* seconds = std::getenv("HENG_PROPERTY_SECONDS");
  const double budget = seconds == nullptr ? 8 : std::atof(seconds);
  uint64_t seed = first_seed();
  std::map<std::string, size_t> ways;
  size_t kept = 0;
  size_t declared = 0;
  bool enough = false;
  const auto start = std::chrono::steady_clock::now();
  const std::vector<std::vector<std::string>> all{{"cn.criminal"}, {"cn.supervision"}, {"cn.trial"}, {"cn.police_admin"}};
  std::vector<law::PackSet> sets;
  for (const auto& names : all) sets.push_back(load(names));
  do {
    Random random(seed);
    SCOPED_TRACE("repeat with HENG_PROPERTY_SEED=" + std::to_string(seed));
    ++seed;
    const law::PackSet& set = sets[pick(random, sets.size())];
    law::PackSet amended = set;
    for (size_t tries = pick(random, chance(random, 50) ? 4 : 60) + 1; tries > 0; --tries) amend(amended, random);
    const bool back = chance(random, 50);  // what came is then what was gone
    auto before = compile(back ? amended : set);
    auto after = compile(back ? set : amended);
    if (!before.ok() || !after.ok()) continue;  // something still speaks of what is gone
    const std::vector<Act> acts = [&] {
      std::set<std::string> about;  // what differs
      const auto was = shape_of(before.value(), {}, true).declarations;
      for (const auto& one : shape_of(after.value(), {}, true).declarations)
        if (std::find(was.begin(), was.end(), one) == was.end()) about.insert(one.first);
      return random_history(after.value(), codes_of(after.value()), random, about);
    }();
    // Random histories have named words: the plans start afresh.
    before = compile(back ? amended : set);
    after = compile(back ? set : amended);
    auto again = compile(back ? set : amended);
    Instant last{INT64_MIN};
    for (const Act& act : acts) last = std::max(last, act.at.instant);
    std::vector<Act> feed = acts;
    if (chance(random, 60)) std::stable_sort(feed.begin(), feed.end(), [](const Act& a, const Act& b) { return a.at.instant < b.at.instant; });
    const size_t cut = 1 + pick(random, feed.size());
    std::map<std::string, std::string> heard;
    const auto listen = [&](Change&& change) {
      if (change.what == Change::What::withdrawn)
        ASSERT_EQ(heard.erase(change.finding.id), 1U) << "withdrew what was never raised: " << change.finding.rule;
      else
        heard[change.finding.id] = standing_line(change.finding) + " " + change.finding.message.en;
    };
    std::string bytes;
    {
      Engine engine(before.value(), EngineOptions{});
      for (size_t i = 0; i < cut; ++i) {
        engine.tick(std::min(feed[i].at.instant, last), listen);
        engine.act(feed[i], nullptr, listen);
      }
      if (chance(random, 50)) engine.tick(Instant{last.us + 20 * kDay}, listen);
      bytes = engine.snapshot(cut, "root");
    }
    const auto snapshot = Snapshot::read(bytes);
    ASSERT_TRUE(snapshot.ok()) << snapshot.error().text();
    Engine engine(after.value(), EngineOptions{});
    bool packs_only = true;
    const auto restored = engine.restore(*snapshot, [&](Change&& change) {
      packs_only = packs_only && change.cause == "packs";
      ++ways[std::string("told: ") + name_of(change.what)];
      listen(std::move(change));
    });
    if (!restored.ok()) {
      ASSERT_EQ(restored.error().code, "snapshot-acts") << restored.error().text();
      ++ways["replayed"];
      continue;
    }
    ++ways[restored->judged_anew == restored->declarations ? "all judged" : restored->judged_anew == 0 ? "nothing judged" : "some judged"];
    kept += restored->declarations - std::min(restored->declarations, restored->judged_anew);
    declared += restored->declarations;
    ASSERT_TRUE(packs_only);
    const auto expected = [&](size_t count, Instant now) {
      History history(again.value());
      for (size_t i = 0; i < count; ++i) history.add(feed[i], nullptr);
      OracleOptions options;
      options.now = now;
      std::vector<std::string> out;
      for (const Finding& finding : judge_history(history, options).findings) out.push_back(standing_line(finding) + " " + finding.message.en);
      std::sort(out.begin(), out.end());
      out.erase(std::unique(out.begin(), out.end()), out.end());
      return out;
    };
    const auto told = [&] {
      std::vector<std::string> out;
      for (const auto& [id, line] : heard) out.push_back(line);
      std::sort(out.begin(), out.end());
      return out;
    };
    ASSERT_EQ(difference(expected(cut, engine.now()), told()), "") << "just refilled";
    for (size_t i = cut; i < feed.size(); ++i) {
      engine.tick(std::min(feed[i].at.instant, last), listen);
      engine.act(feed[i], nullptr, listen);
    }
    // Later ticks find what is due, whoever judged it.
    for (int day = 0; day < 60; day += 1 + static_cast<int>(pick(random, 20))) {
      engine.tick(Instant{std::max(engine.now().us, last.us) + day * kDay}, listen);
      const std::vector<std::string> right = expected(feed.size(), engine.now());
      ASSERT_EQ(difference(right, told()), "") << "after " << day << " days";
      std::vector<std::string> lines;
      for (const std::string& line : right) lines.push_back(line.substr(0, line.find(' ', line.find(' ', line.find(' ') + 1) + 1)));
      std::sort(lines.begin(), lines.end());
      ASSERT_EQ(engine.standing_lines(), lines);
    }
    // Snapshots of a refilled engine are as good as any.
    const std::string once_more = engine.snapshot();
    auto plan = compile(back ? set : amended);
    Engine third(plan.value(), EngineOptions{});
    const auto read = Snapshot::read(once_more);
    ASSERT_TRUE(read.ok());
    ASSERT_TRUE(third.same_law(*read));
    ASSERT_TRUE(third.restore(*read).ok());
    ASSERT_EQ(third.standing_lines(), engine.standing_lines());
    const double seconds_passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const size_t told_so_far = ways["told: raised"] + ways["told: changed"] + ways["told: withdrawn"];
    enough = from != nullptr || seconds_passed > std::max(budget, 240.0) ||
             (seconds_passed >= budget && told_so_far > 10 && ways["some judged"] > 10);  // however slow the machine
  } while (!enough && !HasFatalFailure());
  for (const auto& [way, count] : ways) std::printf("%s: %zu\n", way.c_str(), count);
  std::printf("%.1f %% of declarations kept\n", declared == 0 ? 0 : 100.0 * static_cast<double>(kept) / static_cast<double>(declared));
  if (from == nullptr) {
    EXPECT_GT(ways["some judged"], 10U);
    EXPECT_GT(ways["told: raised"] + ways["told: changed"] + ways["told: withdrawn"], 10U);
  }
}

TEST_F(Property, SnapshotsRestoreBetweenAnyTwoActs) {
  const law::PackSet set = load({"cn.criminal"});
  const auto compiled = compile(set);
  ASSERT_TRUE(compiled.ok());
  auto fresh_plan = compile(set);
  const std::vector<std::string> codes = codes_of(fresh_plan.value());
  const uint64_t seed = first_seed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  for (uint64_t i = 0; i < 3; ++i) {
    Random random(seed + i);
    const std::vector<Act> acts = random_history(fresh_plan.value(), codes, random);
    Instant now{INT64_MIN};
    for (const Act& act : acts) now = std::max(now, act.at.instant);
    now.us += 10 * kDay;
    const std::vector<std::string> expected = oracle_lines(fresh_plan.value(), acts, now);
    std::string bytes;
    for (size_t a = 0; a <= acts.size(); ++a) {
      auto plan = compile(set);  // a new process: only the packs are there
      Engine engine(plan.value(), EngineOptions{});
      if (!bytes.empty()) {
        const auto snapshot = Snapshot::read(bytes);
        ASSERT_TRUE(snapshot.ok()) << snapshot.error().text();
        ASSERT_EQ(snapshot->record_index, a);
        const auto restored = engine.restore(*snapshot);
        ASSERT_TRUE(restored.ok()) << restored.error().text();
      }
      if (a == acts.size()) {
        engine.tick(now, nullptr);
        ASSERT_EQ(difference(expected, engine.standing_lines()), "");
        break;
      }
      engine.tick(std::min(acts[a].at.instant, now), nullptr);
      engine.act(acts[a], nullptr, nullptr);
      bytes = engine.snapshot(a + 1, "root");
    }
    // Damage is found, whatever byte it is in.
    for (int d = 0; d < 20; ++d) {
      std::string damaged = bytes;
      damaged[pick(random, damaged.size())] ^= static_cast<char>(1 << pick(random, 8));
      ASSERT_FALSE(Snapshot::read(damaged).ok());
    }
  }
}

}  // namespace
}  // namespace heng::watch
