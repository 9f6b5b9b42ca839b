#include "representation/gzip.h"

#include <zlib.h>

#include <stdexcept>

namespace consent::server {
namespace {

constexpr std::size_t kStoredBytesMax = 65'535;
constexpr int kRawWindowBits = -15;  // deflate without a frame of zlib's
constexpr int kMemoryLevel = 9;
// Deflate, no name, no time, best compression, unknown system.
constexpr std::string_view kMemberHeader("\x1f\x8b\x08\0\0\0\0\0\x02\xff", 10);
constexpr std::size_t kFrameBytes = 10 + 8;

const Bytef* bytes_of(std::string_view text) { return reinterpret_cast<const Bytef*>(text.data()); }

std::string deflate_whole(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kRawWindowBits, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("cannot compress: out of memory");
  }
  std::string deflated(deflateBound(&stream, text.size()), '\0');
  stream.next_in = const_cast<Bytef*>(bytes_of(text));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(deflated.data());
  stream.avail_out = static_cast<uInt>(deflated.size());
  const int result = deflate(&stream, Z_FINISH);
  deflated.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("cannot compress: zlib failed");
  return deflated;
}

void append_little_endian(std::string& out, std::size_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFFU);
}

// A block's three bits of header and the padding after them are one zero byte: not the last block.
void append_stored(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::string_view block = text.substr(0, kStoredBytesMax);
    text.remove_prefix(block.size());
    out += '\0';
    append_little_endian(out, block.size(), 2);
    append_little_endian(out, ~block.size(), 2);
    out += block;
  }
}

}  // namespace

GzipTail::GzipTail(std::string_view text)
    : deflated_(deflate_whole(text)),
      checksum_(static_cast<std::uint32_t>(crc32_z(0, bytes_of(text), text.size()))),
      size_(text.size()) {}

std::string GzipTail::after(std::string_view head) const {
  std::string member;
  member.reserve(kFrameBytes + head.size() + 5 * (1 + head.size() / kStoredBytesMax) +
                 deflated_.size());
  member += kMemberHeader;
  append_stored(member, head);
  member += deflated_;
  const uLong checksum = crc32_combine(crc32_z(0, bytes_of(head), head.size()), checksum_,
                                       static_cast<z_off_t>(size_));
  append_little_endian(member, checksum, 4);
  append_little_endian(member, head.size() + size_, 4);
  return member;
}

}  // namespace consent::server
