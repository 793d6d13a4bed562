#include "sim/bound.h"

#include <algorithm>

#include "base/json.h"

namespace heng::sim {
namespace {

Error name_error(const std::string& where, const std::string& what) {
  return Error{ErrorKind::bad_input, "script-name", what, where, "see docs/simulator.md"};
}

// Joins neighbouring text.
class Pieces {
 public:
  void text(std::string_view text) {
    if (out_.empty() || out_.back().kind != Piece::Kind::text) out_.push_back({});
    out_.back().text += text;
  }
  void quoted(std::string_view text_in) {
    std::string json;
    append_json_string(json, text_in);
    text(json);
  }
  void add(Piece piece) { out_.push_back(std::move(piece)); }
  void id(std::string_view name) {
    text("\"");
    text(name);
    Piece suffix;
    suffix.kind = Piece::Kind::suffix;
    add(std::move(suffix));
    text("\"");
  }
  std::vector<Piece> take() { return std::move(out_); }

 private:
  std::vector<Piece> out_;
};

class Binder {
 public:
  Binder(const Library& library, const Script& script) : library_(library), script_(script) {}

  Result<BoundScript> bind() {
    out_.name = script_.name;
    out_.kind = script_.kind;
    out_.weight = script_.weight;
    out_.first_day = script_.first_day;
    out_.last_day = script_.last_day;
    for (size_t use = 0; use < script_.uses.size(); ++use) {
      const auto block = library_.blocks.find(script_.uses[use].block);
      if (block == library_.blocks.end())
        return name_error("script " + script_.name, "no block is called `" + script_.uses[use].block + "`");
      out_.percents.push_back(script_.uses[use].percent);
      for (const Step& step : block->second.steps) {
        BoundStep made;
        made.name = step.name;
        made.use = static_cast<int32_t>(use);
        made.off = step.off;
        made.companion = step.companion;
        if (!names_.emplace(step.name, static_cast<int32_t>(out_.steps.size())).second)
          return name_error("script " + script_.name, "two steps are called `" + step.name + "`");
        out_.steps.push_back(std::move(made));
        sources_.push_back(&step);
      }
    }
    for (size_t i = 0; i < sources_.size(); ++i) {
      HENG_TRY(out_.steps[i].lawful, make(*sources_[i], static_cast<int32_t>(i)));
    }
    HENG_TRY_VOID(no_ring({}));
    for (size_t use = 0; use < script_.uses.size(); ++use)
      for (const Plant& plant : library_.blocks.at(script_.uses[use].block).plants) {
        HENG_TRY_VOID(plant_in(plant, static_cast<int32_t>(use)));
      }
    return std::move(out_);
  }

 private:
  Result<void> plant_in(const Plant& plant, int32_t use) {
    if (std::find(script_.without.begin(), script_.without.end(), plant.name) != script_.without.end())
      return {};
    const std::string where = "plant " + plant.name;
    BoundPlant made;
    made.name = plant.name;
    made.uses.push_back(use);
    for (const std::string& need : plant.needs) {
      const auto found = std::find_if(script_.uses.begin(), script_.uses.end(),
                                      [&](const Use& u) { return u.block == need; });
      if (found == script_.uses.end()) return {};  // it does not fit this script
      made.uses.push_back(static_cast<int32_t>(found - script_.uses.begin()));
    }
    std::map<int32_t, Step> changed;
    std::map<int32_t, Variant> variants;
    for (const Edit& edit : plant.edits) {
      const auto found = names_.find(edit.step);
      if (found == names_.end()) return name_error(where, "no step is called `" + edit.step + "`");
      const int32_t index = found->second;
      Step& step = changed.emplace(index, *sources_[static_cast<size_t>(index)]).first->second;
      Variant& variant = variants[index];
      variant.step = index;
      apply(edit, step, variant);
    }
    for (auto& [index, variant] : variants) {
      HENG_TRY(variant.changed, make(changed.at(index), index));
      made.variants.push_back(std::move(variant));
    }
    HENG_TRY_VOID(no_ring(made.variants));
    for (Expectation expectation : plant.expects) {
      const auto found = names_.find(expectation.step);
      if (found == names_.end()) return name_error(where, "no step is called `" + expectation.step + "`");
      expectation.ref_step = found->second;
      if (!expectation.pause_from.empty()) {
        const auto from = names_.find(expectation.pause_from);
        const auto to = names_.find(expectation.pause_to);
        if (from == names_.end() || to == names_.end()) return name_error(where, "a pause names no step");
        expectation.pause_from_step = from->second;
        expectation.pause_to_step = to->second;
      }
      made.expects.push_back(std::move(expectation));
    }
    if (made.expects.empty()) return name_error(where, "nothing is expected");
    out_.plants.push_back(std::move(made));
    return {};
  }

  // Each step is told from another one, so following them must lead to the start.
  Result<void> no_ring(const std::vector<Variant>& variants) const {
    for (size_t i = 0; i < out_.steps.size(); ++i) {
      size_t hops = 0;
      auto at = static_cast<int32_t>(i);
      while (at >= 0 && hops <= out_.steps.size()) {
        ++hops;
        const Template* told = &out_.steps[static_cast<size_t>(at)].lawful;
        for (const Variant& variant : variants)
          if (variant.step == at) told = &variant.changed;
        at = told->when.ref_step;
      }
      if (at >= 0)
        return Error{ErrorKind::bad_input, "script-order", "steps are told from one another in a ring",
                     "script " + script_.name + ", step " + out_.steps[i].name,
                     "tell one of them from `start`"};
    }
    return {};
  }

  static void apply(const Edit& edit, Step& step, Variant& variant) {
    switch (edit.kind) {
      case Edit::Kind::move:
        step.when = edit.when;
        variant.moved = true;
        break;
      case Edit::Kind::drop:
        variant.dropped = true;
        break;
      case Edit::Kind::add:
        variant.added = true;
        break;
      case Edit::Kind::unset:
        for (const std::string& name : edit.names)
          std::erase_if(step.data, [&](const Datum& d) { return d.name == name; });
        variant.content = true;
        break;
      case Edit::Kind::set:
        for (const Datum& datum : edit.data) {
          const auto old = std::find_if(step.data.begin(), step.data.end(),
                                        [&](const Datum& d) { return d.name == datum.name; });
          if (old == step.data.end())
            step.data.push_back(datum);
          else
            *old = datum;
        }
        if (edit.sets_by) step.by = edit.by;
        if (edit.sets_on) step.on = edit.on;
        if (!edit.agency.empty()) step.agency = edit.agency;
        variant.content = true;
        break;
    }
  }

  Result<void> resolve(When& when, int32_t own) {
    when.ref_step = -1;
    if (when.ref == "start") return {};
    if (when.ref == "this") {
      when.ref_step = own;
      return {};
    }
    const auto found = names_.find(when.ref);
    const std::string where =
        "script " + script_.name + ", step " + out_.steps[static_cast<size_t>(own)].name;
    if (found == names_.end()) return name_error(where, "no step is called `" + when.ref + "`");
    when.ref_step = found->second;
    const BoundStep& ref = out_.steps[static_cast<size_t>(found->second)];
    if (script_.uses[static_cast<size_t>(ref.use)].percent < 100 &&
        ref.use != out_.steps[static_cast<size_t>(own)].use)
      return Error{ErrorKind::bad_input, "script-order", "the block of `" + when.ref + "` may be absent",
                   where, "tell the step from one that is always there"};
    return {};
  }

  Result<Template> make(const Step& step, int32_t own) {
    Template out;
    out.type = step.type;
    out.when = step.when;
    HENG_TRY_VOID(resolve(out.when, own));
    Pieces people;
    people.text(",\"agency\":\"");
    std::string kind = step.agency;
    std::replace(kind.begin(), kind.end(), '_', '-');
    std::string extra;
    if (const size_t dot = kind.find('.'); dot != std::string::npos) {
      extra = kind.substr(dot + 1);
      kind.resize(dot);
    }
    people.text(kind + "-" + extra);
    Piece area;
    area.kind = Piece::Kind::area;
    people.add(std::move(area));
    people.text("\"");
    members(people, "by", step.by);
    members(people, "on", step.on);
    out.people = people.take();
    Pieces data;
    if (!step.data.empty()) {
      bool first = true;
      data.text(",\"data\":{");
      for (const Datum& datum : step.data) {
        if (!first) data.text(",");
        first = false;
        data.quoted(datum.name);
        data.text(":");
        HENG_TRY_VOID(value(data, datum, own));
      }
      data.text("}");
    }
    out.data = data.take();
    return out;
  }

  static void members(Pieces& out, std::string_view name, const std::vector<Member>& list) {
    if (list.empty()) return;
    out.text(",\"");
    out.text(name);
    out.text("\":[");
    bool first = true;
    for (const Member& member : list) {
      out.text(first ? "{\"id\":" : ",{\"id\":");
      first = false;
      out.id(member.id);
      out.text(",\"role\":");
      out.quoted(member.role);
      out.text("}");
    }
    out.text("]");
  }

  static std::string plain(const Datum& datum) {
    if (datum.kind != Datum::Kind::text) return datum.kind == Datum::Kind::null ? "null" : datum.text;
    std::string json;
    append_json_string(json, datum.text);
    return json;
  }

  Result<void> value(Pieces& out, const Datum& datum, int32_t own) {
    using Kind = Datum::Kind;
    Piece piece;
    switch (datum.kind) {
      case Kind::text:
      case Kind::number:
      case Kind::boolean:
      case Kind::null:
        out.text(plain(datum));
        return {};
      case Kind::id:
        out.id(datum.text);
        return {};
      case Kind::list: {
        out.text("[");
        bool first = true;
        for (const Datum& item : datum.items) {
          if (!first) out.text(",");
          first = false;
          HENG_TRY_VOID(value(out, item, own));
        }
        out.text("]");
        return {};
      }
      case Kind::choice:
        piece.kind = Piece::Kind::choice;
        for (const Datum& item : datum.items) piece.choices.push_back(plain(item));
        break;
      case Kind::range:
        piece.kind = Piece::Kind::range;
        piece.low = datum.low;
        piece.high = datum.high;
        break;
      case Kind::date:
      case Kind::time:
      case Kind::clock:
        piece.kind = datum.kind == Kind::date   ? Piece::Kind::date
                     : datum.kind == Kind::time ? Piece::Kind::time
                                                : Piece::Kind::clock;
        piece.when = datum.when;
        HENG_TRY_VOID(resolve(piece.when, own));
        break;
    }
    out.add(std::move(piece));
    return {};
  }

  const Library& library_;
  const Script& script_;
  BoundScript out_;
  std::map<std::string, int32_t> names_;
  std::vector<const Step*> sources_;
};

}  // namespace

Result<std::vector<BoundScript>> bind_scripts(const Library& library) {
  std::vector<BoundScript> out;
  for (const Script& script : library.scripts) {
    HENG_TRY(BoundScript bound, Binder(library, script).bind());
    out.push_back(std::move(bound));
  }
  return out;
}

}  // namespace heng::sim
