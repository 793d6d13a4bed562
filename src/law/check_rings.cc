// Clocks, states and facts that depend on one another in a ring: no order of evaluation would exist.
#include <algorithm>
#include <map>

#include "law/check_parts.h"
#include "law/visit.h"

namespace heng::law {
namespace {

struct Edge {
  const Decl* to;
  Span span;
};

struct Mentions : Visitor {
  const Symbols& symbols;
  uint32_t pack;
  std::vector<Edge> edges;

  Mentions(const Symbols& names, uint32_t of) : symbols(names), pack(of) {}

  void to(Space space, const Name& name) {
    for (const Symbol* symbol : symbols.versions(pack, space, name.text)) {
      const bool node = symbol->as<ClockDecl>() != nullptr || symbol->as<StateDecl>() != nullptr ||
                        symbol->as<FactDecl>() != nullptr || symbol->as<RuleDecl>() != nullptr;
      if (node) edges.push_back(Edge{symbol->decl, name.span});
    }
  }
  void atom(const Atom& atom) override {
    if (atom.kind == Atom::Kind::named && !atom.names.empty()) to(Space::named, atom.names.front());
  }
  void factor(const Factor& factor) override {
    if (factor.kind == Factor::Kind::end_of) to(Space::rule, factor.name);
  }
  void event(const Event& event, PatternRole) override {
    if (event.clock) to(Space::rule, event.clock);
  }
  void unit(const Unit& unit) override {
    const PeriodDecl* period = symbols.period(pack, unit);
    if (period != nullptr && period->unless_state) to(Space::named, period->unless_state);
  }
};

std::string name_of(const Decl& decl) { return quoted(rule_id(base_of(decl))); }

class Rings {
 public:
  explicit Rings(CheckContext& context) : context_(context) {
    const Symbols& symbols = context.symbols();
    for (uint32_t pack = 0; pack < symbols.packs(); ++pack) {
      for (const Symbol& symbol : symbols.declared(pack)) {
        Mentions mentions(symbols, pack);
        visit(*symbol.decl, mentions);
        if (const auto* clock = symbol.as<ClockDecl>()) {
          for (const Name& pause : clock->pauses) mentions.to(Space::named, pause);
        }
        if (mentions.edges.empty()) continue;
        edges_[symbol.decl] = std::move(mentions.edges);
        order_.push_back(symbol.decl);
      }
    }
  }

  void report() {
    for (const Decl* decl : order_) {
      if (colour_[decl] == Colour::white) visit_from(decl);
    }
  }

 private:
  enum class Colour : uint8_t { white, grey, black };

  void visit_from(const Decl* decl) {
    colour_[decl] = Colour::grey;
    path_.push_back(decl);
    const auto edges = edges_.find(decl);
    if (edges != edges_.end()) {
      for (const Edge& edge : edges->second) {
        if (colour_[edge.to] == Colour::grey) {
          ring(edge);
        } else if (colour_[edge.to] == Colour::white) {
          visit_from(edge.to);
        }
      }
    }
    path_.pop_back();
    colour_[decl] = Colour::black;
  }

  void ring(const Edge& closing) {
    const auto from = std::find(path_.begin(), path_.end(), closing.to);
    std::string chain;
    for (auto at = from; at != path_.end(); ++at) chain += name_of(**at) + " → ";
    chain += name_of(*closing.to);
    Diagnostic& said = context_.out().add(Kind::ring, closing.span,
                                          from + 1 == path_.end()
                                              ? name_of(*closing.to) + " depends on itself"
                                              : name_of(*closing.to) + " depends on itself through others",
                                          "closes the ring");
    said.notes.push_back("the ring is " + chain);
    said.secondary.push_back(Label{base_of(*closing.to).name.span, "declared here"});
    said.help = "write what is common to them as a state or fact of its own, over acts alone";
  }

  CheckContext& context_;
  std::map<const Decl*, std::vector<Edge>> edges_;
  std::map<const Decl*, Colour> colour_;
  std::vector<const Decl*> order_;
  std::vector<const Decl*> path_;
};

}  // namespace

void check_rings(CheckContext& context) { Rings(context).report(); }

}  // namespace heng::law
