#include "representation/gzip.h"

#include <zlib.h>

#include <string>

#include "support/catch.h"

using namespace consent::server;

namespace {

// As a browser does: one member, its checksum and length compared, nothing behind it.
std::string unpacked(std::string member) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string text(4 * 1024 * 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(member.data());
  stream.avail_in = static_cast<uInt>(member.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const int result = inflate(&stream, Z_FINISH);
  text.resize(stream.total_out);
  CHECK(result == Z_STREAM_END);
  CHECK(stream.avail_in == 0);
  inflateEnd(&stream);
  return text;
}

std::string numbered(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "line " + std::to_string(i) + '\n';
  return text;
}

}  // namespace

TEST_CASE("Head and tail unpack to one text, whatever their sizes") {
  for (const std::size_t tail_lines : {0U, 1U, 1000U, 20'000U}) {
    const std::string tail = numbered(tail_lines);
    const GzipTail compressed(tail);
    for (const std::size_t head_bytes : {0U, 1U, 900U, 65'535U, 65'536U, 200'000U}) {
      CAPTURE(tail_lines, head_bytes);
      const std::string head(head_bytes, 'h');
      CHECK(unpacked(compressed.after(head)) == head + tail);
    }
  }
  CHECK(unpacked(GzipTail().after("alone")) == "alone");
}

TEST_CASE("The tail is compressed and the head is not, so that no length tells what is in a head") {
  const std::string tail = numbered(1000);
  const GzipTail compressed(tail);
  CHECK(compressed.after("").size() < tail.size() / 3);
  const std::string same(500, 'a');
  const std::string from_tail = tail.substr(0, 500);
  const std::string mixed = numbered(200).substr(100, 500);
  CHECK(compressed.after(same).size() == compressed.after(from_tail).size());
  CHECK(compressed.after(same).size() == compressed.after(mixed).size());
  CHECK(compressed.after(mixed).find(mixed) != std::string::npos);
}
