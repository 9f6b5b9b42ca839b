#include "audit/log_signer.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace consent::server;
using consent::testing::TemporaryDirectory;

namespace {

constexpr const char* kOrigin = "example.com/consent/eu";

TreeHead head_of(std::uint64_t size, std::uint8_t root) {
  TreeHead head{.size = size, .root = {}};
  head.root.fill(root);
  return head;
}

TreeHead opened(const LogSigner& signer, const std::string& note) {
  const auto text = signer.verifier().open(note);
  REQUIRE(text);
  const auto checkpoint = parse_checkpoint(*text);
  REQUIRE(checkpoint);
  CHECK(checkpoint->origin == kOrigin);
  return checkpoint->head;
}

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

unsigned mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

}  // namespace

TEST_CASE("a signed checkpoint opens under the log's key, and the head is on the disk") {
  const TemporaryDirectory directory;
  LogSigner signer(directory.path(), kOrigin);
  CHECK_FALSE(signer.last());
  const TreeHead head = head_of(3, 7);
  CHECK(opened(signer, signer.sign(head)) == head);
  CHECK(read_signed_head(directory.path()) == head);
  CHECK(mode_of(directory.path() / "log.key") == 0600);
  CHECK(mode_of(directory.path() / "log.head") == 0600);
}

TEST_CASE("the key and the last head outlive the process") {
  const TemporaryDirectory directory;
  std::string key;
  std::string note;
  {
    LogSigner signer(directory.path(), kOrigin);
    key = signer.verifier().text();
    note = signer.sign(head_of(3, 7));
  }
  LogSigner signer(directory.path(), kOrigin);
  CHECK(signer.verifier().text() == key);
  CHECK(signer.last() == head_of(3, 7));
  // The process ended between the disk and the answer: the same head gives the same note again.
  CHECK(signer.sign(head_of(3, 7)) == note);
}

TEST_CASE("a second history is never signed") {
  const TemporaryDirectory directory;
  LogSigner signer(directory.path(), kOrigin);
  signer.sign(head_of(5, 1));
  CHECK_THROWS_AS(signer.sign(head_of(4, 1)), std::logic_error);
  CHECK_THROWS_AS(signer.sign(head_of(5, 2)), std::logic_error);
  CHECK(read_signed_head(directory.path()) == head_of(5, 1));
  signer.sign(head_of(6, 2));
  CHECK(read_signed_head(directory.path()) == head_of(6, 2));
}

TEST_CASE("without a durable head nothing is signed") {
  const TemporaryDirectory directory;
  LogSigner signer(directory.path(), kOrigin);
  signer.sign(head_of(5, 1));
  std::filesystem::create_directory(directory.path() / "log.head.new");
  CHECK_THROWS_AS(signer.sign(head_of(6, 2)), std::runtime_error);
  CHECK(signer.last() == head_of(5, 1));
  CHECK(read_signed_head(directory.path()) == head_of(5, 1));
  std::filesystem::remove(directory.path() / "log.head.new");
  CHECK(opened(signer, signer.sign(head_of(6, 2))) == head_of(6, 2));
}

TEST_CASE("a damaged head, and a head without its key, end the start with what to do") {
  const TemporaryDirectory directory;
  { LogSigner(directory.path(), kOrigin).sign(head_of(5, 1)); }
  const std::string whole = content(directory.path() / "log.head");
  const TemporaryDirectory other;
  { LogSigner(other.path(), kOrigin).sign(head_of(5, 1)); }
  const std::string foreign = content(other.path() / "log.head");
  for (const std::string& text :
       {std::string(), whole.substr(0, 20), "x" + whole, whole.substr(0, whole.size() - 4), foreign,
        to_text({.origin = kOrigin, .head = head_of(5, 1)})}) {
    INFO(text);
    directory.write("log.head", text);
    CHECK_THROWS_AS(LogSigner(directory.path(), kOrigin), std::runtime_error);
  }
  directory.write("log.head", whole);
  CHECK_NOTHROW(LogSigner(directory.path(), kOrigin));
  std::filesystem::remove(directory.path() / "log.key");
  CHECK_THROWS_AS(LogSigner(directory.path(), kOrigin), std::runtime_error);
}
