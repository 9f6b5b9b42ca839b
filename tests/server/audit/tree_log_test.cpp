#include "audit/tree_log.h"

#include "formats/hexadecimal.h"
#include "support/catch.h"

using namespace consent;
using namespace consent::server;

namespace {

LogEntry entry_of(LogKind kind, std::string subject) {
  LogEntry entry;
  entry.kind = kind;
  entry.time = TimePoint(std::chrono::milliseconds(1'764'000'000'123));
  entry.record.fill(5);
  entry.commitment.fill(6);
  entry.ciphertext_hash.fill(7);
  entry.subject = std::move(subject);
  return entry;
}

}  // namespace

TEST_CASE("a record's leaf has its commitment and the hash of its ciphertext, and no words") {
  for (const LogKind kind : {LogKind::record, LogKind::erased, LogKind::hold}) {
    const LogEntry entry = entry_of(kind, "a person");
    const LogLeaf leaf = leaf_of(entry);
    CHECK(leaf.time_ms == 1'764'000'000'123);
    CHECK(leaf.id == entry.record);
    CHECK(leaf.commitment == entry.commitment);
    CHECK(leaf.content == entry.ciphertext_hash);
    CHECK(leaf.detail.empty());
  }
}

TEST_CASE("the leaf of what is public says it, and is the hash of it") {
  const LogEntry key = entry_of(LogKind::key, "kek.2");
  CHECK(leaf_of(key).detail == "kek.2");
  CHECK(leaf_of(key).content == sha256("kek.2"));
  CHECK(leaf_of(key).commitment == LogHash{});
}

TEST_CASE("a notice's leaf is the hash of the notice, which its id says") {
  const std::string id = "sha256:" + sha256_hex("the notice");
  const LogEntry notice = entry_of(LogKind::notice, id);
  CHECK(leaf_of(notice).content == sha256("the notice"));
  CHECK(leaf_of(notice).detail == id);
  CHECK(content_of(LogKind::notice, "sha256:malformed") == sha256("sha256:malformed"));
}
