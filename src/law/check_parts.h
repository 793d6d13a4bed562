// The parts of check(), one idea each.
#pragma once

#include "law/check_context.h"

namespace heng::law {

// Names declared twice, colliding packs, versions of one rule in force on one day.
void check_declarations(CheckContext& context);
// What declarations that judge nothing name: roles, subjects, fields, units, sources.
void check_vocabulary(CheckContext& context, uint32_t pack);
void check_table(CheckContext& context, uint32_t pack, const TableDecl& table);
void check_state(CheckContext& context, uint32_t pack, const StateDecl& state);
void check_fact(CheckContext& context, uint32_t pack, const FactDecl& fact);
void check_rule(CheckContext& context, uint32_t pack, const RuleDecl& rule);
void check_clock(CheckContext& context, uint32_t pack, const ClockDecl& clock);
void check_separation(CheckContext& context, uint32_t pack, const SeparationDecl& separation);
void check_power(CheckContext& context, uint32_t pack, const PowerDecl& power);
void check_consequence(CheckContext& context, uint32_t pack, const ConsequenceDecl& consequence);
// Clocks, states and facts that depend on one another in a ring.
void check_rings(CheckContext& context);
void check_watch(CheckContext& context, uint32_t pack, const WatchDecl& watch);
void check_test(CheckContext& context, uint32_t pack, const TestDecl& test);

// The key of a declaration with `for`, looked up once; reports an unknown subject.
Scope scope_of(CheckContext& context, uint32_t pack, const std::optional<For>& key);
void check_meta(CheckContext& context, uint32_t pack, const DeclBase& decl, const Meta& meta, bool breaches);

}  // namespace heng::law
