#include "tlog/tree.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <cstdlib>
#include <random>
#include <unordered_map>

#include "tlog/proof.h"
#include "tlog/tile.h"

namespace heng::tlog {
namespace {

std::string plain_sha256(const std::string& bytes) {
  std::string out(32, '\0');
  crypto_hash_sha256(reinterpret_cast<uint8_t*>(out.data()), reinterpret_cast<const uint8_t*>(bytes.data()),
                     bytes.size());
  return out;
}

// RFC 6962 2.1 written down as it stands there, sharing nothing with the code under test; hashes are
// remembered by range so that many proofs can be asked for.
class NaiveTree {
 public:
  explicit NaiveTree(uint64_t size) {
    for (uint64_t i = 0; i < size; ++i) entries_.push_back("entry " + std::to_string(i));
  }
  const std::string& mth(uint64_t begin, uint64_t end) {
    const auto found = known_.find(begin << 32 | end);
    if (found != known_.end()) return found->second;
    std::string hash;
    if (begin == end) {
      hash = plain_sha256("");
    } else if (end - begin == 1) {
      hash = plain_sha256(std::string(1, '\0') + entries_[begin]);
    } else {
      const uint64_t k = split(end - begin);
      const std::string left = mth(begin, begin + k), right = mth(begin + k, end);
      hash = plain_sha256("\x01" + left + right);
    }
    return known_.emplace(begin << 32 | end, hash).first->second;
  }
  std::vector<std::string> path(uint64_t m, uint64_t begin, uint64_t end) {
    if (end - begin == 1) return {};
    const uint64_t k = split(end - begin);
    std::vector<std::string> out = m < k ? path(m, begin, begin + k) : path(m - k, begin + k, end);
    out.push_back(m < k ? mth(begin + k, end) : mth(begin, begin + k));
    return out;
  }
  std::vector<std::string> subproof(uint64_t m, uint64_t begin, uint64_t end, bool complete) {
    if (m == end - begin)
      return complete ? std::vector<std::string>{} : std::vector<std::string>{mth(begin, end)};
    const uint64_t k = split(end - begin);
    std::vector<std::string> out =
        m <= k ? subproof(m, begin, begin + k, complete) : subproof(m - k, begin + k, end, false);
    out.push_back(m <= k ? mth(begin + k, end) : mth(begin, begin + k));
    return out;
  }
  const std::vector<std::string>& entries() const { return entries_; }

 private:
  static uint64_t split(uint64_t n) {
    uint64_t k = 1;
    while (2 * k < n) k *= 2;
    return k;
  }
  std::vector<std::string> entries_;
  std::unordered_map<uint64_t, std::string> known_;
};

std::vector<std::string> plain(const std::vector<Hash>& hashes) {
  std::vector<std::string> out;
  for (const Hash& hash : hashes) out.emplace_back(hash.view());
  return out;
}

// HENG_PROOF_PAIRS pairs of (size, index), 20,000 by default; `HENG_PROOF_PAIRS=1000000 tlog_test` for the
// whole.
TEST(Tree, AgreesWithANaiveTree) {
  const char* wanted = std::getenv("HENG_PROOF_PAIRS");
  const uint64_t pairs = wanted ? std::strtoull(wanted, nullptr, 10) : 20'000;
  constexpr uint64_t kLargest = 3000;
  NaiveTree naive(kLargest);
  Tree tree;
  std::vector<std::string_view> entries(naive.entries().begin(), naive.entries().end());
  tree.append_entries(entries);
  std::string level0;
  const TileNodes tiles(kLargest, [&](const TileId& id) { return tile_bytes(tree, id); });

  std::mt19937_64 random(42);
  for (uint64_t i = 0; i < pairs; ++i) {
    const uint64_t size = 1 + random() % kLargest, index = random() % size;
    const Hash root = tree.root(size);
    ASSERT_EQ(root.view(), naive.mth(0, size));
    const NodeSource& source = i % 16 == 0 ? static_cast<const NodeSource&>(tiles) : tree;
    const auto inclusion = inclusion_proof(source, index, size);
    ASSERT_TRUE(inclusion.ok());
    ASSERT_EQ(plain(*inclusion), naive.path(index, 0, size)) << size << " " << index;
    ASSERT_EQ(inclusion->size(), inclusion_proof_length(index, size));
    ASSERT_TRUE(verify_inclusion(leaf_hash(entries[index]), index, size, *inclusion, root).ok());
    const auto consistency = consistency_proof(source, index + 1, size);
    ASSERT_TRUE(consistency.ok());
    ASSERT_EQ(plain(*consistency), naive.subproof(index + 1, 0, size, true)) << size << " " << index + 1;
    ASSERT_TRUE(verify_consistency(index + 1, size, tree.root(index + 1), root, *consistency).ok());

    // One corruption a pair: a flipped bit, a neighbour's index, a missing hash.
    if (inclusion->empty()) continue;
    std::vector<Hash> changed = *inclusion;
    changed[random() % changed.size()].bytes[random() % 32] ^= static_cast<uint8_t>(1 << random() % 8);
    ASSERT_FALSE(verify_inclusion(leaf_hash(entries[index]), index, size, changed, root).ok());
    ASSERT_FALSE(
        verify_inclusion(leaf_hash(entries[index]), (index + 1) % size, size, *inclusion, root).ok());
    changed = *inclusion;
    changed.pop_back();
    ASSERT_FALSE(verify_inclusion(leaf_hash(entries[index]), index, size, changed, root).ok());
    if (consistency->empty()) continue;
    changed = *consistency;
    changed[random() % changed.size()].bytes[random() % 32] ^= static_cast<uint8_t>(1 << random() % 8);
    ASSERT_FALSE(verify_consistency(index + 1, size, tree.root(index + 1), root, changed).ok());
  }
}

TEST(Tree, AllSmallPairsOfSizes) {
  NaiveTree naive(70);
  Tree tree;
  for (const std::string& entry : naive.entries()) tree.append(leaf_hash(entry));  // one by one
  for (uint64_t size = 0; size <= 70; ++size) {
    EXPECT_EQ(tree.root(size).view(), naive.mth(0, size));
    for (uint64_t old = 1; old <= size; ++old) {
      const auto proof = consistency_proof(tree, old, size);
      EXPECT_TRUE(verify_consistency(old, size, tree.root(old), tree.root(size), *proof).ok());
      if (old == size) continue;
      EXPECT_FALSE(verify_consistency(old, size, tree.root(old - 1), tree.root(size), *proof).ok());
    }
  }
  EXPECT_FALSE(inclusion_proof(tree, 70, 70).ok());
  EXPECT_FALSE(inclusion_proof(tree, 3, 71).ok());
  EXPECT_FALSE(consistency_proof(tree, 9, 8).ok());
  EXPECT_FALSE(verify_consistency(0, 5, empty_root(), tree.root(5), {}).ok());
}

TEST(Hash, FixedAnswers) {
  EXPECT_EQ(to_hex(empty_root().view()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(leaf_hash("").view()), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

TEST(Hash, LanesAndPortableCodeAgreeForEveryLength) {
  std::mt19937_64 random(7);
  std::vector<std::string> messages;
  for (size_t length = 0; length < 300; ++length) {
    std::string message(length, '\0');
    for (char& c : message) c = static_cast<char>(random());
    messages.push_back(message);
  }
  messages.push_back(std::string(65535, 'x'));
  std::shuffle(messages.begin(), messages.end(),
               random);  // so that lanes of different lengths stand side by side
  const std::vector<std::string_view> views(messages.begin(), messages.end());
  std::vector<Hash> fast(views.size()), slow(views.size());
  leaf_hashes(views, fast.data());
  use_hash_backend(HashBackend::portable);
  EXPECT_FALSE(hash_lanes_in_use());
  leaf_hashes(views, slow.data());
  for (size_t i = 0; i < views.size(); ++i)
    EXPECT_EQ(slow[i].view(), plain_sha256(std::string(1, '\0') + messages[i]));
  std::vector<Hash> slow_nodes(views.size() / 2);
  node_hashes(slow.data(), slow_nodes.size(), slow_nodes.data());
  use_hash_backend(HashBackend::lanes);
  std::vector<Hash> lanes(views.size());
  leaf_hashes(views, lanes.data());
  EXPECT_EQ(lanes, slow);
  use_hash_backend(HashBackend::automatic);
  EXPECT_EQ(fast, slow);
  std::vector<Hash> fast_nodes(views.size() / 2);
  node_hashes(fast.data(), fast_nodes.size(), fast_nodes.data());
  EXPECT_EQ(fast_nodes, slow_nodes);
  node_hashes(fast.data(), fast_nodes.size(), fast.data());  // in place
  EXPECT_TRUE(std::equal(fast_nodes.begin(), fast_nodes.end(), fast.begin()));
  for (const std::string& message : messages) EXPECT_EQ(sha256(message).view(), plain_sha256(message));
}

TEST(Tile, PathsHaveOneSpelling) {
  EXPECT_EQ((TileId{false, 0, 1234067, 256}).path(), "tile/0/x001/x234/067");
  EXPECT_EQ((TileId{true, 0, 5, 8}).path(), "tile/entries/005.p/8");
  for (const char* good :
       {"tile/0/x001/x234/067", "tile/entries/005.p/8", "tile/7/000", "tile/63/000.p/255"}) {
    const auto id = parse_tile_path(good);
    ASSERT_TRUE(id) << good;
    EXPECT_EQ(id->path(), good);
  }
  for (const char* bad :
       {"tile/0/1", "tile/00/001", "tile/0/x000/001", "tile/64/000", "tile/0/000.p/0", "tile/0/000.p/256",
        "tile/0/000.p/08", "tile/0/../001", "tile/0/001/", "tile//001", "tile/0/0x01", ""})
    EXPECT_FALSE(parse_tile_path(bad)) << bad;
}

TEST(Tile, WidthsAsInTheSpecification) {
  const auto count = [](const std::vector<TileId>& tiles, unsigned level, bool partial) {
    return std::count_if(tiles.begin(), tiles.end(), [&](const TileId& tile) {
      return tile.level == level && (tile.width < 256) == partial;
    });
  };
  const std::vector<TileId> tiles = new_tiles(0, 70'000);
  EXPECT_EQ(count(tiles, 0, false), 273);
  EXPECT_EQ(count(tiles, 0, true), 1);
  EXPECT_EQ(count(tiles, 1, false), 1);
  EXPECT_EQ(count(tiles, 2, true), 1);
  EXPECT_EQ(tile_width(0, 273, 70'000), 112u);
  EXPECT_EQ(tile_width(1, 1, 70'000), 17u);
  EXPECT_EQ(tile_width(2, 0, 70'000), 1u);
  EXPECT_EQ(tile_width(1, 0, 256), 1u);
  EXPECT_EQ(tile_width(0, 1, 256), 0u);
  EXPECT_TRUE(new_tiles(500, 500).empty());
}

TEST(Tile, BundlesRoundTripAndRefuseRubbish) {
  std::string bundle;
  append_to_bundle(bundle, "one");
  append_to_bundle(bundle, "");
  append_to_bundle(bundle, std::string(65535, 'z'));
  const auto entries = parse_bundle(bundle, 3);
  ASSERT_TRUE(entries.ok());
  EXPECT_EQ((*entries)[0], "one");
  EXPECT_EQ((*entries)[1], "");
  EXPECT_EQ((*entries)[2].size(), 65535u);
  EXPECT_FALSE(parse_bundle(bundle, 2).ok());
  EXPECT_FALSE(parse_bundle(bundle, 4).ok());
  EXPECT_FALSE(parse_bundle(bundle.substr(0, bundle.size() - 1), 3).ok());
  EXPECT_FALSE(parse_bundle(bundle + "x", 3).ok());
}

TEST(Hash, ManyAtOnceAndKeyedAreTheSameAsOneByOne) {
  std::mt19937_64 random(3);
  std::vector<std::string> texts;
  for (size_t i = 0; i < 200; ++i) texts.push_back(std::string(random() % 300, static_cast<char>(i)));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  for (const HashBackend backend : {HashBackend::portable, HashBackend::lanes, HashBackend::automatic}) {
    use_hash_backend(backend);
    std::vector<Hash> out(views.size());
    sha256_many(views, out.data());
    std::vector<std::array<uint8_t, 32>> keys(70);
    for (auto& key : keys)
      for (uint8_t& byte : key) byte = static_cast<uint8_t>(random());
    std::vector<Keyed> jobs;
    for (size_t i = 0; i < texts.size(); ++i) jobs.push_back({i * 7 % keys.size(), texts[i]});
    std::vector<Hash> keyed(jobs.size());
    hmac_sha256_many(keys, jobs, keyed.data());
    for (size_t i = 0; i < texts.size(); ++i) {
      EXPECT_EQ(out[i].view(), plain_sha256(texts[i]));
      Hash wanted;
      crypto_auth_hmacsha256(wanted.bytes.data(), reinterpret_cast<const uint8_t*>(texts[i].data()), texts[i].size(),
                             keys[jobs[i].key].data());
      EXPECT_EQ(keyed[i], wanted);
      EXPECT_EQ(hmac_sha256(keys[jobs[i].key], texts[i]), wanted);
    }
    for (size_t count = 0; count < 40; ++count) {  // lanes that are not full
      std::vector<Hash> children(2 * count), parents(count), few(count);
      for (size_t i = 0; i < children.size(); ++i) children[i] = out[i];
      node_hashes(children.data(), count, parents.data());
      sha256_many(std::span(views).first(count), few.data());
      for (size_t i = 0; i < count; ++i) {
        EXPECT_EQ(parents[i].view(), plain_sha256("\x01" + std::string(children[2 * i].view()) + std::string(children[2 * i + 1].view())));
        EXPECT_EQ(few[i], out[i]);
      }
    }
  }
}

}  // namespace
}  // namespace heng::tlog
