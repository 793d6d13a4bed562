#include "watch/story.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "watch/oracle.h"

namespace heng::watch {
namespace {

// An outcome the story names, or one that came.
struct Outcome {
  Kind kind = Kind::breach;
  Instant at;
  std::vector<std::string> subjects;
};

struct Expected {
  std::vector<Outcome> outcomes;
  std::vector<std::string> unknown;  // fields
  bool holds = false;
};

class Runner {
 public:
  Runner(const law::PackSet& packs, Plan& plan) : packs_(packs), plan_(plan) {}

  StoryReport report;
  Coverage coverage;

  void run(const law::Pack& pack, const law::TestDecl& test) {
    ++report.tests;
    std::vector<const law::Statement*> given;
    for (const law::Story& story : test.stories)
      if (story.given)
        for (const law::Statement& statement : story.statements) given.push_back(&statement);
    for (const law::Story& story : test.stories) {
      if (story.given) continue;
      ++report.stories;
      std::vector<const law::Statement*> statements = given;
      for (const law::Statement& statement : story.statements) statements.push_back(&statement);
      tell(pack, test, story, statements);
    }
  }

 private:
  struct Telling {
    std::vector<Act> acts;
    std::map<std::string, size_t> aliases;
    Expected expected;
    Instant now;
    std::string trouble;
  };

  const calendar::Zone& zone_of(const law::Pack& pack) const {
    // The pack's zone, its own or one it uses.
    std::string name = pack.decl.zone;
    for (auto it = pack.uses.rbegin(); name.empty() && it != pack.uses.rend(); ++it)
      if (const law::Pack* used = packs_.find(*it)) name = used->decl.zone;
    for (size_t i = 0; i < plan_.zone_names.size(); ++i)
      if (plan_.zone_names[i] == name) return plan_.zones[i];
    return plan_.zones.at(0);
  }

  Value value_of(const law::Factor& factor, const calendar::Zone&) const {
    switch (factor.kind) {
      case law::Factor::Kind::number: return Value::of(factor.number);
      case law::Factor::Kind::text: return Value::of(factor.text);
      case law::Factor::Kind::yes_no: return Value::of(factor.yes);
      case law::Factor::Kind::date: return Value::of(format_date(factor.date));
      case law::Factor::Kind::clock:
        return Value::of(fmt::format("{:02}:{:02}", factor.clock_minutes / 60, factor.clock_minutes % 60));
      case law::Factor::Kind::path: {
        std::string text = factor.path->head.text;
        for (const law::Name& rest : factor.path->rest) text += "." + rest.text;
        return text == "blank" ? Value{} : Value::of(text);
      }
      default: return Value{};
    }
  }

  Value datum_of(const law::Datum& datum, const calendar::Zone& zone) const {
    if (datum.list) {
      Value out;
      out.kind = Value::Kind::list;
      for (const law::Factor& factor : datum.values) out.items.push_back(value_of(factor, zone));
      return out;
    }
    if (datum.values.size() == 2 && datum.values[0].kind == law::Factor::Kind::date &&
        datum.values[1].kind == law::Factor::Kind::clock) {
      const int64_t local = datum.values[0].date.days * kDay + datum.values[1].clock_minutes * kMinute;
      return Value::of(format_rfc3339(zone.at(zone.instant_of_local(local))));
    }
    return datum.values.empty() ? Value{} : value_of(datum.values[0], zone);
  }

  using Statements = std::vector<const law::Statement*>;

  Telling build(const law::Pack& pack, const Statements& statements) {
    const calendar::Zone& zone = zone_of(pack);
    Telling out;
    Calendar calendar{&zone, std::nullopt, {}};
    Instant last_act{INT64_MIN};
    std::optional<Instant> until;
    // What follows `N cases` happens N times, each time in a case of its own.
    int64_t cases = 0;
    for (size_t begin = 0; begin < statements.size();) {
      const bool counted = statements[begin]->kind == law::Statement::Kind::cases;
      size_t end = begin + (counted ? 1 : 0);
      while (end < statements.size() && statements[end]->kind != law::Statement::Kind::cases) ++end;
      const Calendar before = calendar;
      const std::map<std::string, size_t> named = out.aliases;
      for (int64_t time = 0; time < (counted ? statements[begin]->count : 1); ++time) {
        calendar = before;
        out.aliases = named;
        const std::string case_id = counted ? fmt::format("case-{}", ++cases) : "story";
        for (size_t i = begin + (counted ? 1 : 0); i < end && out.trouble.empty(); ++i) {
          const law::Statement& statement = *statements[i];
          if (happens(statement))
            last_act = std::max(last_act, add_act(statement, case_id, calendar, out));
          else if (statement.kind == law::Statement::Kind::until)
            until = calendar.moment(statement.when, true);
          else
            expect(statement, calendar, time == 0, out.expected);
        }
      }
      begin = end;
    }
    if (!out.trouble.empty()) return out;
    if (last_act.us == INT64_MIN) {
      out.trouble = "the story has no act";
      return out;
    }
    out.now = zone.start_of(Date{zone.date_of(last_act).days + 1});
    if (until && *until > out.now) out.now = *until;
    return out;
  }

  // Where the story's time has come to.
  struct Calendar {
    const calendar::Zone* zone = nullptr;
    std::optional<Date> first;
    Date last{};
    // `end_of_day`: a day without a clock time is meant to its end.
    Instant moment(const law::When& when, bool end_of_day) {
      if (when.kind == law::When::Kind::date) last = when.date;
      if (when.kind == law::When::Kind::plus) last = Date{(first ? *first : last).days + static_cast<int32_t>(when.plus_days)};
      if (!first) first = last;
      if (!when.minutes) return zone->start_of(Date{last.days + (end_of_day ? 1 : 0)});
      return zone->instant_of_local(last.days * kDay + *when.minutes * kMinute);
    }
  };

  static bool happens(const law::Statement& statement) {
    return statement.kind == law::Statement::Kind::act || statement.kind == law::Statement::Kind::annul ||
           statement.kind == law::Statement::Kind::correct;
  }

  // Gives the instant the act was done, or entered.
  Instant add_act(const law::Statement& s, const std::string& case_id, Calendar& calendar, Telling& out) {
    const calendar::Zone& zone = *calendar.zone;
    Act act;
    Instant at;
    if (s.kind == law::Statement::Kind::act) {
      at = calendar.moment(s.when, false);
      act.type = s.act.text;
      act.at = zone.at(at);
      act.case_id = case_id;
      act.agency = s.agency.text;
      for (const law::Statement::By& by : s.by) act.by.push_back({by.id.text, by.role.text});
      for (const law::Datum& datum : s.data) act.data.emplace_back(datum.field.text, datum_of(datum, zone));
      place_subjects(act, s.subjects);
    } else {
      const auto target = out.aliases.find(s.act.text);
      if (target == out.aliases.end()) {
        out.trouble = "no act of the story is called `" + s.act.text + "`";
        return {};
      }
      at = calendar.moment(s.when, false);
      act = out.acts[target->second];
      act.recorded = zone.at(at);
      act.annuls.clear();
      act.corrects.clear();
      if (s.kind == law::Statement::Kind::annul) {
        act.annuls = out.acts[target->second].id;
        act.at = zone.at(at);
      } else {
        act.corrects = out.acts[target->second].id;
        for (const law::Datum& datum : s.data) {
          std::erase_if(act.data, [&](const auto& field) { return field.first == datum.field.text; });
          act.data.emplace_back(datum.field.text, datum_of(datum, zone));
        }
      }
    }
    act.id = fmt::format("t{:03}", out.acts.size() + 1);
    if (s.alias) out.aliases[s.alias.text] = out.acts.size();
    out.acts.push_back(std::move(act));
    return at;
  }

  // `first`: not said before of another of the same cases.
  static void expect(const law::Statement& s, Calendar& calendar, bool first, Expected& expected) {
    using K = law::Statement::Kind;
    if (s.kind == K::holds) {
      expected.holds = true;
    } else if (s.kind == K::unknown) {
      if (first) expected.unknown.push_back(s.field.text);
    } else {
      Outcome outcome;
      outcome.kind = s.kind == K::breach ? Kind::breach : s.kind == K::warn ? Kind::warn : s.kind == K::late ? Kind::late : Kind::flag;
      outcome.at = calendar.moment(s.when, false);
      for (const law::Name& subject : s.subjects) outcome.subjects.push_back(subject.text);
      if (first) expected.outcomes.push_back(std::move(outcome));
    }
  }

  // A subject's id goes where the first subject of the act type's `on` is carried.
  void place_subjects(Act& act, const std::vector<law::Name>& ids) {
    if (ids.empty()) return;
    const auto type = plan_.act_index.find(plan_.symbols.find(act.type));
    if (type == plan_.act_index.end() || plan_.acts[type->second].on.empty()) return;
    const Sym name = plan_.acts[type->second].on.front();
    for (const Subject& subject : plan_.subjects) {
      if (subject.name != name) continue;
      const Subject::Path& path = subject.paths.at(0);
      const std::string at = plan_.symbols.string(path.name);
      if (path.what == What::on) {
        for (const law::Name& id : ids) act.on.push_back({id.text, at});
      } else if (path.what == What::by) {
        for (const law::Name& id : ids) act.by.push_back({id.text, at});
      } else if (path.what == What::agency) {
        act.agency = ids[0].text;
      } else if (subject.each_of || ids.size() > 1) {
        Value list;
        list.kind = Value::Kind::list;
        for (const law::Name& id : ids) list.items.push_back(Value::of(id.text));
        act.data.emplace_back(at, std::move(list));
      } else {
        act.data.emplace_back(at, Value::of(ids[0].text));
      }
      return;
    }
  }

  std::string place(law::Span span) const {
    const law::SourceFile& file = packs_.sources.at(span.file);
    const size_t end = std::min<size_t>(span.begin, file.text.size());
    const auto line = std::count(file.text.begin(), file.text.begin() + static_cast<std::ptrdiff_t>(end), '\n');
    return file.path + ":" + std::to_string(line + 1);
  }

  std::vector<Finding> judge(const std::vector<Act>& acts, Instant now, const std::string& rule, const std::string& part,
                             bool cover) {
    ++report.runs;
    History history(plan_);
    for (const Act& act : acts) history.add(act, nullptr);
    OracleOptions options;
    options.now = now;
    options.only_rules = {rule};
    options.coverage = cover ? &coverage : nullptr;
    std::vector<Finding> out = judge_history(history, options).findings;
    std::erase_if(out, [&](const Finding& finding) { return finding.part != part; });
    return out;
  }

  std::string differs(const law::Pack& pack, const Expected& expected, const std::vector<Finding>& findings) const {
    const calendar::Zone& zone = zone_of(pack);
    const auto show = [&](Kind kind, Instant at) {
      const std::string text = format_rfc3339(zone.at(at));
      return fmt::format("{} at {} {}", name_of(kind), text.substr(0, 10), text.substr(11, 5));
    };
    std::string out;
    std::vector<bool> named(findings.size(), false);
    for (const Outcome& outcome : expected.outcomes) {
      bool found = false;
      for (size_t i = 0; i < findings.size() && !found; ++i) {
        const Finding& finding = findings[i];
        if (named[i] || finding.kind != outcome.kind || finding.at.instant != outcome.at) continue;
        bool subjects = true;
        for (const std::string& subject : outcome.subjects)
          subjects = subjects && std::any_of(finding.key.begin(), finding.key.end(),
                                             [&](const auto& key) { return key.second == subject; });
        if (!subjects) continue;
        found = named[i] = true;
      }
      if (!found) out += "expected " + show(outcome.kind, outcome.at) + ", which did not follow\n";
    }
    for (const std::string& field : expected.unknown) {
      const bool found = std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
        return finding.kind == Kind::missing &&
               std::find(finding.missing.begin(), finding.missing.end(), field) != finding.missing.end();
      });
      if (!found) out += "expected `" + field + "` to be missing, but it was not needed\n";
    }
    for (size_t i = 0; i < findings.size(); ++i)
      if (!named[i] && (findings[i].kind == Kind::breach || findings[i].kind == Kind::late || findings[i].kind == Kind::flag))
        out += "not expected: " + show(findings[i].kind, findings[i].at.instant) + ": " + findings[i].message.en + "\n";
    if (!out.empty())
      for (const Finding& finding : findings)
        out += "  came: " + show(finding.kind, finding.at.instant) + " " + finding.message.en + "\n";
    return out;
  }

  // Breaches and lates, with their instants, to compare variations by.
  static std::string essence(const std::vector<Finding>& findings) {
    std::string out;
    for (const Finding& finding : findings) {
      out += fmt::format("{}@{}", name_of(finding.kind), finding.at.instant.us);
      for (const auto& [name, value] : finding.key) out += "," + value;
      for (const std::string& field : finding.missing) out += "?" + field;
      out += ";";
    }
    return out;
  }

  void fail(const law::Pack& pack, const law::TestDecl& test, const law::Story& story, std::string what) {
    const std::string rule = test.part ? test.name.text + "." + test.part.text : test.name.text;
    report.failures.push_back({pack.name, rule, story.title, place(story.span), std::move(what)});
  }

  void tell(const law::Pack& pack, const law::TestDecl& test, const law::Story& story,
            const std::vector<const law::Statement*>& statements) {
    const Telling telling = build(pack, statements);
    if (!telling.trouble.empty()) {
      fail(pack, test, story, telling.trouble);
      return;
    }
    const std::string rule = pack_of(pack, test) + "/" + test.name.text;
    const std::vector<Finding> findings = judge(telling.acts, telling.now, rule, test.part.text, true);
    if (const std::string what = differs(pack, telling.expected, findings); !what.empty()) {
      fail(pack, test, story, what);
      return;
    }
    // The same acts backwards, each corrected with itself, each annulled and revived: nothing may change.
    const std::string outcome = essence(findings);
    std::vector<Act> turned(telling.acts.rbegin(), telling.acts.rend());
    if (essence(judge(turned, telling.now, rule, test.part.text, false)) != outcome)
      fail(pack, test, story, "fed backwards, the outcome changes");
    constexpr size_t kMostVaried = 24;  // of many alike some stand for all
    for (size_t i = 0; i < telling.acts.size(); i += telling.acts.size() / kMostVaried + 1) {
      const Act& act = telling.acts[i];
      if (!act.corrects.empty() || !act.annuls.empty()) continue;
      std::vector<Act> varied = telling.acts;
      Act again = act;
      again.id = act.id + "-again";
      again.corrects = act.id;
      varied.push_back(again);
      if (essence(judge(varied, telling.now, rule, test.part.text, false)) != outcome)
        fail(pack, test, story, "act " + act.id + " corrected with itself changes the outcome");
      varied.pop_back();
      Act gone = act;
      gone.id = act.id + "-gone";
      gone.annuls = act.id;
      Act back = gone;
      back.id = act.id + "-back";
      back.annuls = gone.id;
      varied.push_back(gone);
      varied.push_back(back);
      if (essence(judge(varied, telling.now, rule, test.part.text, false)) != outcome)
        fail(pack, test, story, "act " + act.id + " annulled and revived changes the outcome");
    }
  }

  // The pack that declares the rule: this one, or one it uses.
  std::string pack_of(const law::Pack& pack, const law::TestDecl& test) const {
    const auto declares = [&](const std::string& name) {
      const std::string full = name + "/" + test.name.text;
      const auto is = [&](const Head& head) { return head.rule == full; };
      return std::any_of(plan_.rules.begin(), plan_.rules.end(), is) ||
             std::any_of(plan_.clocks.begin(), plan_.clocks.end(), is) ||
             std::any_of(plan_.separations.begin(), plan_.separations.end(), is) ||
             std::any_of(plan_.powers.begin(), plan_.powers.end(), is) ||
             std::any_of(plan_.watches.begin(), plan_.watches.end(), is);
    };
    if (declares(pack.name)) return pack.name;
    for (const std::string& used : pack.uses)
      if (declares(used)) return used;
    return pack.name;
  }

  const law::PackSet& packs_;
  Plan& plan_;
};

void count(StoryReport::RuleCoverage& out, const Coverage& coverage, const void* what, int way, const std::string& words) {
  ++out.branches;
  if (coverage.contains({what, way}))
    ++out.taken;
  else
    out.untaken.push_back(words);
}

void count_lines(StoryReport::RuleCoverage& out, const Coverage& coverage, const std::vector<Condition>& lines,
                 const std::string& clause) {
  for (const Condition& line : lines) {
    count(out, coverage, &line, static_cast<int>(Tri::yes), clause + " " + line.source + " (true)");
    count(out, coverage, &line, static_cast<int>(Tri::no), clause + " " + line.source + " (false)");
  }
}

}  // namespace

size_t StoryReport::branches() const {
  size_t out = 0;
  for (const RuleCoverage& rule : coverage) out += rule.branches;
  return out;
}

size_t StoryReport::taken() const {
  size_t out = 0;
  for (const RuleCoverage& rule : coverage) out += rule.taken;
  return out;
}

StoryReport run_stories(const law::PackSet& packs, Plan& plan, const std::vector<std::string>& only,
                        const std::string& rule) {
  Runner runner(packs, plan);
  const auto wanted = [&](const std::string& pack) {
    return only.empty() || std::find(only.begin(), only.end(), pack) != only.end();
  };
  const auto wanted_rule = [&](const std::string& name) {
    return rule.empty() || rule == name || name.starts_with(rule + ".");
  };
  for (const law::Pack& pack : packs.packs) {
    if (!wanted(pack.name)) continue;
    for (const law::File& file : pack.files)
      for (const law::Decl& decl : file.declarations)
        if (const auto* test = std::get_if<law::TestDecl>(&decl)) {
          const std::string name = test->part ? test->name.text + "." + test->part.text : test->name.text;
          if (wanted_rule(name)) runner.run(pack, *test);
        }
  }
  const auto counted = [&](const Head& head) {
    return wanted(head.pack) && wanted_rule(full_name(head.name, head.part));
  };
  const Coverage& coverage = runner.coverage;
  for (const Rule& r : plan.rules) {
    if (!counted(r)) continue;
    StoryReport::RuleCoverage out{r.full_name(), 0, 0, {}};
    count(out, coverage, &r, static_cast<int>(RuleVerdict::Outcome::breached), "broken");
    if (!r.forbid) count(out, coverage, &r, static_cast<int>(RuleVerdict::Outcome::kept), "kept");
    count_lines(out, coverage, r.when, "when");
    for (const Condition& line : r.unless)
      count(out, coverage, &line, static_cast<int>(Tri::yes), "unless " + line.source + " (true)");
    for (const Condition& line : r.require)
      count(out, coverage, &line, static_cast<int>(Tri::no), "require " + line.source + " (false)");
    runner.report.coverage.push_back(std::move(out));
  }
  for (const Clock& c : plan.clocks) {
    if (!counted(c)) continue;
    StoryReport::RuleCoverage out{c.full_name(), 0, 0, {}};
    if (!c.may) {
      count(out, coverage, &c, 0, "started");
      count(out, coverage, &c, 1, "ran out");
    }
    count_lines(out, coverage, c.when, "when");
    for (const Condition& line : c.unless)
      count(out, coverage, &line, static_cast<int>(Tri::yes), "unless " + line.source + " (true)");
    for (const Step& step : c.steps)
      if (step.after) count(out, coverage, &step, 1, "allows " + step.source);
    for (const Pattern& pattern : c.met_by) count(out, coverage, &pattern, 1, "met by " + pattern.source);
    for (const Event& event : c.lapses)
      if (event.kind == law::Event::Kind::pattern) count(out, coverage, &event, 1, "lapses on " + event.source);
    for (const Event& event : c.restarts)
      if (event.kind == law::Event::Kind::pattern) count(out, coverage, &event, 1, "restarts on " + event.source);
    runner.report.coverage.push_back(std::move(out));
  }
  return std::move(runner.report);
}

}  // namespace heng::watch
