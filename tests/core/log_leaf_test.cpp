#include "consent/log_leaf.h"

#include <string>
#include <vector>

#include "support/catch.h"

namespace {

using namespace consent;

template <typename Bytes>
void count_up(Bytes& bytes, std::uint8_t from) {
  for (std::uint8_t& byte : bytes) byte = from++;
}

LogLeaf sample(LogKind kind) {
  LogLeaf entry;
  entry.kind = kind;
  entry.time_ms = 0x0102030405060708;
  count_up(entry.id, 0x10);
  count_up(entry.commitment, 0x20);
  count_up(entry.content, 0x40);
  return entry;
}

std::vector<std::uint8_t> bytes_of(const LogLeaf& entry) {
  const auto head = encode_head(entry);
  std::vector<std::uint8_t> bytes(head.begin(), head.end());
  bytes.insert(bytes.end(), entry.detail.begin(), entry.detail.end());
  return bytes;
}

}  // namespace

TEST_CASE("a log entry's bytes are those of its description") {
  std::vector<std::uint8_t> expected = {1, 0, 1, 2, 3, 4, 5, 6, 7, 8};
  for (int byte = 0x10; byte < 0x60; ++byte) expected.push_back(static_cast<std::uint8_t>(byte));
  CHECK(bytes_of(sample(LogKind::record)) == expected);
}

TEST_CASE("a log entry is read as it was written, for every kind") {
  for (int number = 0; number < kLogKinds; ++number) {
    const auto kind = static_cast<LogKind>(number);
    LogLeaf entry = sample(kind);
    if (may_have_detail(kind)) entry.detail = R"({"version":3})";
    const std::vector<std::uint8_t> bytes = bytes_of(entry);
    CHECK(decode_leaf(bytes) == entry);
    CHECK_FALSE(to_text(kind).empty());
  }
}

TEST_CASE("a log entry of a person has no room for anything but hashes") {
  for (const LogKind kind : {LogKind::record, LogKind::erased, LogKind::hold, LogKind::request}) {
    LogLeaf entry = sample(kind);
    entry.detail = "x";
    CHECK_FALSE(decode_leaf(bytes_of(entry)));
  }
}

TEST_CASE("a log entry of another version, kind, length or age is refused") {
  const std::vector<std::uint8_t> good = bytes_of(sample(LogKind::notice));
  REQUIRE(decode_leaf(good));
  for (const auto& [at, value] : {std::pair{0, 0}, {0, 2}, {1, 13}, {1, 255}, {2, 0x80}}) {
    std::vector<std::uint8_t> bytes = good;
    bytes[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(value);
    CHECK_FALSE(decode_leaf(bytes));
  }
  for (std::size_t size = 0; size < kLeafHeadBytes; ++size) {
    CHECK_FALSE(decode_leaf(std::vector(good.begin(), good.begin() + static_cast<long>(size))));
  }
  std::vector<std::uint8_t> longest = good;
  longest.resize(kLeafHeadBytes + kLeafDetailBytesMax, 'x');
  CHECK(decode_leaf(longest));
  longest.push_back('x');
  CHECK_FALSE(decode_leaf(longest));
}
