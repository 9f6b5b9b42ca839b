#pragma once
// How the page and a module exchange bytes. One static page in, one out, no heap, no pointers in
// the calls: the page writes text or a record at the start of `in` and passes lengths; an answer
// lies at the start of `out` and is valid until the next call. A result >= 0 is a value or a
// length, < 0 one of these. No call ever traps.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace consent::abi {

enum Error : std::int32_t {
  kBadSize = -1,    // a length is negative or does not fit the page
  kAbsent = -2,     // there is no such cookie
  kAmbiguous = -3,  // two different cookies of that name
  kBadRecord = -4,  // a member of the record is outside its range
  kToken = -16,     // kToken - TokenError: the token cannot be read, and why
};

inline constexpr std::size_t kPageInBytes = 16384;  // a whole document.cookie fits
inline constexpr std::size_t kPageOutBytes = 4096;

extern unsigned char page_in[kPageInBytes];
extern unsigned char page_out[kPageOutBytes];

// True when [0, first + second) lies inside the page of `limit` bytes.
constexpr bool fits(std::int32_t first, std::int32_t second = 0, std::size_t limit = kPageInBytes) {
  const auto bytes = static_cast<std::int32_t>(limit);
  return first >= 0 && second >= 0 && first <= bytes && second <= bytes - first;
}

inline std::string_view text_in(std::int32_t offset, std::int32_t size) {
  // The page is bytes; the core reads text. char may alias anything.
  return {reinterpret_cast<const char*>(page_in) + offset, static_cast<std::size_t>(size)};
}

// Puts text at `offset` of the page out and returns its length.
inline std::int32_t text_out(std::string_view text, std::size_t offset = 0) {
  if (text.size() > kPageOutBytes - offset) return kBadSize;
  std::memcpy(page_out + offset, text.data(), text.size());
  return static_cast<std::int32_t>(text.size());
}

template <typename Record>
Record record_in() {
  static_assert(sizeof(Record) <= kPageInBytes);
  Record record;
  std::memcpy(&record, page_in, sizeof record);
  return record;
}

template <typename Record>
void record_out(const Record& record) {
  static_assert(sizeof(Record) <= kPageOutBytes);
  std::memcpy(page_out, &record, sizeof record);
}

}  // namespace consent::abi
