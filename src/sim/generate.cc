#include "sim/generate.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/time.h"
#include "sim/due.h"

namespace heng::sim {
namespace {

// Streams of one case's draws: what happens, and what goes wrong in recording it.
constexpr uint64_t kStory = 1;
constexpr uint64_t kFaults = 2;
constexpr std::string_view kOffset = "+08:00";

void append_two(std::string& out, int64_t value) {
  out += static_cast<char>('0' + value / 10);
  out += static_cast<char>('0' + value % 10);
}

void append_date(std::string& out, int64_t day) {
  const CivilDate civil = civil_of(Date{static_cast<int32_t>(day)});
  append_two(out, civil.year / 100);
  append_two(out, civil.year % 100);
  out += '-';
  append_two(out, civil.month);
  out += '-';
  append_two(out, civil.day);
}

void append_clock(std::string& out, int64_t local) {
  const int64_t second = local - day_of(local) * kDaySeconds;
  append_two(out, second / kHourSeconds);
  out += ':';
  append_two(out, second / kMinuteSeconds % 60);
}

void append_time(std::string& out, int64_t local) {
  append_date(out, day_of(local));
  out += 'T';
  append_clock(out, local);
  out += ':';
  append_two(out, local - local / kMinuteSeconds * kMinuteSeconds);
  out += kOffset;
}

}  // namespace

struct Generator::Chosen {
  const BoundScript* script = nullptr;
  const BoundPlant* plant = nullptr;
};

struct Generator::Run {
  const BoundScript* script = nullptr;
  const BoundPlant* plant = nullptr;
  std::vector<int64_t> times;
  std::vector<const Template*> templates;
  std::vector<const Variant*> variants;
  std::vector<char> active;
  std::vector<char> use_active;
  std::vector<char> told;     // times that are known
  std::vector<int32_t> path;  // steps on the way to one that is known
  std::vector<int32_t> order;
  std::string id;
  std::string suffix;
  std::string area;
  std::string scratch;
  int64_t start = 0;
  size_t lines = 0;

  int64_t base_of(const When& when) const {
    return when.ref_step < 0 ? start : times[static_cast<size_t>(when.ref_step)];
  }

  void append(std::string& out, const std::vector<Piece>& pieces, int32_t own, Random& random,
              const calendar::Holidays& holidays) const {
    const auto pick = [&random](int64_t low, int64_t high) { return random.between(low, high); };
    for (const Piece& piece : pieces) {
      switch (piece.kind) {
        case Piece::Kind::text:
          out += piece.text;
          break;
        case Piece::Kind::suffix:
          out += suffix;
          break;
        case Piece::Kind::area:
          out += area;
          break;
        case Piece::Kind::choice:
          out += piece.choices[random.below(piece.choices.size())];
          break;
        case Piece::Kind::range:
          out += std::to_string(random.between(piece.low, piece.high));
          break;
        case Piece::Kind::date:
        case Piece::Kind::time:
        case Piece::Kind::clock: {
          const int64_t base =
              piece.when.ref == "this" ? times[static_cast<size_t>(own)] : base_of(piece.when);
          const int64_t moment = moment_of(piece.when, base, holidays, pick);
          if (piece.kind == Piece::Kind::clock) {
            out += '"';
            append_clock(out, moment);
            out += '"';
          } else {
            out += '"';
            if (piece.kind == Piece::Kind::date)
              append_date(out, day_of(moment));
            else
              append_time(out, moment);
            out += '"';
          }
          break;
        }
      }
    }
  }
};

Generator::Generator(Options options, std::vector<BoundScript> scripts, calendar::Holidays holidays)
    : options_(std::move(options)), scripts_(std::move(scripts)), holidays_(std::move(holidays)) {
  for (const BoundScript& script : scripts_) weight_ += static_cast<uint64_t>(script.weight);
}

Result<Generator> Generator::make(Options options) {
  HENG_TRY(const Library library, parse_scripts(built_in_scripts(), "the simulator's scripts"));
  HENG_TRY(std::vector<BoundScript> scripts, bind_scripts(library));
  HENG_TRY(calendar::Holidays holidays, calendar::Holidays::parse(built_in_holidays(), "cn.holidays"));
  if (options.kind != "all" && std::find(kKinds.begin(), kKinds.end(), options.kind) == kKinds.end())
    return Error{ErrorKind::usage, "sim-kind", "no kind of case is called `" + options.kind + "`", "--kind",
                 "criminal, admin, civil, petition, commutation or all"};
  std::erase_if(scripts, [&](const BoundScript& script) {
    return (options.kind != "all" && script.kind != options.kind) ||
           (!options.script.empty() && script.name != options.script);
  });
  if (!options.plant.empty()) {
    for (BoundScript& script : scripts)
      std::erase_if(script.plants, [&](const BoundPlant& plant) { return plant.name != options.plant; });
    std::erase_if(scripts, [](const BoundScript& script) { return script.plants.empty(); });
  }
  if (scripts.empty())
    return Error{ErrorKind::usage, "sim-nothing", "no script fits what is asked for", "",
                 "`heng sim --list` shows what there is"};
  return Generator(std::move(options), std::move(scripts), std::move(holidays));
}

Generator::Chosen Generator::choose(Random& random) const {
  Chosen out;
  uint64_t point = random.below(weight_);
  for (const BoundScript& script : scripts_) {
    const auto weight = static_cast<uint64_t>(script.weight);
    if (point < weight) {
      out.script = &script;
      break;
    }
    point -= weight;
  }
  const bool planted = random.chance(options_.violations);
  const std::vector<BoundPlant>& plants = out.script->plants;
  if (planted && !plants.empty()) out.plant = &plants[random.below(plants.size())];
  return out;
}

void Generator::tell_times(Run& run, Random& random) const {
  const BoundScript& script = *run.script;
  const size_t count = script.steps.size();
  run.templates.assign(count, nullptr);
  run.variants.assign(count, nullptr);
  run.times.assign(count, 0);
  run.active.assign(count, 0);
  run.use_active.assign(script.percents.size(), 0);
  for (size_t use = 0; use < script.percents.size(); ++use)
    run.use_active[use] =
        script.percents[use] >= 100 || random.below(100) < static_cast<uint64_t>(script.percents[use]);
  if (run.plant != nullptr) {
    for (const int32_t use : run.plant->uses) run.use_active[static_cast<size_t>(use)] = 1;
    for (const Variant& variant : run.plant->variants)
      run.variants[static_cast<size_t>(variant.step)] = &variant;
  }
  const auto pick = [&random](int64_t low, int64_t high) { return random.between(low, high); };
  for (size_t i = 0; i < count; ++i) {
    const BoundStep& step = script.steps[i];
    const Variant* variant = run.variants[i];
    run.templates[i] = variant != nullptr ? &variant->changed : &step.lawful;
    run.active[i] = run.use_active[static_cast<size_t>(step.use)] != 0 &&
                    (!step.off || (variant != nullptr && variant->added)) &&
                    !(variant != nullptr && variant->dropped);
  }
  // Each step after the one it is told from, which may stand later in the script.
  run.told.assign(count, 0);
  for (size_t i = 0; i < count; ++i) {
    run.path.clear();
    for (auto at = static_cast<int32_t>(i); at >= 0 && run.told[static_cast<size_t>(at)] == 0;
         at = run.templates[static_cast<size_t>(at)]->when.ref_step)
      run.path.push_back(at);
    for (auto it = run.path.rbegin(); it != run.path.rend(); ++it) {
      const auto step = static_cast<size_t>(*it);
      const When& when = run.templates[step]->when;
      run.times[step] = moment_of(when, run.base_of(when), holidays_, pick);
      run.told[step] = 1;
    }
  }
  run.order.clear();
  for (size_t i = 0; i < count; ++i)
    if (run.active[i] != 0) run.order.push_back(static_cast<int32_t>(i));
  const auto time = [&run](int32_t i) -> int64_t& { return run.times[static_cast<size_t>(i)]; };
  std::stable_sort(run.order.begin(), run.order.end(),
                   [&](int32_t a, int32_t b) { return time(a) < time(b); });
  // Two acts of a case at one second would be ordered by when they were recorded, which the faults change.
  for (size_t i = 1; i < run.order.size(); ++i)
    if (time(run.order[i]) <= time(run.order[i - 1])) time(run.order[i]) = time(run.order[i - 1]) + 1;
}

void Generator::write_step(Run& run, int32_t index, Random& random, Random& faults, CaseOutput& out) const {
  const BoundStep& step = run.script->steps[static_cast<size_t>(index)];
  const Template& told = *run.templates[static_cast<size_t>(index)];
  const int64_t at = run.times[static_cast<size_t>(index)];
  const int serial = index + 1;
  const auto write = [&](std::string_view mark, const Template& content, int64_t moment, int64_t recorded,
                         bool with_data, std::string_view verb, std::string_view target) {
    if (out.line_count == out.lines.size()) out.lines.emplace_back();
    std::string& line = out.lines[out.line_count++];
    line.clear();
    const auto id = [&](std::string_view which) {
      line += run.id;
      line += '-';
      line += static_cast<char>('0' + serial / 100 % 10);
      append_two(line, serial % 100);
      line += which;
    };
    line += "{\"id\":\"";
    id(mark);
    line += "\",\"type\":\"";
    line += content.type;
    line += "\",\"at\":\"";
    append_time(line, moment);
    line += "\",\"recorded\":\"";
    append_time(line, recorded);
    line += "\",\"case\":\"";
    line += run.id;
    if (step.companion) line += 'b';
    line += '"';
    run.append(line, content.people, index, random, holidays_);
    if (with_data) run.append(line, content.data, index, random, holidays_);
    if (!verb.empty()) {
      line += ",\"";
      line += verb;
      line += "\":\"";
      id(target);
      line += '"';
    }
    line += "}\n";
  };
  int64_t recorded = at + faults.between(kMinuteSeconds, 90 * kMinuteSeconds);
  if (faults.chance(options_.late)) recorded = at + faults.between(kDaySeconds, 60 * kDaySeconds);
  if (faults.chance(options_.corrections)) {
    // Recorded wrongly first: without its details, at another time, or as another version of the same step.
    const Template* wrong = &told;
    bool with_data = true;
    int64_t moment = at;
    const uint64_t way = faults.below(3);
    if (way == 0 && !told.data.empty()) {
      with_data = false;
    } else if (way == 1) {
      wrong = &step.lawful;  // what a planted violation hides behind
      for (const BoundPlant& plant : run.script->plants)
        for (const Variant& variant : plant.variants)
          if (variant.step == index && variant.content && &variant.changed != &told && faults.chance(0.5))
            wrong = &variant.changed;
    } else {
      moment += (faults.chance(0.5) ? 1 : -1) * faults.between(kHourSeconds, 72 * kHourSeconds);
    }
    write("", *wrong, moment, recorded, with_data, "", "");
    write("c", told, at, recorded + faults.between(kHourSeconds, 20 * kDaySeconds), true, "corrects", "");
  } else {
    write("", told, at, recorded, true, "", "");
  }
  if (faults.chance(options_.annulments)) {
    const int64_t never = at + faults.between(-5 * kDaySeconds, 10 * kDaySeconds);
    const int64_t known = std::max(never, at) + faults.between(kHourSeconds, 3 * kDaySeconds);
    write("x", told, never, never + kMinuteSeconds, true, "", "");
    write("y", told, known, known + kMinuteSeconds, false, "annuls", "x");
  }
}

void Generator::write_truths(const Run& run, CaseOutput& out) const {
  if (run.plant == nullptr) return;
  for (const Expectation& expectation : run.plant->expects) {
    const int64_t base = run.times[static_cast<size_t>(expectation.ref_step)];
    int64_t paused = 0;
    if (expectation.pause_from_step >= 0)
      paused = day_of(run.times[static_cast<size_t>(expectation.pause_to_step)]) -
               day_of(run.times[static_cast<size_t>(expectation.pause_from_step)]) + 1;
    const int64_t at = expectation.due ? due_of(expectation, base, paused, holidays_) : base;
    out.last_truth = std::max(out.last_truth, at);
    out.truths += "{\"case\":\"";
    out.truths += run.id;
    if (expectation.companion) out.truths += 'b';
    out.truths += "\",\"rule\":\"";
    out.truths += expectation.rule;
    out.truths += "\",\"kind\":\"";
    out.truths += expectation.kind;
    out.truths += "\",\"at\":\"";
    append_time(out.truths, at);
    out.truths += "\",\"plant\":\"";
    out.truths += run.plant->name;
    out.truths += "\"}\n";
  }
}

void Generator::make_case(uint64_t number, CaseOutput& out) const {
  thread_local Run run;
  Random random(options_.seed, number, kStory);
  Random faults(options_.seed, number, kFaults);
  const Chosen chosen = choose(random);
  run.script = chosen.script;
  run.plant = chosen.plant;
  run.start = random.between(chosen.script->first_day, chosen.script->last_day) * kDaySeconds;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "S%09llu", static_cast<unsigned long long>(number));
  run.id = text.data();
  run.suffix.assign("-").append(run.id);
  run.area = "A";
  append_two(run.area, random.between(1, 60));
  tell_times(run, random);
  out.line_count = 0;
  out.truths.clear();
  out.plant = run.plant == nullptr ? std::string() : run.plant->name;
  out.last_truth = 0;
  out.last_at = run.order.empty() ? 0 : run.times[static_cast<size_t>(run.order.back())];
  for (const int32_t index : run.order) write_step(run, index, random, faults, out);
  write_truths(run, out);
}

}  // namespace heng::sim
