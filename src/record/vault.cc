#include "record/vault.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "record/crc32c.h"
#include "record/json.h"

namespace heng::record {
namespace {

constexpr size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

Error damaged(const std::string& where) {
  return Error{ErrorKind::verification, "vault-damaged", "a key file cannot be read", where,
               "restore the vault from where it is kept"};
}

tlog::Hash hmac(const Key& key, std::string_view message) { return tlog::hmac_sha256(key, message); }

std::string text_of(const Key& key) {
  return tlog::base64_encode({reinterpret_cast<const char*>(key.data()), key.size()});
}

std::optional<Key> key_of(std::optional<std::string_view> text) {
  const auto hash = text ? hash_from_base64(*text) : std::nullopt;
  if (!hash) return std::nullopt;
  return hash->bytes;
}

constexpr size_t kSlot = 256;
// At most so much is written between two fdatasyncs, and so much written full of zeros beforehand.
constexpr size_t kPiece = size_t{1} << 20;

// 'C' or 'A' or 'X' | 7 zeros | 32 case name | 32 blind | 96 material | zeros | CRC-32C in the last four bytes; `out` is
// full of zeros.
void fill_slot(char* out, char type, const tlog::Hash& name, const tlog::Hash& blind, std::string_view material) {
  out[0] = type;
  std::memcpy(out + 8, name.bytes.data(), 32);
  std::memcpy(out + 40, blind.bytes.data(), 32);
  std::memcpy(out + 72, material.data(), material.size());
  const uint32_t crc = crc32c({out, kSlot - 4});
  for (size_t i = 0; i < 4; ++i) out[kSlot - 4 + i] = static_cast<char>(crc >> (8 * i));
}

std::string make_slot(char type, const tlog::Hash& name, const tlog::Hash& blind, std::string_view material) {
  std::string out(kSlot, '\0');
  fill_slot(out.data(), type, name, blind, material);
  return out;
}

bool slot_is_whole(std::string_view slot) {
  const uint32_t crc = crc32c(slot.substr(0, kSlot - 4));
  for (size_t i = 0; i < 4; ++i)
    if (static_cast<uint8_t>(slot[kSlot - 4 + i]) != static_cast<uint8_t>(crc >> (8 * i))) return false;
  return true;
}

std::string_view view_of(const Key& key) { return {reinterpret_cast<const char*>(key.data()), key.size()}; }

}  // namespace

Result<void> Vault::create(Disk& disk, const std::string& dir, Random& random) {
  for (const char* below : {"", "/sealed"}) HENG_TRY_VOID(disk.make_dirs(dir + below));
  if (disk.exists(dir + "/secret"))
    return Error{ErrorKind::conflict, "vault-exists", "there is a vault already", dir, ""};
  HENG_TRY_VOID(write_durably(disk, dir + "/keys", ""));
  return write_durably(disk, dir + "/secret", text_of(random.key()) + "\n");
}

Result<Vault> Vault::open(Disk& disk, const std::string& dir, Random& random) {
  Vault vault(disk, dir, random);
  HENG_TRY(std::string text, read_whole(disk, dir + "/secret", 4096));
  if (text.ends_with('\n')) text.pop_back();
  const auto secret = key_of(text);
  if (!secret) return damaged(dir + "/secret");
  vault.secret_ = *secret;
  HENG_TRY(vault.file_, disk.open(dir + "/keys", OpenMode::write));
  HENG_TRY(const std::string bytes, read_whole(disk, dir + "/keys", SIZE_MAX));
  for (size_t at = 0; at + kSlot <= bytes.size(); at += kSlot) {
    const std::string_view slot = std::string_view(bytes).substr(at, kSlot);
    if (!slot_is_whole(slot)) {
      // Only the batch that a crash cut off may be torn: nothing whole stands behind it.
      for (size_t later = at + kSlot; later + kSlot <= bytes.size(); later += kSlot)
        if (slot_is_whole(std::string_view(bytes).substr(later, kSlot)) && later - at > kPiece)
          return damaged(dir + "/keys");
      break;
    }
    const tlog::Hash name = *tlog::hash_from_bytes(slot.substr(8, 32)),
                     blind = *tlog::hash_from_bytes(slot.substr(40, 32));
    if (slot[0] == 'C') {
      Case kept{at, tlog::hash_from_bytes(slot.substr(72, 32))->bytes, {},
                tlog::hash_from_bytes(slot.substr(104, 32))->bytes,
                *tlog::hash_from_bytes(slot.substr(136, 32))};
      if (*kept.case_key == Key{}) kept.case_key.reset();
      vault.cases_.emplace(name, kept);
    } else {
      vault.acts_.add(blind, at);
    }
    vault.end_ = at + kSlot;
  }
  vault.prepared_ = bytes.size();
  return vault;
}

tlog::Hash Vault::name_of(const std::string& case_id) const { return hmac(secret_, "case " + case_id); }

std::string Vault::sealed_path(const std::string& case_id) const {
  return dir_ + "/sealed/" + tlog::to_hex(name_of(case_id).view().substr(0, 20));
}

std::string Vault::case_slot(const tlog::Hash& name, const Case& kept) const {
  const Key key = kept.case_key.value_or(Key{});
  return make_slot(
      'C', name, {},
      std::string(view_of(kept.handle_key)) + std::string(view_of(key)) + std::string(kept.check.view()));
}

Result<void> Vault::replace(uint64_t at, const std::string& slot) {
  HENG_TRY_VOID(store());
  HENG_TRY_VOID(file_->write(at, slot));
  return file_->sync();
}

const Vault::Known& Vault::known(const std::string& case_id) {
  const auto remembered = known_.find(case_id);
  if (remembered != known_.end()) return remembered->second;
  const tlog::Hash name = name_of(case_id);
  auto kept = cases_.find(name);
  if (kept == cases_.end()) {
    Case made{next(), random_->key(), {}, random_->key(), {}};
    made.check = hmac(*made.case_key, "heng.case-check/1");
    pending_ += case_slot(name, made);
    kept = cases_.emplace(name, made).first;
  }
  kept->second.handle = hmac(kept->second.handle_key, case_id);
  return known_.emplace(case_id, Known{name, &kept->second}).first->second;
}

Result<Vault::Known> Vault::find(const std::string& case_id) const {
  const auto remembered = known_.find(case_id);
  if (remembered != known_.end()) return remembered->second;
  const tlog::Hash name = name_of(case_id);
  const auto kept = cases_.find(name);
  if (kept == cases_.end())
    return Error{ErrorKind::not_found, "vault-case", "the vault has no keys of this case", "", ""};
  return Known{name, const_cast<Case*>(&kept->second)};
}

void BlindIndex::add(const tlog::Hash& blind, uint64_t at) { places_.emplace_back(std::hash<tlog::Hash>()(blind), at); }

std::vector<uint64_t> BlindIndex::find(const tlog::Hash& blind) const {
  const std::lock_guard lock(*mutex_);
  if (sorted_ < places_.size()) {
    const auto fresh = places_.begin() + static_cast<ptrdiff_t>(sorted_);
    std::sort(fresh, places_.end());
    std::inplace_merge(places_.begin(), fresh, places_.end());
    sorted_ = places_.size();
  }
  const uint64_t wanted = std::hash<tlog::Hash>()(blind);
  std::vector<uint64_t> out;
  for (auto at = std::lower_bound(places_.begin(), places_.end(), Place(wanted, 0)); at != places_.end() && at->first == wanted; ++at)
    out.push_back(at->second);
  std::reverse(out.begin(), out.end());
  return out;
}

Result<Vault::ActSlot> Vault::find_act(const tlog::Hash& blind) const {
  for (const uint64_t at : acts_.find(blind)) {
    HENG_TRY(std::string slot, slot_at(at));
    if (std::string_view(slot).substr(40, 32) == blind.view()) return ActSlot{at, std::move(slot)};
  }
  return Error{ErrorKind::not_found, "vault-act", "the vault has no key of this act", "", ""};
}

Result<std::string> Vault::slot_at(uint64_t at) const {
  if (at >= end_) return pending_.substr(static_cast<size_t>(at - end_), kSlot);
  HENG_TRY(std::string slot, file_->read(at, kSlot));
  if (slot.size() != kSlot || !slot_is_whole(slot)) return damaged(dir_ + "/keys");
  return slot;
}

size_t Vault::add_act(const tlog::Hash& blind) {
  acts_.add(blind, next());
  const size_t place = pending_.size();
  pending_.resize(place + kSlot);
  return place;
}

void Vault::fill_act(size_t place, const Known& of, const tlog::Hash& blind, const Key& key, const Nonce& nonce) {
  HENG_ASSERT(of.open());
  uint8_t wrapped[kNonce + std::tuple_size_v<Key> + kTag];
  std::copy(nonce.begin(), nonce.end(), wrapped);
  crypto_aead_xchacha20poly1305_ietf_encrypt(wrapped + kNonce, nullptr, key.data(), key.size(), blind.bytes.data(),
                                             blind.bytes.size(), nullptr, nonce.data(), of.kept->case_key->data());
  fill_slot(pending_.data() + place, 'A', of.name, blind, {reinterpret_cast<const char*>(wrapped), sizeof wrapped});
}

Vault::Slots Vault::take() {
  Slots out{end_, std::exchange(pending_, {})};
  end_ += out.bytes.size();
  return out;
}

Result<void> Vault::store(const Slots& slots) {
  for (size_t begin = 0; begin < slots.bytes.size(); begin += kPiece) {
    const std::string_view piece = std::string_view(slots.bytes).substr(begin, kPiece);
    const uint64_t at = slots.at + begin, end = at + piece.size();
    // A file that does not grow is made durable without the file system's own bookkeeping.
    if (end > prepared_) {
      const uint64_t full = (end / kPiece + 1) * kPiece;
      HENG_TRY_VOID(file_->write_zeros(end, full - end));
      prepared_ = full;
    }
    HENG_TRY_VOID(file_->write(at, piece));
    HENG_TRY_VOID(file_->sync());
  }
  return {};
}

Result<Key> Vault::act_key(const tlog::Hash& blind) const {
  HENG_TRY(const ActSlot found, find_act(blind));
  const std::string& slot = found.bytes;
  const auto kept = cases_.find(*tlog::hash_from_bytes(std::string_view(slot).substr(8, 32)));
  if (kept == cases_.end()) return damaged(dir_ + "/keys");
  if (slot[0] != 'A')
    return Error{ErrorKind::not_found, "body-shredded",
                 "the key of this act was destroyed: its content is gone for good", "", ""};
  if (!kept->second.case_key)
    return Error{ErrorKind::denied, "case-sealed", "the case is sealed", "",
                 "unseal it by a quorum of its custodians"};
  Key out{};
  const auto* wrapped = reinterpret_cast<const uint8_t*>(slot.data()) + 72;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, wrapped + kNonce, out.size() + kTag, blind.bytes.data(),
                                                 blind.bytes.size(), wrapped, kept->second.case_key->data()) != 0)
    return damaged(dir_ + "/keys");
  return out;
}

Result<void> Vault::seal(const std::string& case_id, unsigned k, const std::vector<Custodian>& custodians) {
  HENG_TRY(const Known named, find(case_id));
  Case* const kept = named.kept;
  if (!kept->case_key) return Error{ErrorKind::conflict, "case-sealed", "the case is sealed already", "", ""};
  if (k < 1 || k > custodians.size() || custodians.size() > 255)
    return Error{ErrorKind::usage, "seal-threshold", "the threshold does not fit the number of custodians",
                 "", ""};
  const std::vector<Share> shares =
      split_secret(*kept->case_key, k, static_cast<unsigned>(custodians.size()), *random_);
  Json list = Json::list();
  for (size_t i = 0; i < custodians.size(); ++i) {
    std::string box(crypto_box_SEALBYTES + shares[i].size(), '\0');
    crypto_box_seal(reinterpret_cast<uint8_t*>(box.data()), shares[i].data(), shares[i].size(),
                    custodians[i].public_key.bytes.data());
    Json item = Json::object();
    item.add("custodian", Json::of(custodians[i].name));
    item.add("share", Json::of(tlog::base64_encode(box)));
    list.items.push_back(std::move(item));
  }
  Json object = Json::object();
  object.add("t", Json::of("heng.sealed/1"));
  object.add("k", Json::of(uint64_t{k}));
  object.add("shares", std::move(list));
  // The shares are durable before the key goes: a crash between leaves the case open, never lost.
  HENG_TRY_VOID(write_durably(*disk_, sealed_path(case_id), canonical(object) + "\n"));
  sodium_memzero(kept->case_key->data(), kept->case_key->size());
  kept->case_key.reset();
  return replace(kept->at, case_slot(named.name, *kept));
}

bool Vault::is_sealed(const std::string& case_id) const {
  const auto kept = find(case_id);
  return kept.ok() && !kept->kept->case_key;
}

Result<Share> Vault::open_share(const std::string& case_id, const std::string& custodian,
                                const Key& secret_seed) const {
  HENG_TRY(const std::string text, read_whole(*disk_, sealed_path(case_id), 1u << 20));
  HENG_TRY(const Json object, parse_json(text));
  const auto [public_key, secret] = custodian_keys(secret_seed);
  const Json* shares = object.find("shares");
  if (shares == nullptr) return damaged(sealed_path(case_id));
  for (const Json& item : shares->items) {
    if (item.text_of("custodian") != custodian) continue;
    const auto box = tlog::base64_decode(item.text_of("share").value_or(""));
    Share share{};
    if (box && box->size() == crypto_box_SEALBYTES + share.size() &&
        crypto_box_seal_open(share.data(), reinterpret_cast<const uint8_t*>(box->data()), box->size(),
                             public_key.bytes.data(), secret.data()) == 0)
      return share;
    return Error{ErrorKind::denied, "custodian-key",
                 "this key does not open the share of `" + custodian + "`", "", ""};
  }
  return Error{ErrorKind::not_found, "custodian-unknown", "`" + custodian + "` holds no share of this case",
               "", ""};
}

Result<void> Vault::unseal(const std::string& case_id, const std::vector<Share>& shares) {
  HENG_TRY(const Known named, find(case_id));
  Case* const kept = named.kept;
  const auto joined = join_secret(shares);
  // The same quorum again, after a crash that came before the act was recorded.
  if (kept->case_key && joined.ok() && *joined == *kept->case_key) return {};
  if (kept->case_key) return Error{ErrorKind::conflict, "case-open", "the case is not sealed", "", ""};
  if (!joined.ok()) return joined.error();
  const Key key = *joined;
  if (hmac(key, "heng.case-check/1") != kept->check)
    return Error{ErrorKind::denied, "unseal-quorum", "these shares do not give the key of the case", "",
                 "more custodians are needed, or one of the shares is wrong"};
  kept->case_key = key;
  return replace(kept->at, case_slot(named.name, *kept));
}

Result<void> Vault::shred(const tlog::Hash& blind) {
  HENG_TRY(const ActSlot found, find_act(blind));
  return replace(found.at, make_slot('X', *tlog::hash_from_bytes(std::string_view(found.bytes).substr(8, 32)), blind, ""));
}

}  // namespace heng::record
