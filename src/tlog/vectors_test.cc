// The vectors that others wrote: every file of each family that lies in the vectors folder is run.
#include "tlog/vectors_test.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tlog/policy.h"
#include "tlog/proof.h"
#include "tlog/tile.h"
#include "tlog/witness.h"

namespace heng::tlog {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

std::string field(const json& probe, const char* name) {
  if (!probe.contains(name) || probe[name].is_null()) return {};
  const auto decoded = base64_decode(probe[name].get<std::string>());
  EXPECT_TRUE(decoded) << name;
  return decoded.value_or("");
}

std::vector<std::string> proof_of(const json& probe) {
  std::vector<std::string> out;
  if (!probe.contains("proof") || probe["proof"].is_null()) return out;
  for (const auto& item : probe["proof"]) out.push_back(base64_decode(item.get<std::string>()).value_or("?"));
  return out;
}

TEST(Vectors, MerkleInclusion) {
  HENG_NEED_VECTORS("merkle/inclusion");
  size_t wanted_errors = 0, count = 0;
  for (const fs::path& path : files_below(vectors_dir() / "merkle/inclusion", ".json")) {
    const json probe = json::parse(slurp(path));
    const bool ok =
        verify_inclusion_bytes(field(probe, "leafHash"), probe["leafIdx"].get<uint64_t>(),
                               probe["treeSize"].get<uint64_t>(), proof_of(probe), field(probe, "root"))
            .ok();
    EXPECT_EQ(ok, !probe["wantErr"].get<bool>()) << path;
    wanted_errors += probe["wantErr"].get<bool>();
    ++count;
  }
  EXPECT_GT(count, wanted_errors);
  EXPECT_GT(wanted_errors, 0u);
}

TEST(Vectors, MerkleConsistency) {
  HENG_NEED_VECTORS("merkle/consistency");
  size_t wanted_errors = 0, count = 0;
  for (const fs::path& path : files_below(vectors_dir() / "merkle/consistency", ".json")) {
    const json probe = json::parse(slurp(path));
    const bool ok = verify_consistency_bytes(probe["size1"].get<uint64_t>(), probe["size2"].get<uint64_t>(),
                                             field(probe, "root1"), field(probe, "root2"), proof_of(probe))
                        .ok();
    EXPECT_EQ(ok, !probe["wantErr"].get<bool>()) << path;
    wanted_errors += probe["wantErr"].get<bool>();
    ++count;
  }
  EXPECT_GT(count, wanted_errors);
  EXPECT_GT(wanted_errors, 0u);
}

// A real log: its entries, tiles and checkpoints must agree for every size, and every pair of sizes be
// consistent.
TEST(Vectors, TesseraLog) {
  HENG_NEED_VECTORS("tessera-log");
  const fs::path dir = vectors_dir() / "tessera-log";
  std::vector<std::pair<Checkpoint, Note>> heads;
  for (const auto& entry : fs::directory_iterator(dir)) {
    if (!entry.path().filename().string().starts_with("checkpoint.")) continue;
    const Result<SignedCheckpoint> parsed = parse_checkpoint(slurp(entry.path()));
    ASSERT_TRUE(parsed.ok()) << entry.path() << parsed.error().text();
    EXPECT_EQ(parsed->note.bytes(), slurp(entry.path()));
    EXPECT_EQ(parsed->checkpoint.text(), parsed->note.text);
    heads.emplace_back(parsed->checkpoint, parsed->note);
  }
  ASSERT_GT(heads.size(), 2u);
  uint64_t largest = 0;
  for (const auto& head : heads) largest = std::max(largest, head.first.size);
  const auto read = [&](const TileId& wanted) -> Result<std::string> {
    TileId id = wanted;
    for (; id.width <= kTileWidth; ++id.width)  // a wider partial tile serves as well
      if (fs::exists(dir / id.path())) return slurp(dir / id.path());
    return Error{ErrorKind::not_found, "", wanted.path(), "", ""};
  };
  for (const auto& [head, note] : heads) {
    const TileNodes nodes(head.size, read);
    const Result<Hash> root = tree_root(nodes, head.size);
    ASSERT_TRUE(root.ok()) << root.error().text();
    EXPECT_EQ(*root, head.root) << head.size;
    for (const auto& [older, older_note] : heads) {
      if (older.size == 0 || older.size > head.size) continue;
      const auto proof = consistency_proof(nodes, older.size, head.size);
      ASSERT_TRUE(proof.ok());
      EXPECT_TRUE(verify_consistency(older.size, head.size, older.root, head.root, *proof).ok());
    }
    if (head.size == 0 || head.size > kTileWidth) continue;
    const auto width = static_cast<unsigned>(head.size);
    const std::string bundle = slurp(dir / TileId{true, 0, 0, width}.path());
    const auto entries = parse_bundle(bundle, width);
    ASSERT_TRUE(entries.ok()) << entries.error().text();
    for (uint64_t i = 0; i < entries->size(); ++i) {
      const auto proof = inclusion_proof(nodes, i, head.size);
      ASSERT_TRUE(proof.ok());
      EXPECT_TRUE(verify_inclusion(leaf_hash((*entries)[i]), i, head.size, *proof, head.root).ok());
    }
    EXPECT_EQ(tile_bytes(nodes, {false, 0, 0, width}).value(),
              slurp(dir / TileId{false, 0, 0, width}.path()));
  }
}

// Cosigned checkpoints beside the file that names their keys.
TEST(Vectors, MirrorCosignatures) {
  HENG_NEED_VECTORS("mirror");
  size_t verified = 0, trees = 0;
  for (const fs::path& path : files_below(vectors_dir() / "mirror", ".json")) {
    const json about = json::parse(slurp(path));
    std::vector<VerifierKey> keys;
    for (const auto& text : about["verifier_keys"]) {
      const auto key = parse_vkey(text.get<std::string>());
      ASSERT_TRUE(key.ok()) << key.error().text();
      EXPECT_EQ(key->vkey(), text.get<std::string>());
      keys.push_back(*key);
    }
    for (const auto& entry : fs::directory_iterator(path.parent_path())) {
      if (!fs::exists(entry.path() / "checkpoint") || entry.path().filename().string().size() != 64) continue;
      const auto head = parse_checkpoint(slurp(entry.path() / "checkpoint"));
      ASSERT_TRUE(head.ok()) << head.error().text();
      EXPECT_EQ(to_hex(sha256(head->checkpoint.origin).view()), entry.path().filename().string());
      const auto opened = open_note(head->note, keys);
      ASSERT_TRUE(opened.ok()) << entry.path() << opened.error().text();
      EXPECT_GT((*opened)[0].time, 1'500'000'000u);
      ++verified;
      // The same with one bit of the text changed must fail.
      Note changed = head->note;
      changed.text[0] = static_cast<char>(changed.text[0] ^ 1);
      EXPECT_FALSE(open_note(changed, keys).ok());
      if (!fs::exists(entry.path() / "tile/0")) continue;
      const TileNodes nodes(head->checkpoint.size, [&](const TileId& id) -> Result<std::string> {
        return slurp(entry.path() / id.path());
      });
      EXPECT_EQ(tree_root(nodes, head->checkpoint.size).value(), head->checkpoint.root);
      ++trees;
      for (const fs::path& tile : files_below(entry.path() / "tile", "")) {
        const std::string name = fs::relative(tile, entry.path()).string();
        const auto id = parse_tile_path(name);
        ASSERT_TRUE(id) << name;
        if (id->entries) continue;
        EXPECT_EQ(tile_bytes(nodes, *id).value(), slurp(tile)) << name;
      }
    }
  }
  EXPECT_GE(verified, 3u);
  EXPECT_GE(trees, 1u);
}

// Requests and the status each must get, in the order of the script.
struct ScriptedRequest {
  std::string body;
  int status = 0;
  std::string answer;  // the whole body at 409
};

std::vector<ScriptedRequest> requests_of(const std::string& script) {
  std::vector<ScriptedRequest> out;
  for (size_t at = script.find("\nPOST "); at != std::string::npos; at = script.find("\nPOST ", at + 1)) {
    ScriptedRequest request;
    const size_t begin = script.find("```\n", at) + 4, end = script.find("\n```", begin) + 1;
    request.body = script.substr(begin, end - begin);
    request.status = std::stoi(script.substr(script.find("HTTP ", end) + 5, 3));
    const size_t next = script.find("\nPOST ", end);
    if (const size_t equal = script.find("body == \"", end); equal < next && equal != std::string::npos)
      request.answer = script.substr(equal + 9, script.find("\\n\"", equal) - equal - 9);
    out.push_back(request);
  }
  return out;
}

std::vector<WitnessedLog> logs_of(const std::string& script) {
  std::vector<WitnessedLog> out;
  for (size_t at = 0; (at = script.find("add-sigsum-log -key=", at)) != std::string::npos; ++at) {
    const std::string key = *from_hex(script.substr(at + 20, 64));
    const std::string origin = "sigsum.org/v1/tree/" + to_hex(sha256(key).view());
    out.push_back({origin, {{origin, KeyType::ed25519, *hash_from_bytes(key)}}});
  }
  for (size_t at = 0; (at = script.find("add-key -origin '", at)) != std::string::npos; ++at) {
    const size_t origin_end = script.find('\'', at + 17), key = script.find("-key ", origin_end) + 5;
    const auto vkey = parse_vkey(script.substr(key, script.find('\n', key) - key));
    EXPECT_TRUE(vkey.ok());
    out.push_back({script.substr(at + 17, origin_end - at - 17), {*vkey}});
  }
  return out;
}

TEST(Vectors, WitnessScripts) {
  HENG_NEED_VECTORS("witness-scripts");
  const NoteSigner witness{"example.com/witness", KeyType::cosignature, SigningKey::from_seed({7})};
  size_t count = 0;
  for (const fs::path& path : files_below(vectors_dir() / "witness-scripts", ".txt")) {
    const std::string script = slurp(path);
    const std::vector<WitnessedLog> logs = logs_of(script);
    ASSERT_FALSE(logs.empty()) << path;
    std::vector<TreeHead> latest(logs.size());
    for (const ScriptedRequest& scripted : requests_of(script)) {
      const auto request = parse_add_checkpoint(scripted.body);
      ASSERT_TRUE(request.ok()) << path << request.error().text() << scripted.body;
      EXPECT_EQ(request->checkpoint.note.text, request->checkpoint.checkpoint.text());
      size_t log = 0;
      while (log < logs.size() && logs[log].origin != request->checkpoint.checkpoint.origin) ++log;
      const WitnessDecision decision = decide_add_checkpoint(
          *request, log < logs.size() ? &logs[log] : nullptr, log < logs.size() ? latest[log] : TreeHead{});
      EXPECT_EQ(decision.status, scripted.status) << path << scripted.body << decision.reason;
      if (!scripted.answer.empty()) {
        EXPECT_EQ(std::to_string(decision.known_size), scripted.answer);
      }
      if (decision.status == 200) {
        latest[log] = {request->checkpoint.checkpoint.size, request->checkpoint.checkpoint.root};
        const Signature signature = cosign(witness, request->checkpoint.note.text, 1700000000);
        EXPECT_TRUE(verify_signature(signature, witness.verifier(), request->checkpoint.note.text));
      }
      ++count;
    }
  }
  EXPECT_GT(count, 3u);
}

TEST(Vectors, WycheproofEd25519) {
  HENG_NEED_VECTORS("wycheproof");
  const fs::path path = vectors_dir() / "wycheproof/ed25519_test.json";
  if (!fs::exists(path)) GTEST_SKIP() << "no " << path;
  const json all = json::parse(slurp(path));
  size_t valid = 0, invalid = 0;
  for (const auto& group : all["testGroups"]) {
    const std::string key = *from_hex(group["publicKey"]["pk"].get<std::string>());
    for (const auto& test : group["tests"]) {
      const std::string message = *from_hex(test["msg"].get<std::string>());
      const std::string signature = *from_hex(test["sig"].get<std::string>());
      const bool ok = ed25519_verify(*hash_from_bytes(key), message, signature);
      EXPECT_EQ(ok, test["result"] == "valid") << test["tcId"] << test["comment"];
      (ok ? valid : invalid)++;
    }
  }
  EXPECT_GT(valid, 50u);
  EXPECT_GT(invalid, 50u);
}

}  // namespace
}  // namespace heng::tlog
