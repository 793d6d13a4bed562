#include "law/clauses.h"

namespace heng::law {
namespace {

constexpr ClauseSpec one(std::string_view words) { return {words, false, false, false}; }
constexpr ClauseSpec needed(std::string_view words) { return {words, false, true, false}; }
constexpr ClauseSpec many(std::string_view words) { return {words, true, false, false}; }
constexpr ClauseSpec many_needed(std::string_view words) { return {words, true, true, false}; }

constexpr ClauseSpec kPack[] = {one("uses"),   one("zone"),  one("holidays"),
                                one("levels"), one("words"), one("reviewed")};
constexpr ClauseSpec kAct[] = {one("by"), one("on"), many("data"), many("span")};
constexpr ClauseSpec kField[] = {many("codes")};
constexpr ClauseSpec kPeriod[] = {one("cites"), needed("counts"), needed("starts"), one("ends"),
                                  one("rolls"), one("strictly"),  one("warns")};
constexpr ClauseSpec kTable[] = {one("cites"), needed("columns"), {"row", false, true, true}};
constexpr ClauseSpec kState[] = {one("cites"), one("for"), many_needed("begins"), many("ends")};
constexpr ClauseSpec kFact[] = {one("cites"), one("for"), many_needed("when")};
constexpr ClauseSpec kRule[] = {one("cites"),   one("severity"),   one("binds"),   one("in force"),
                                one("for"),     many_needed("on"), many("given"),  many("when"),
                                many("unless"), many("require"),   many("advise"), one("forbid")};
constexpr ClauseSpec kClock[] = {
    one("cites"),          one("severity"), one("binds"),   one("in force"),       one("for"),
    many_needed("starts"), many("when"),    many("unless"), many_needed("allows"), many("pauses"),
    many("restarts"),      many("met by"),  many("may"),    many("lapses"),        many("warns")};
constexpr ClauseSpec kSeparation[] = {one("cites"), one("severity"), one("binds"),  one("in force"),
                                      one("for"),   needed("apart"), many("unless")};
constexpr ClauseSpec kPower[] = {one("cites"),    one("severity"), one("binds"),
                                 one("in force"), needed("lets"),  many_needed("held by")};
constexpr ClauseSpec kConsequence[] = {one("cites"),    one("severity"), one("binds"),
                                       one("in force"), needed("on"),    needed("voids")};

constexpr ClauseSpec kWatch[] = {
    one("cites"),       one("severity"),     one("binds"),    one("in force"), one("for"),
    many_needed("on"),  many("when"),        needed("per"),   needed("measures"), needed("over"),
    one("peers"),       needed("flags"),     one("needs"),    one("false discovery")};

constexpr DeclarationSpec kSpecs[] = {
    {"pack", kPack},
    {"source", {}},
    {"role", {}},
    {"agency", {}},
    {"office", {}},
    {"subject", {}},
    {"setting", {}},
    {"act", kAct},
    {"field", kField},
    {"period", kPeriod},
    {"table", kTable},
    {"state", kState},
    {"fact", kFact},
    {"rule", kRule},
    {"clock", kClock},
    {"separation", kSeparation},
    {"power", kPower},
    {"consequence", kConsequence},
    {"test", {}},
    {"watch", kWatch},
};

}  // namespace

const DeclarationSpec* declaration_spec(std::string_view word) {
  for (const DeclarationSpec& spec : kSpecs) {
    if (spec.word == word) return &spec;
  }
  return nullptr;
}

}  // namespace heng::law
