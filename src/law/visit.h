// A walk over everything a declaration mentions, in the order written. For checks that need no types: which
// names are used, what depends on what.
#pragma once

#include "law/ast.h"

namespace heng::law {

// What a pattern is there for.
enum class PatternRole : uint8_t {
  on,     // a rule judges it; a consequence's event
  start,  // a clock starts on it; a state begins on it
  met,    // `met by`, `may`
  lapse,  // `lapses`; a state ends on it
  restart,
  extension,  // `after` in a step
  given,
  earlier,
  since,
  lets,  // a power's act
  voids,
  counted,  // what a watch measures beside the acts it is kept of
};

// Override what is wanted. Each is called before what it contains.
class Visitor {
 public:
  virtual ~Visitor() = default;
  virtual void pattern(const Pattern&, PatternRole) {}
  virtual void atom(const Atom&) {}
  virtual void operand(const Operand&) {}
  virtual void factor(const Factor&) {}
  virtual void path(const Path&) {}
  virtual void quantity(const Quantity&) {}
  virtual void unit(const Unit&) {}
  virtual void event(const Event&, PatternRole) {}
  virtual void step(const Step&) {}
  virtual void cite(const Cite&) {}
};

void visit(const Decl& decl, Visitor& visitor);
void visit(const Atom& atom, Visitor& visitor);
void visit(const Pattern& pattern, PatternRole role, Visitor& visitor);

}  // namespace heng::law
