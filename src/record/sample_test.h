// A small log in memory with agencies, witnesses and a policy: what the tests of the citizen's check are cut
// from.
#pragma once

#include <string>
#include <vector>

#include "record/verdict.h"
#include "tlog/proof_file.h"
#include "tlog/tree.h"

namespace heng::record {

constexpr uint64_t kInTime = 1'710'000'000;   // March 2024
constexpr uint64_t kTooLate = 1'741'000'000;  // March 2025

inline tlog::SigningKey key_of(uint8_t seed) { return tlog::SigningKey::from_seed({seed}); }

struct SampleLog {
  tlog::NoteSigner log{"record.example/court", tlog::KeyType::ed25519, key_of(1)};
  std::vector<tlog::NoteSigner> witnesses;
  tlog::SigningKey agency = key_of(50);
  std::vector<Leaf> leaves;
  std::vector<std::string> entries;
  tlog::Tree tree;
  uint64_t agency_seq = 0;

  SampleLog() {
    for (uint8_t i = 0; i < 5; ++i)
      witnesses.push_back({"w" + std::to_string(i) + ".example", tlog::KeyType::cosignature,
                           key_of(static_cast<uint8_t>(10 + i))});
  }

  std::string policy_text() const {
    std::string text = "log " + log.verifier().vkey() + "\n";
    for (size_t i = 0; i < witnesses.size(); ++i)
      text += "witness w" + std::to_string(i) + " " + witnesses[i].verifier().vkey() + "\n";
    text +=
        "group state 2 w0 w1 w2\ngroup outside any w3 w4\ngroup everyone all state outside\nquorum "
        "everyone\n";
    text += "#! operator w0\n#! valid w3 2024-01-01 2025-01-01\n";
    return text + "#! agency police " + to_base64(agency.public_key()) + "\n";
  }
  tlog::Policy policy() const { return tlog::parse_policy(policy_text()).value(); }

  Leaf unsigned_leaf(const std::string& kind, const std::string& case_id) {
    Leaf leaf;
    leaf.kind = kind;
    leaf.agency = "police";
    leaf.agency_seq = ++agency_seq;
    leaf.at = "2024-03-09T16:00:00+08:00";
    leaf.recorded = "2024-03-09T16:00:01+08:00";
    leaf.blind = tlog::sha256(kind + case_id + std::to_string(agency_seq));
    leaf.case_handle = tlog::sha256("case " + case_id);
    leaf.case_seq = 1;
    for (const Leaf& other : leaves)
      if (other.case_handle == leaf.case_handle) {
        leaf.case_seq = other.case_seq + 1;
        leaf.previous = other.content_hash();
      }
    return leaf;
  }
  void put(Leaf leaf) {
    entries.push_back(leaf.bytes());
    tree.append(leaf.hash());
    leaves.push_back(std::move(leaf));
  }
  void add(const std::string& kind, const std::string& case_id) {
    Leaf leaf = unsigned_leaf(kind, case_id);
    sign_leaf(leaf, agency);
    put(std::move(leaf));
  }

  tlog::SignedCheckpoint head(uint64_t size,
                              const std::vector<std::pair<size_t, uint64_t>>& cosigners) const {
    const tlog::Checkpoint checkpoint{log.name, size, tree.root(size), {}};
    tlog::Note note{checkpoint.text(), {tlog::sign_note(log, checkpoint.text())}};
    for (const auto& [witness, time] : cosigners)
      note.signatures.push_back(tlog::cosign(witnesses[witness], note.text, time));
    return {checkpoint, note};
  }
  tlog::SignedCheckpoint head() const {
    return head(tree.size(), {{1, kInTime}, {2, kInTime + 1}, {3, kInTime + 2}});
  }

  tlog::ProofFile proof(uint64_t index, const tlog::SignedCheckpoint& at) const {
    return {entries[index], index, tlog::inclusion_proof(tree, index, at.checkpoint.size).value(), at};
  }
  DossierAct dossier_act(uint64_t index) const {
    return {entries[index], index, tlog::inclusion_proof(tree, index, tree.size()).value(), std::nullopt};
  }
  Dossier dossier(const std::string& case_id) const {
    Dossier out;
    out.checkpoint = head().note.bytes();
    for (uint64_t i = 0; i < leaves.size(); ++i)
      if (leaves[i].case_handle == tlog::sha256("case " + case_id)) out.acts.push_back(dossier_act(i));
    return out;
  }
};

inline SampleLog sample_log() {
  SampleLog sample;
  for (const char* kind :
       {"case_opened", "detention_executed", "family_notified", "interrogated", "released"}) {
    sample.add(kind, "GD-0001");
    sample.add(kind, "GD-0002");
  }
  sample.add(std::string(kCaseManifest), "GD-0001");
  return sample;
}

}  // namespace heng::record
