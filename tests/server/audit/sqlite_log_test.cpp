#include "ledger/sqlite_log.h"

#include <string>
#include <vector>

#include "audit/tree_hash.h"
#include "sample_log.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;

TEST_CASE("the stored tree has the root of RFC 6962 at every size") {
  const TemporaryDirectory directory;
  SampleLog log(directory.path());
  SqliteLogReader reader(log.connection());
  CHECK(reader.size() == 0);
  CHECK(reader.root(0) == reference_root(0, 0));
  for (const std::uint64_t step : {1U, 1U, 1U, 4U, 248U, 1U, 1U, 255U, 300U, 212U}) {
    log.append(step);
    const std::uint64_t size = reader.size();
    INFO(size);
    CHECK(reader.root(size) == reference_root(0, size));
  }
  CHECK(reader.size() == 1024);
  for (const std::uint64_t size : {1U, 7U, 255U, 256U, 257U, 511U, 512U, 513U, 1000U}) {
    INFO(size);
    CHECK(reader.root(size) == reference_root(0, size));
  }
}

TEST_CASE("proofs from the stored tree hold, and one bit spoils them") {
  const TemporaryDirectory directory;
  SampleLog log(directory.path());
  log.append(700);
  SqliteLogReader reader(log.connection());
  const Sha256Digest root = reader.root(700);
  for (std::uint64_t leaf = 0; leaf < 700; leaf += 23) {
    INFO(leaf);
    auto proof = reader.inclusion_proof(leaf, 700);
    const Sha256Digest hash = leaf_hash(reader.entry(leaf));
    const auto holds = [&] {
      return proves_inclusion(hash, leaf, 700, std::span<const Sha256Digest>(proof), root,
                              node_hash);
    };
    CHECK(holds());
    proof[leaf % proof.size()][31] ^= 1;
    CHECK_FALSE(holds());
  }
  for (std::uint64_t size = 1; size < 700; size += 17) {
    INFO(size);
    auto proof = reader.consistency_proof(size, 700);
    Sha256Digest old_root = reader.root(size);
    const auto holds = [&] {
      return proves_consistency(size, old_root, 700, root, std::span<const Sha256Digest>(proof),
                                node_hash);
    };
    CHECK(holds());
    old_root[0] ^= 0x80;
    CHECK_FALSE(holds());
  }
}

TEST_CASE("tiles are the hashes of their level, bundles the entries") {
  const TemporaryDirectory directory;
  SampleLog log(directory.path());
  log.append(600);
  SqliteLogReader reader(log.connection());
  const auto tile = [&](std::string_view path) {
    const auto parsed = parse_tile_path(path);
    REQUIRE(parsed);
    return reader.tile(*parsed);
  };
  CHECK(tile("0/000").size() == 256 * 32);
  CHECK(tile("0/002.p/88").size() == 88 * 32);
  const std::string upper = tile("1/000.p/2");
  const Sha256Digest second = reference_root(256, 512);
  CHECK(upper.substr(32) == std::string(second.begin(), second.end()));
  const Sha256Digest last = leaf_hash(leaf_bytes(sample_leaf(599)));
  CHECK(tile("0/002.p/88").substr(87 * 32) == std::string(last.begin(), last.end()));
  const std::string entry = leaf_bytes(sample_leaf(512));
  CHECK(tile("entries/002.p/1") == std::string("\0\x5a", 2) + entry);
}

TEST_CASE("the log cannot be changed through SQL, and a lost entry is noticed") {
  const TemporaryDirectory directory;
  SampleLog log(directory.path());
  log.append(20);
  CHECK_THROWS_AS(log.connection().execute("UPDATE log_entries SET entry = entry"), SqliteError);
  CHECK_THROWS_AS(log.connection().execute("DELETE FROM log_entries WHERE leaf = 3"), SqliteError);
  log.connection().execute("DROP TRIGGER log_entries_are_never_removed");
  log.connection().execute("DELETE FROM log_entries WHERE leaf = 3");
  SqliteLogReader reader(log.connection());
  CHECK_THROWS_AS(reader.root(20), SqliteError);
  CHECK_THROWS_AS(reader.entry(3), SqliteError);
  CHECK(reader.root(3) == reference_root(0, 3));
}

TEST_CASE("a transaction that is rolled back leaves no leaf") {
  const TemporaryDirectory directory;
  SampleLog log(directory.path());
  log.append(255);
  log.connection().execute("BEGIN");
  {
    SqliteLogWriter writer(log.connection());
    writer.append(sample_leaf(255));
    writer.append(sample_leaf(256));
  }
  log.connection().execute("ROLLBACK");
  SqliteLogReader reader(log.connection());
  CHECK(reader.size() == 255);
  log.append(2);
  CHECK(reader.root(257) == reference_root(0, 257));
}

TEST_CASE("an entry is found by its id") {
  const TemporaryDirectory directory;
  SampleLog log(directory.path());
  log.append(300);
  SqliteLogReader reader(log.connection());
  CHECK(reader.leaf_of(sample_leaf(299).id) == 299u);
  CHECK_FALSE(reader.leaf_of(sample_leaf(300).id));
}
