// Which act types a declaration can read, through its conditions, states, facts and clocks: acts of other types change
// nothing it says.
#pragma once

#include <set>
#include <string>

#include "watch/plan.h"
#include "watch/scope.h"

namespace heng::watch {

// Adds what the declaration reads to `types`; all types where it asks about acts without naming their type (the latest
// value of a field, who acted in a role, any act).
class Needs {
 public:
  explicit Needs(const Plan& plan) : plan_(plan), states_(plan.states.size()), facts_(plan.facts.size()),
                                     rules_(plan.rules.size()), groups_(plan.groups.size()) {}
  void rule(const Rule& rule);
  void clock(const Clock& clock);
  void separation(const Separation& separation);
  const TypeSet& types() const { return types_; }
  // A clock starts at the end of every day, week, … for a key that any act has named: the first such act is read too.
  bool first_act() const { return first_act_; }

 private:
  void pattern(const Pattern& pattern);
  void atom(const Atom& atom);
  void conditions(const std::vector<Condition>& lines);
  void operand(const Operand& operand);
  void factor(const Factor& factor);
  void quantity(const Quantity& quantity);
  void event(const Event& event);
  void period(int32_t index);
  void state(int32_t index);
  void group(int32_t index);

  const Plan& plan_;
  TypeSet types_;
  bool first_act_ = false;
  std::vector<bool> states_, facts_, rules_, groups_;  // seen
};

// A subject asked about across cases, and the act types that what is asked reads.
struct AcrossSubject {
  int32_t subject = kNone;
  TypeSet types;
  bool first_act = false;  // and the first act, of whatever type, that names the key
};
// `only`: full names of the rules looked at; empty: all. In order of subjects.
std::vector<AcrossSubject> across_subjects(const Plan& plan, const std::set<std::string>& only);

// Calls `each(across, rank, value, read)` for every value across cases that an act of the scope gives something to, by
// subject, then by rank; `read`: the act itself can be read, not only be the first that names the value.
template <typename Each>
void give_across(const Scope& scope, const std::vector<AcrossSubject>& subjects, const Each& each) {
  for (const AcrossSubject& across : subjects)
    for (uint32_t rank = 0; rank < scope.size(); ++rank) {
      const bool read = across.types.has(scope.act(rank).type);
      if (!read && !across.first_act) continue;
      for (const Sym value : scope.across_values(rank, across.subject)) each(across, rank, value, read);
    }
}

}  // namespace heng::watch
