// The engine's state as bytes and back: docs/format/snapshot.md.
#include "tlog/hash.h"
#include "watch/engine.h"
#include "watch/engine_refill.h"

namespace heng::watch {
namespace {

constexpr std::string_view kMagic = "heng/snapshot/v6\n";
constexpr size_t kHashSize = 32;

Error bad(std::string code, std::string what) {
  return Error{ErrorKind::verification, std::move(code), std::move(what), "", "delete it: it is made again from the acts"};
}

// Of the hashes of its parts of 64 KiB, which are taken several at a time.
class Checksum {
 public:
  static constexpr size_t kPart = size_t{64} << 10;
  // All but the last time whole parts.
  void add(std::string_view bytes) {
    parts_.clear();
    for (size_t at = 0; at < bytes.size(); at += kPart) parts_.push_back(bytes.substr(at, kPart));
    hashes_.resize(parts_.size());
    tlog::sha256_many(parts_, hashes_.data());
    for (const tlog::Hash& hash : hashes_) all_ += hash.view();
  }
  tlog::Hash hash() const { return tlog::sha256(all_); }

 private:
  std::vector<std::string_view> parts_;
  std::vector<tlog::Hash> hashes_;
  std::string all_;
};

tlog::Hash checksum(std::string_view bytes) {
  Checksum out;
  out.add(bytes);
  return out.hash();
}

}  // namespace

std::string Engine::law_hash() const {
  std::string text;
  for (const PackSummary& pack : plan_.packs) text += pack.name + "=" + pack.hash + "\n";
  text += "calendar " + plan_.holidays.hash() + "\n";
  for (const std::string& rule : options_.only_rules) text += "only " + rule + "\n";
  text += options_.missing ? "missing" : "";
  return tlog::to_hex(tlog::sha256(text).view());
}

std::string Engine::snapshot(uint64_t record_index, const std::string& root) const {
  std::string out;
  snapshot_to(record_index, root, [&out](std::string_view bytes) { out += bytes; });
  return out;
}

void Engine::snapshot_to(uint64_t record_index, const std::string& root, const std::function<void(std::string_view)>& take) const {
  Checksum sum;
  ByteWriter out;
  out.most = 64 * Checksum::kPart;
  out.full = [&](std::string& bytes) {
    sum.add(bytes);
    take(bytes);
    bytes.clear();
  };
  out.put(kMagic.data(), kMagic.size());
  out.text(law_hash());
  out.number(record_index);
  out.text(root);
  out.number(static_cast<uint64_t>(now_.us));
  ByteWriter shape;
  save(shape, shape_of(plan_, options_.only_rules, options_.missing));
  out.text(shape.bytes);
  history_.save(out, base_symbols_);
  out.number(rule_names_.size());
  for (const std::string& rule : rule_names_) out.text(rule);
  const auto save_state = [&out](const State& state) {
    out.vector(state.held);
    out.number(static_cast<uint64_t>(state.due.us));
  };
  out.number(cases_.size());
  for (const CaseState& state : cases_) {
    save_state(state);
    out.vector(state.dues);
  }
  out.number(wide_.size());
  for (const WideState& state : wide_) {
    out.number(static_cast<uint64_t>(state.key.first));
    out.number(state.key.second);
    out.vector(state.items);
    out.vector(state.firsts);
    save_state(state);
  }
  out.flush();
  take(sum.hash().view());
}

Result<Snapshot> Snapshot::read(const MappedFile& file) {
  HENG_TRY(Snapshot out, read(file.bytes()));
  out.file = &file;
  return out;
}

Result<Snapshot> Snapshot::read(std::string_view bytes) {
  if (bytes.size() < kMagic.size() + kHashSize || !bytes.starts_with(kMagic))
    return bad("snapshot-format", "this is no snapshot of the engine, or of another version of it");
  const std::string_view body = bytes.substr(0, bytes.size() - kHashSize);
  if (checksum(body).view() != bytes.substr(bytes.size() - kHashSize))
    return bad("snapshot-damaged", "the snapshot's checksum does not fit its bytes");
  ByteReader in{body.substr(kMagic.size())};
  Snapshot out;
  out.law = in.text();
  out.record_index = in.number();
  out.root = in.text();
  out.now = Instant{static_cast<int64_t>(in.number())};
  out.state = in.rest;
  out.first = bytes.data();
  if (!in.good) return bad("snapshot-format", "the snapshot does not read to its end");
  return out;
}

Result<Engine::Restored> Engine::restore(const Snapshot& snapshot, const Sink& sink) {
  const Error damaged = bad("snapshot-format", "the snapshot does not read to its end");
  ByteReader in{snapshot.state, true, snapshot.first, snapshot.file};
  now_ = snapshot.now;
  const bool other = !same_law(snapshot);
  ByteReader shape{in.view()};
  Refill refill;
  if (other) {
    const PlanShape old = load_shape(shape);
    History::Moved moved;
    if (!shape.good || !history_.load_other(in, moved)) return damaged;
    HENG_TRY_VOID(compare(old, moved, refill));
    refill.symbols = std::move(moved.symbols);
  } else if (!history_.load(in, base_symbols_)) {
    return damaged;
  }
  const uint64_t rules = in.number();
  for (uint64_t i = 0; i < rules && in.good; ++i) {
    const uint16_t index = rule_index(in.text());
    if (index != i) return damaged;
    if (other) refill.held.push_back(refill.again(rule_names_[index]));
  }
  wheel_.advance(now_);
  const auto load_state = [&](State& state) {
    in.vector(state.held);
    for (Held& held : state.held) {
      if (held.rule >= rule_names_.size()) return false;
      if (other) place(held);
    }
    state.due = Instant{static_cast<int64_t>(in.number())};
    return in.good;
  };
  const uint64_t cases = in.number();
  if (cases > history_.cases().size()) return damaged;
  cases_.resize(cases);
  for (size_t place = 0; place < cases && in.good; ++place) {
    CaseState& state = cases_[place];
    if (!load_state(state)) return damaged;
    in.vector(state.dues);
    const size_t clocks = other ? refill.clocks.size() : plan_.clocks.size();
    for (CaseJudge::Due& due : state.dues) {
      if (due.clock < 0 || static_cast<size_t>(due.clock) >= clocks) return damaged;
      if (other) due.clock = refill.clocks[static_cast<size_t>(due.clock)];
    }
    if (other) std::erase_if(state.dues, [](const CaseJudge::Due& due) { return due.clock == kNone; });
    if (state.due.us != INT64_MAX) wheel_.put(state.due, place);
  }
  const uint64_t wide = in.number();
  std::vector<WideState> keys;
  for (uint64_t i = 0; i < wide && in.good; ++i) {
    WideState& state = keys.emplace_back();
    state.key = {static_cast<int32_t>(in.number()), static_cast<Sym>(in.number())};
    if (other && !refill.move(state.key.second)) return damaged;
    in.vector(state.items);
    in.vector(state.firsts);
    if (!load_state(state)) return damaged;
    for (const LiveActs::Item& item : state.items)
      if (item.act >= history_.size()) return damaged;
    for (const WideState::First& first : state.firsts)
      if (first.item.act >= history_.size() || first.place >= history_.cases().size()) return damaged;
  }
  if (!in.good || !in.rest.empty()) return damaged;
  if (other && !refill.same_keys) {
    rebuild_keys(refill, std::move(keys), sink);
  } else {
    for (WideState& state : keys) {
      if (other) state.key.first = refill.subjects.at(state.key.first);
      const uint32_t index = wide_of(state.key);
      wide_[index] = std::move(state);
      for (const LiveActs::Item& item : wide_[index].items) gives(history_.place_of(history_.act(item.act).case_id), index);
      for (const WideState::First& first : wide_[index].firsts) gives(first.place, index);
    }
  }
  for (uint32_t index = 0; index < wide_.size(); ++index)
    if (wide_[index].due.us != INT64_MAX) wheel_.put(wide_[index].due, kWideBit | index);
  if (!other) return Restored{};
  refill_cases(refill, sink);
  refill_keys(refill, sink);
  return Restored{true, refill.declared, refill.names.size() + refill.gone.size()};
}

}  // namespace heng::watch
