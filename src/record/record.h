// The record of acts: leaves and encrypted bodies on a Log, keys in a Vault, agencies that sign.
//
//   DIR/…               the log (log.h)
//   DIR/vault/          keys of bodies (vault.h) and what readers leave to be recorded (inbox.h); may lie elsewhere
//   DIR/keys/           log.skey, and <agency>.skey of the agencies that sign here; may lie elsewhere
//   DIR/policy          the trust policy, if there is one
//
// What it promises of acts: gapless numbers per agency and per case, each act of a case names the one before,
// `recorded` rises strictly, one id never has two contents.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "act/act.h"
#include "record/act_ids.h"
#include "record/disclosure.h"
#include "record/log.h"
#include "record/vault.h"
#include "record/verdict.h"
#include "record/workers.h"

namespace heng {
class ActReader;
}

namespace heng::record {

struct RecordOptions {
  std::string dir;
  std::string state_dir;  // empty: DIR/state
  std::string vault_dir;  // empty: DIR/vault
  std::string keys_dir;   // empty: DIR/keys
  bool writable = true;
  uint64_t segment_bytes = kSegmentBytes;  // of a record that is made
};

struct Receipt {
  size_t position = 0;  // among the acts handed in
  std::string id;
  uint64_t index = 0;
  tlog::Hash leaf;
  bool repeated = false;  // the same act was here already: accepted and ignored
};

// One act read back. Without the key only the leaf is there.
struct StoredAct {
  uint64_t index = 0;
  Leaf leaf;
  std::optional<Act> act;  // with `recorded` set
  std::string closed;      // why there is no act: "sealed", "shredded", "no-key", "system", "finding"
};

class Record {
 public:
  static Result<void> create(Disk& disk, const RecordOptions& options, const std::string& origin,
                             const std::string& agency, Instant now, Random& random);
  static Result<std::unique_ptr<Record>> open(Disk& disk, const RecordOptions& options, Random& random);
  ~Record();

  Log& log() { return *log_; }
  const Log& log() const { return *log_; }
  const tlog::NoteSigner& log_signer() const { return *log_signer_; }  // requires has_log_key()
  bool has_log_key() const { return log_signer_.has_value(); }
  bool has_vault() const { return vault_ != nullptr; }
  std::vector<std::string> agencies() const;
  Result<tlog::PublicKey> agency_key(const std::string& agency) const;
  // Every key of it known here: the files' and those the record vouches for. On any thread, whatever is on its way.
  std::vector<tlog::PublicKey> keys_of(const std::string& agency) const;

  enum class Signing { each, batch };
  struct Refused {
    size_t position = 0;
    std::string id;
    Error error;
    bool unread = false;  // the act could not be read, or is not its own
    uint32_t line = 0;    // where it was to be read, if it came in lines
  };
  struct Appended {
    std::vector<Receipt> receipts;
    std::vector<Refused> refused;  // one by one: the others go on
  };
  // Durable and numbered when it returns. `now` is when they enter; agencies without a key here are signed
  // for by `as`.
  Result<Appended> append(const std::vector<Act>& acts, Instant now, const std::string& as, Signing signing);

  // The same in three steps, each of which may have a thread of its own, so that acts are prepared while those before
  // them are on their way to the disk. Each step takes what is prepared in its order. prepare() counts on its acts at
  // once; so after an error of a later step nothing more is taken in, and whoever is answered is answered after
  // commit(). Everything else but log() and keys_of() waits until nothing is on its way.
  struct Pending {
    uint64_t first = 0;  // entry
    std::vector<Entry> entries;
    std::vector<std::string> pages;  // what they are made of
    Vault::Slots keys;
    Appended said;  // but for the leaf hashes
    Pending() = default;
    Pending(Pending&&) = default;
    Pending& operator=(Pending&&) = default;
  };
  // Gives act `index`, which may be read into `space`; several threads ask at once. An error refuses this act.
  using ActAt = std::function<Result<const Act*>(size_t index, Act& space)>;
  Result<Pending> prepare(size_t count, const ActAt& act_at, Instant now, const std::string& as, Signing signing);
  // The keys are durable before any entry is written: no crash leaves an entry without its key.
  Result<void> store_keys(const Pending& pending);
  Result<Appended> commit(Pending pending);

  // Of a record opened for reading: takes in what its writer has recorded since. True if there is more now.
  Result<bool> refresh();

  // A reader's duty: says, durably and before it opens bodies, that it reads `count` entries from `first` on. The
  // writer records it (`heng.read`) when it next takes the inbox in.
  Result<void> announce_read(uint64_t first, uint64_t count, const std::string& reader, const std::string& basis,
                             Instant now);
  // A finding or its withdrawal, to be recorded as an act of the kind `heng.finding` that acknowledges the entries
  // it rests on. Its id makes it the same act however often it is left.
  Result<void> leave_finding(const Act& act, const std::vector<tlog::Hash>& acknowledges, Instant now);
  // Findings left and not yet recorded.
  Result<std::vector<Act>> findings_left() const;
  // Records what readers left. A crash between can record a read twice, never a finding. Gives how many notes.
  Result<uint64_t> take_inbox(Instant now, const std::string& as);

  // Acts of the record itself: sealing, keys, manifests. Case may be empty.
  Result<Receipt> append_system(std::string_view kind, const std::string& case_id, const std::string& agency,
                                std::vector<JsonMember> note, Instant now);
  Result<Receipt> rotate_key(const std::string& agency, Instant now, Random& random);
  // Closes the case so far: a dossier that ends with it is complete up to now.
  Result<Receipt> add_manifest(const std::string& case_id, const std::string& agency, Instant now);
  // Destroys the key of an act's body, then says so in the record.
  Result<Receipt> shred(const std::string& act_id, const std::string& agency, const std::string& basis,
                        Instant now);

  Result<StoredAct> read(uint64_t index) const;
  Result<Leaf> leaf(uint64_t index) const;  // what is not secret of it
  std::optional<uint64_t> find(const std::string& act_id) const;  // open acts only
  std::vector<uint64_t> case_entries(const std::string& case_id) const;
  Vault& vault() { return *vault_; }

  // Files for a citizen, at a signed checkpoint.
  Result<tlog::ProofFile> prove(uint64_t index, const tlog::SignedCheckpoint& at) const;
  Result<std::string> dossier(const std::string& case_id, const tlog::SignedCheckpoint& at) const;
  Result<std::string> redact(uint64_t index, const std::vector<std::string>& paths,
                             const tlog::SignedCheckpoint& at) const;
  // Everything the log can say of itself, and every body and signature: what Log::audit does not know of.
  Result<Log::Audit> audit() const;

 private:
  struct CaseState {
    std::string id;  // empty if this vault has no key of it
    uint64_t seq = 0;
    tlog::Hash last;
    std::vector<uint64_t> entries;
    // The last act of it in the commit that is being prepared, as far as `commit` is that commit's first entry.
    uint64_t commit = UINT64_MAX;
    size_t latest = 0;
  };
  struct Signer {
    tlog::NoteSigner note;
    std::string key_id;
  };
  struct Draft;
  struct Round;
  Record(Disk& disk, RecordOptions options);
  static Error sealed_case();
  std::span<Draft> fresh_drafts(size_t count);
  void draft(const Round& round, size_t begin, std::span<Draft> drafts) const;
  void read_act(const Round& round, size_t index, Draft& out) const;
  void admit(const Round& round, size_t index, Draft& made, Pending& out, std::vector<Receipt>& repeated);
  Result<void> count_in(const Round& round, Draft& made);
  void write_messages(std::span<Draft* const> drafts);
  void write_pages(Signing signing, Pending& out);
  void queue_up(Leaf& leaf, const Signer& signer);
  Result<void> number(Leaf& leaf, const Signer& signer, Instant now, std::string& message);
  Result<void> fits(const Leaf& leaf, std::string_view message) const;
  Instant next_recorded(Instant now) const { return Instant{std::max(now.us, last_recorded_.us + 1)}; }
  Result<Pending> prepare_all(const Round& round, Signing signing);
  Result<Appended> append_all(const std::vector<Act>& acts, Instant now, const std::string& as, Signing signing,
                              const std::vector<std::vector<tlog::Hash>>* acknowledges);
  Result<void> load_keys();
  Result<void> replay(uint64_t from);
  Result<void> finish_shredding(const Leaf& said);
  // Does a leaf that was read follow those before it? Gives the time it was recorded at.
  Result<Instant> check_place(uint64_t index, const Leaf& leaf) const;
  // What is known from an entry on, read or made. An act is known by the hashes of its id and of its canonical form.
  struct ActHashes {
    tlog::Hash id, content;
  };
  void take_in(uint64_t index, const Leaf& leaf, const tlog::Hash& content_hash, const std::string& case_id,
               const std::optional<ActHashes>& act);
  // The part of it that is known before the leaf is written.
  CaseState* enter(uint64_t index, const Leaf& leaf, const std::string& case_id, const std::optional<ActHashes>& act);
  struct Replayed;
  void read_entry(uint64_t index, ActReader& reader, Replayed& out) const;
  // The canonical act; its seed too, if wanted.
  Result<std::string> open_body(uint64_t index, const Leaf& leaf, Seed* seed) const;
  Result<const Signer*> signer_of(const std::string& agency) const;
  const Signer* default_signer(const std::string& as) const;  // nullptr: there is none

  static constexpr size_t kSeedBytes = std::tuple_size_v<Seed>;
  Disk* disk_;
  RecordOptions options_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<Vault> vault_;
  std::optional<tlog::NoteSigner> log_signer_;
  std::map<std::string, Signer> agency_signers_;  // the newest key of each
  mutable std::mutex keys_mutex_;
  std::map<std::string, std::vector<tlog::PublicKey>> agency_keys_;
  std::map<std::string, uint64_t> agency_seq_;
  std::unordered_map<tlog::Hash, CaseState> cases_;  // by handle
  ActIds ids_;
  // What the log says, whatever keys are still here: nobody reads on between the act and the deed.
  std::unordered_set<tlog::Hash> sealed_;   // handles
  std::unordered_set<uint64_t> shredded_;   // entries
  Instant last_recorded_;
  uint64_t next_index_ = 0;  // behind the last entry that is counted on
  std::atomic<bool> broken_ = false;
  Random* random_ = nullptr;
  Workers workers_;
  // Kept from one commit to the next, so that their memory is used again.
  std::vector<Draft> drafts_;
  std::vector<Draft*> taken_;  // those that are not refused, in their order
  uint64_t taken_from_ = UINT64_MAX;  // the entry of the first
};

}  // namespace heng::record
