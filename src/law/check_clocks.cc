// Clocks: what starts, allows, pauses, restarts and meets them.
#include <algorithm>

#include "law/check_parts.h"
#include "law/claims.h"

namespace heng::law {
namespace {

void add_patterns(const Symbols& symbols, uint32_t pack, const std::vector<Event>& events, ActSet& acts) {
  for (const Event& event : events) {
    if (event.kind != Event::Kind::pattern) continue;
    acts.any = acts.any || event.pattern.any_act;
    for (const Name& name : event.pattern.acts) {
      if (const ActInfo* act = symbols.act(pack, name.text)) acts.add(ActSet{false, {act}});
    }
  }
}

void check_step(CheckContext& context, const Step& step, const Scope& clock) {
  Scope scope = clock;
  if (step.after) {
    const ActSet acts = context.pattern(*step.after, scope);
    // `after P`: a bare number may be the extending act's.
    scope.spoken.add(acts);
  }
  scope.lenient = true;
  if (step.kind == Step::Kind::until) {
    const TypeOf type = context.operand(step.until, scope);
    TypeOf moment;
    moment.form = TypeClass::moment;
    if (!comparable(moment, type)) {
      context.out().add(Kind::type_mismatch, step.until.span,
                        "`until` wants a date or a time, and this is " + type_name(type), type_name(type));
    }
  } else if (step.kind != Step::Kind::at_once) {
    context.quantity(step.quantity, scope);
  }
  context.atoms(step.when, clock);
}

void check_pause(CheckContext& context, const Name& pause, const Scope& scope) {
  const Symbol* symbol = context.look_up(scope.pack, Space::named, pause);
  if (symbol == nullptr) return;
  const auto* state = symbol->as<StateDecl>();
  if (state == nullptr) {
    Diagnostic& said = context.out().add(Kind::unknown_state, pause.span, quoted(pause.text) + " is no state",
                                         "only a state has a length");
    said.secondary.push_back(Label{base_of(*symbol->decl).name.span, "declared here"});
    return;
  }
  const SubjectDecl* subject = context.subject_of(symbol->pack, state->key);
  if (subject == nullptr || subject == scope.key) return;
  Diagnostic& said = context.out().add(
      Kind::wrong_subject, pause.span,
      quoted(pause.text) + " is kept for each " + subject->name.text + ", and the clock for " +
          (scope.key == nullptr ? std::string("the case") : "each " + scope.key->name.text),
      "a state of another subject");
  said.secondary.push_back(Label{state->key->span, "declared here"});
}

// Proven apart: no act is matched by both.
bool apart(const Pattern& a, const Pattern& b) {
  Claims first(false);
  Claims second(false);
  first.add(a.where);
  second.add(b.where);
  return first.exclude(second);
}

void check_restarts(CheckContext& context, const ClockDecl& clock) {
  for (const Event& restart : clock.restarts) {
    if (restart.kind != Event::Kind::pattern) continue;
    for (const Event& start : clock.starts) {
      if (start.kind != Event::Kind::pattern) continue;
      for (const Name& name : restart.pattern.acts) {
        const auto same = std::find_if(start.pattern.acts.begin(), start.pattern.acts.end(),
                                       [&](const Name& other) { return other.text == name.text; });
        if (same == start.pattern.acts.end() || apart(start.pattern, restart.pattern)) continue;
        Diagnostic& said = context.out().add(Kind::restart_on_start, name.span,
                                             "the clock restarts on the act that starts it", "restarts");
        said.secondary.push_back(Label{same->span, "starts"});
        said.help = "leave out the restart: each such act starts a clock of its own";
      }
    }
  }
}

void check_meetable(CheckContext& context, uint32_t pack, const ClockDecl& clock, const Scope& scope) {
  for (const Pattern& met : clock.met_by) {
    Claims claims(false);
    claims.add(met.where);
    if (claims.impossible()) {
      context.out().add(Kind::clock_unmeetable, met.span,
                        "no act can meet the clock: the conditions exclude each other", "never true");
      continue;
    }
    // Across cases an act that does not carry the key stands in no timeline of it.
    if (!scope.across || scope.key == nullptr || met.any_act || met.key) continue;
    const bool carried = std::any_of(met.acts.begin(), met.acts.end(), [&](const Name& name) {
      const ActInfo* act = context.symbols().act(pack, name.text);
      return act == nullptr || act->carries(*scope.key);
    });
    if (carried) continue;
    Diagnostic& said =
        context.out().add(Kind::clock_unmeetable, met.span,
                          "no act can meet the clock: none of these carries " + quoted(scope.key->name.text),
                          "stands in no timeline of it");
    said.help = "add " + quoted(scope.key->name.text) + " to the `on` of the act type, or say `for FIELD`";
  }
}

}  // namespace

void check_clock(CheckContext& context, uint32_t pack, const ClockDecl& clock) {
  Scope scope = scope_of(context, pack, clock.key);
  check_meta(context, pack, clock, clock.meta, !clock.may);
  add_patterns(context.symbols(), pack, clock.starts, scope.judged);
  const bool unknown_start = std::none_of(clock.starts.begin(), clock.starts.end(), [](const Event& event) {
    return event.kind == Event::Kind::pattern;
  });
  if (unknown_start) scope.judged.any = true;  // it starts on no act: any may be spoken of
  scope.spoken = scope.judged;
  for (const Event& event : clock.starts) {
    Scope inside = scope;
    context.event(event, inside);
    if (event.pattern.alias) scope.aliases.emplace_back(event.pattern.alias.text, scope.judged);
  }
  context.conditions(clock.when, scope);
  context.conditions(clock.unless, scope);
  for (const Step& step : clock.allows) check_step(context, step, scope);
  for (const Name& pause : clock.pauses) check_pause(context, pause, scope);
  for (const std::vector<Event>* events : {&clock.restarts, &clock.lapses}) {
    for (const Event& event : *events) {
      Scope inside = scope;
      context.event(event, inside);
    }
  }
  for (const Pattern& met : clock.met_by) {
    Scope inside = scope;
    context.pattern(met, inside);
  }
  for (const Warning& warning : clock.warns) {
    if (warning.kind != Warning::Kind::percent) context.quantity(warning.quantity, scope);
  }
  check_restarts(context, clock);
  check_meetable(context, pack, clock, scope);
}

}  // namespace heng::law
