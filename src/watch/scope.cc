#include "watch/scope.h"

#include <algorithm>

namespace heng::watch {

void Scope::reset(std::span<const LiveActs::Item> acts) {
  ++epoch_;
  acts_.assign(acts.begin(), acts.end());
  links_.resize(acts_.size());
  for (uint32_t rank = 0; rank < acts_.size(); ++rank) {
    links_[rank] = {kNoRank, kNoRank};
    const uint16_t type = act(rank).type;
    if (type == kUnknownType) continue;
    Ends& ends = ends_[type];
    if (ends.epoch != epoch_) {
      ends = {epoch_, rank, rank};
      continue;
    }
    links_[rank].previous = ends.last;
    links_[ends.last].next = rank;
    ends.last = rank;
  }
}

uint32_t Scope::count_until(Instant instant) const {
  const auto it = std::partition_point(acts_.begin(), acts_.end(), [&](const LiveActs::Item& item) {
    return history_.act(item.act).at_us <= instant.us;
  });
  return static_cast<uint32_t>(it - acts_.begin());
}

uint32_t Scope::first_at(Instant instant) const {
  const auto it = std::partition_point(acts_.begin(), acts_.end(), [&](const LiveActs::Item& item) {
    return history_.act(item.act).at_us < instant.us;
  });
  return static_cast<uint32_t>(it - acts_.begin());
}

bool Scope::lists(const StoredAct& act, const Subject& subject) const {
  if (act.type == kUnknownType) return false;
  const std::vector<Sym>& on = plan_.acts[act.type].on;
  return std::find(on.begin(), on.end(), subject.name) != on.end();
}

// The first of the subject's paths that is given. A path through `by` or `on` gives every id of that role; one
// through `data` counts only where the act type lists the subject in `on`.
void Scope::carry(uint32_t rank, const Subject& subject, std::vector<Sym>& out) const {
  const StoredAct& stored = act(rank);
  const auto add = [&out](Sym value) {
    if (value != 0 && std::find(out.begin(), out.end(), value) == out.end()) out.push_back(value);
  };
  for (const Subject::Path& path : subject.paths) {
    switch (path.what) {
      case What::on:
        for (const PartyRef& party : history_.on(stored))
          if (path.name == 0 || party.role == path.name) add(party.id);
        break;
      case What::by:
        for (const PartyRef& party : history_.by(stored))
          if (path.name == 0 || party.role == path.name) add(party.id);
        break;
      case What::agency: add(stored.agency); break;
      default: {
        if (!lists(stored, subject)) break;
        const Datum* datum = field(rank, path.name);
        if (datum == nullptr) break;
        if (datum->kind == Datum::Kind::list)
          for (const Sym item : history_.list(*datum)) add(item);
        else if (datum->kind == Datum::Kind::symbol)
          add(static_cast<Sym>(datum->payload));
        break;
      }
    }
    if (!out.empty()) return;
  }
}

uint32_t Scope::Carriage::index_of(Sym value) const {
  if (named_from.empty()) {
    const auto found = std::find(named.begin(), named.end(), value);
    return found == named.end() ? UINT32_MAX : static_cast<uint32_t>(found - named.begin());
  }
  const auto found = named_from.find(value);
  return found == named_from.end() ? UINT32_MAX : found->second;
}

void Scope::Carriage::name(Sym value) {
  constexpr size_t kFew = 16;
  if (index_of(value) != UINT32_MAX) return;
  const uint32_t index = static_cast<uint32_t>(named.size());
  named.push_back(value);
  if (named.size() <= kFew) return;
  if (named_from.empty())
    for (uint32_t i = 0; i < index; ++i) named_from.emplace(named[i], i);
  named_from.emplace(value, index);
}

const Scope::Carriage& Scope::carriage(int32_t subject_index) const {
  Carriage& out = carriages_[static_cast<size_t>(subject_index)];
  if (out.epoch == epoch_) return out;
  out.epoch = epoch_;
  out.by_rank.assign(size(), {});
  out.lists.clear();
  out.named.clear();
  if (!out.named_from.empty()) out.named_from.clear();
  const Subject& subject = plan_.subjects[static_cast<size_t>(subject_index)];
  std::vector<Sym>& values = carried_;
  for (uint32_t rank = 0; rank < size(); ++rank) {
    values.clear();
    carry(rank, subject, values);
    Standing& standing = out.by_rank[rank];
    if (!values.empty()) {
      standing = {Standing::Mode::listed, static_cast<uint32_t>(out.lists.size()), static_cast<uint32_t>(values.size())};
      out.lists.insert(out.lists.end(), values.begin(), values.end());
      for (const Sym value : values) out.name(value);
      continue;
    }
    const StoredAct& stored = act(rank);
    const bool listed = lists(stored, subject);
    const uint32_t named = static_cast<uint32_t>(out.named.size());
    if (listed) {
      if (subject.each_of || across_) continue;
      if (named == 1) {
        standing = {Standing::Mode::listed, static_cast<uint32_t>(out.lists.size()), 1};
        out.lists.push_back(out.named[0]);
      } else if (named > 1) {
        standing = {Standing::Mode::unknown_named, 0, named};
      }
    } else if (!subject.kept_in_office && !across_) {
      standing = {Standing::Mode::all_named, 0, named};
    }
  }
  return out;
}

Tri Scope::stands(uint32_t rank, Key key) const {
  if (key.subject == kNone) return Tri::yes;
  if (across_) {  // who stands here by a `for FIELD` alone stands for that pattern alone
    const Subject& subject = plan_.subjects[static_cast<size_t>(key.subject)];
    if (subject.key_fields.empty()) return Tri::yes;
    std::vector<Sym> own;
    carry(rank, subject, own);
    return tri(std::find(own.begin(), own.end(), key.value) != own.end());
  }
  const Carriage& all = carriage(key.subject);
  const Standing& standing = all.by_rank[rank];
  switch (standing.mode) {
    case Standing::Mode::none: return Tri::no;
    case Standing::Mode::listed:
      for (uint32_t i = 0; i < standing.count; ++i)
        if (all.lists[standing.first + i] == key.value) return Tri::yes;
      return Tri::no;
    case Standing::Mode::all_named:
    case Standing::Mode::unknown_named: {
      if (all.index_of(key.value) >= standing.count) return Tri::no;
      return standing.mode == Standing::Mode::all_named ? Tri::yes : Tri::unknown;
    }
  }
  return Tri::no;
}

const std::vector<Sym>& Scope::values(int32_t subject) const { return carriage(subject).named; }

std::span<const Sym> Scope::carried(uint32_t rank, int32_t subject) const {
  const Carriage& all = carriage(subject);
  const Standing& standing = all.by_rank[rank];
  if (standing.mode != Standing::Mode::listed) return {};
  return {all.lists.data() + standing.first, standing.count};
}

std::span<const Sym> Scope::across_values(uint32_t rank, int32_t subject_index) const {
  const Subject& subject = plan_.subjects[static_cast<size_t>(subject_index)];
  std::vector<Sym>& out = across_values_;
  out.clear();
  carry(rank, subject, out);
  const auto add = [&out](Sym value) {
    if (value != 0 && std::find(out.begin(), out.end(), value) == out.end()) out.push_back(value);
  };
  const StoredAct& stored = act(rank);
  for (const Subject::KeyField& key : subject.key_fields) {
    if (!key.types.empty() && !std::binary_search(key.types.begin(), key.types.end(), stored.type)) continue;
    const Datum* datum = history_.find(stored, key.field);
    if (datum == nullptr) continue;
    if (datum->kind == Datum::Kind::list)
      for (const Sym item : history_.list(*datum)) add(item);
    else if (datum->kind == Datum::Kind::symbol)
      add(static_cast<Sym>(datum->payload));
  }
  return out;
}

bool Scope::names_first(uint32_t rank) const {
  for (size_t subject = 0; subject < plan_.subjects.size(); ++subject) {
    std::vector<Sym>& values = across_values_;
    values.clear();
    carry(rank, plan_.subjects[subject], values);
    if (values.empty()) continue;
    const Carriage& all = carriage(static_cast<int32_t>(subject));
    size_t left = values.size();
    for (uint32_t before = 0; before < rank && left > 0; ++before) {
      const Standing& standing = all.by_rank[before];
      if (standing.mode != Standing::Mode::listed) continue;
      for (uint32_t i = 0; i < standing.count; ++i)
        for (Sym& value : values)
          if (value == all.lists[standing.first + i]) {
            value = 0;
            --left;
          }
    }
    if (left > 0) return true;
  }
  return false;
}

bool Scope::key_missing(uint32_t rank, int32_t subject) const {
  return subject != kNone && !across_ && carriage(subject).by_rank[rank].mode == Standing::Mode::unknown_named;
}

const Datum* Scope::field(uint32_t rank, Sym name) const {
  const StoredAct& stored = act(rank);
  if (const Datum* own = history_.find(stored, name)) return own;
  if (stored.type == kUnknownType || across_) return nullptr;
  const std::vector<Sym>& latest = plan_.acts[stored.type].else_latest;
  if (std::find(latest.begin(), latest.end(), name) == latest.end()) return nullptr;
  for (uint32_t before = rank; before-- > 0;)
    if (const Datum* last = history_.find(act(before), name)) return last;
  return nullptr;
}

Sym Scope::role_of(Sym person, uint32_t rank) const {
  for (uint32_t at = rank + 1; at-- > 0;) {
    const StoredAct& stored = act(at);
    for (const PartyRef& party : history_.by(stored))
      if (party.id == person && party.role != 0) return party.role;
    for (const PartyRef& party : history_.on(stored))
      if (party.id == person && party.role != 0) return party.role;
  }
  return 0;
}

}  // namespace heng::watch
