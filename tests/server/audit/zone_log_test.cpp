#include "audit/zone_log.h"

#include <filesystem>

#include "audit/tree_hash.h"
#include "sample_log.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;

namespace {

constexpr const char* kOrigin = "example.com/consent/eu";

TreeHead head_in(const ZoneLog& log, const std::string& note) {
  const auto verifier = parse_verifier_key(log.verifier_key());
  REQUIRE(verifier);
  const auto text = verifier->open(note);
  REQUIRE(text);
  const auto checkpoint = parse_checkpoint(*text);
  REQUIRE(checkpoint);
  return checkpoint->head;
}

// What an auditor who kept `old` does with the log of today.
bool continues(ZoneLog& log, const TreeHead& old) {
  const auto proof = log.prove_consistency(old.size);
  if (!proof) return false;
  const TreeHead now = head_in(log, proof->checkpoint);
  return proves_consistency(old.size, old.root, now.size, now.root,
                            std::span<const Sha256Digest>(proof->hashes), node_hash);
}

void rewrite(SampleLog& log, std::uint64_t leaf) {
  log.connection().execute("DROP TRIGGER IF EXISTS log_entries_are_never_changed");
  log.connection().execute(
      "UPDATE log_entries SET entry = zeroblob(90), hash = zeroblob(32) WHERE leaf = " +
      std::to_string(leaf));
}

}  // namespace

TEST_CASE("a checkpoint is of the committed tree, and each of its leaves is proven") {
  const TemporaryDirectory directory;
  SampleLog written(directory.path());
  written.append(300);
  ZoneLog log(directory.path(), kOrigin);
  CHECK(head_in(log, log.checkpoint()) == TreeHead{300, reference_root(0, 300)});
  for (const std::uint64_t leaf : {0U, 1U, 255U, 256U, 299U}) {
    const auto proof = log.prove(leaf);
    REQUIRE(proof);
    const TreeHead head = head_in(log, proof->checkpoint);
    CHECK(proves_inclusion(leaf_hash(proof->entry), leaf, head.size,
                           std::span<const Sha256Digest>(proof->hashes), head.root, node_hash));
    CHECK(log.prove_id(sample_leaf(leaf).id)->leaf == leaf);
  }
  CHECK_FALSE(log.prove(300));
  CHECK_FALSE(log.prove_id(sample_leaf(300).id));
}

TEST_CASE("a proof of a new leaf comes with a checkpoint that has it") {
  const TemporaryDirectory directory;
  SampleLog written(directory.path());
  written.append(5);
  ZoneLog log(directory.path(), kOrigin);
  CHECK(head_in(log, log.checkpoint()).size == 5);
  written.append(2);
  CHECK(head_in(log, log.checkpoint()).size == 5);  // not a second old
  CHECK(head_in(log, log.prove(6)->checkpoint).size == 7);
  CHECK(head_in(log, log.checkpoint()).size == 7);
}

TEST_CASE("an old checkpoint is continued by every later tree") {
  const TemporaryDirectory directory;
  SampleLog written(directory.path());
  ZoneLog log(directory.path(), kOrigin);
  CHECK(head_in(log, log.checkpoint()).size == 0);
  std::vector<TreeHead> kept;
  for (const std::uint64_t step : {1U, 2U, 4U, 250U, 1U, 300U}) {
    written.append(step);
    kept.push_back(head_in(log, log.prove(log.size() - 1)->checkpoint));
    for (const TreeHead& old : kept) CHECK(continues(log, old));
  }
  CHECK_FALSE(log.prove_consistency(0));
  CHECK_FALSE(log.prove_consistency(log.size() + 1));
}

TEST_CASE("whichever leaf is rewritten, an old checkpoint shows it, and the start is refused") {
  for (std::uint64_t leaf = 0; leaf < 40; ++leaf) {
    INFO(leaf);
    const TemporaryDirectory directory;
    SampleLog written(directory.path());
    written.append(40);
    TreeHead old;
    {
      ZoneLog log(directory.path(), kOrigin);
      old = head_in(log, log.checkpoint());
    }
    rewrite(written, leaf);
    CHECK_THROWS_AS(ZoneLog(directory.path(), kOrigin), std::runtime_error);
    // Even when whoever rewrote it also removed what was signed last.
    std::filesystem::remove(directory.path() / "log.head");
    written.append(3);
    ZoneLog log(directory.path(), kOrigin);
    CHECK_FALSE(continues(log, old));
  }
}

TEST_CASE("an entry that no longer has its hash is not handed out") {
  const TemporaryDirectory directory;
  SampleLog written(directory.path());
  written.append(40);
  ZoneLog log(directory.path(), kOrigin);
  REQUIRE(log.prove(17));
  written.connection().execute("DROP TRIGGER log_entries_are_never_changed");
  written.connection().execute("UPDATE log_entries SET entry = zeroblob(91) WHERE leaf = 17");
  CHECK_THROWS_AS(log.prove(17), std::runtime_error);
  CHECK_THROWS_AS(log.tile(*parse_tile_path("entries/000.p/40")), std::runtime_error);
  CHECK(log.prove(18));
  // Destroyed, as retention does: there is nothing to hand out.
  written.connection().execute("UPDATE log_entries SET entry = zeroblob(90) WHERE leaf = 17");
  CHECK_FALSE(log.prove(17));
  CHECK_FALSE(log.tile(*parse_tile_path("entries/000.p/40")));
  CHECK(log.prove(18));
}

TEST_CASE("a rewrite under a running service is not signed") {
  const TemporaryDirectory directory;
  SampleLog written(directory.path());
  written.append(40);
  ZoneLog log(directory.path(), kOrigin);
  log.checkpoint();
  rewrite(written, 17);
  written.append(1);
  CHECK_THROWS_AS(log.prove(40), std::runtime_error);
}

TEST_CASE("a ledger restored from before the last signature is refused") {
  const TemporaryDirectory directory;
  {
    SampleLog written(directory.path());
    written.append(40);
  }
  std::filesystem::copy_file(directory.path() / "ledger.sqlite", directory.path() / "backup");
  {
    SampleLog written(directory.path());
    written.append(1);
    ZoneLog log(directory.path(), kOrigin);
    log.checkpoint();
  }
  for (const char* name : {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"}) {
    std::filesystem::remove(directory.path() / name);
  }
  std::filesystem::rename(directory.path() / "backup", directory.path() / "ledger.sqlite");
  try {
    ZoneLog log(directory.path(), kOrigin);
    FAIL("it started");
  } catch (const std::runtime_error& refusal) {
    const std::string text = refusal.what();
    CHECK(text.find("40 entries") != std::string::npos);
    CHECK(text.find("a checkpoint of 41 was signed") != std::string::npos);
    CHECK(text.find("Restore") != std::string::npos);
  }
}

TEST_CASE(
    "a tile is served once the tree has it, and a partial one for as long as it is asked for") {
  const TemporaryDirectory directory;
  SampleLog written(directory.path());
  written.append(258);
  ZoneLog log(directory.path(), kOrigin);
  const auto tile = [&](std::string_view path) { return log.tile(*parse_tile_path(path)); };
  CHECK(tile("0/000"));
  CHECK(tile("0/000.p/17")->size() == 17 * 32);
  CHECK(tile("0/001.p/2"));
  CHECK_FALSE(tile("0/001.p/3"));
  CHECK_FALSE(tile("0/001"));
  CHECK_FALSE(tile("0/002.p/1"));
  CHECK(tile("1/000.p/1"));
  CHECK_FALSE(tile("1/000"));
  CHECK_FALSE(tile("2/000.p/1"));
  CHECK(tile("entries/001.p/2")->size() == 2 * 92);
}
