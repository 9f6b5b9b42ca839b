#pragma once
// gzip (RFC 1952) of documents that are known at start; the only place of zlib.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace consent::server {

// The end of a document, compressed once. What comes before it is written at each request, and put
// in front as it is: a stored block of deflate (RFC 1951, 3.2.4). So an answer costs a checksum,
// and nothing that belongs to one visitor is ever compressed beside anything else: the length of
// the answer tells no more than the length of its plain text does (BREACH has nothing to measure).
class GzipTail {
 public:
  GzipTail() : GzipTail(std::string_view()) {}
  // Throws std::runtime_error when there is no memory.
  explicit GzipTail(std::string_view text);
  // One member that unpacks to `head` followed by the text.
  std::string after(std::string_view head) const;

 private:
  std::string deflated_;  // whole blocks that refer to nothing before them
  std::uint32_t checksum_ = 0;
  std::size_t size_ = 0;
};

}  // namespace consent::server
