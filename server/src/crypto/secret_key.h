#pragma once
// 256 secret bits. Wiped on destruction; can be moved, never copied, printed or serialised. They
// lie in pages that no core dump holds (see clean_memory.h).

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace consent::server {

class SecretKey {
 public:
  static constexpr std::size_t kBytes = 32;

  static SecretKey random();
  // Copies; wiping `bytes` stays the caller's business (see wipe).
  static SecretKey from_bytes(std::span<const std::uint8_t, kBytes> bytes);
  ~SecretKey();
  // What was moved from is zeros.
  SecretKey(SecretKey&& other) noexcept;
  SecretKey& operator=(SecretKey&& other) noexcept;
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;

  // For the MAC and for the key file, nothing else.
  std::span<const std::uint8_t, kBytes> bytes() const {
    return std::span<const std::uint8_t, kBytes>(bytes_ ? bytes_.get() : kNone.data(), kBytes);
  }

 private:
  static constexpr std::array<std::uint8_t, kBytes> kNone{};
  SecretKey();  // zeros; throws std::bad_alloc
  struct WipeAndFree {
    void operator()(std::uint8_t* bytes) const;
  };
  std::unique_ptr<std::uint8_t[], WipeAndFree> bytes_;
};

// Overwrites memory in a way the compiler does not remove.
void wipe(std::span<std::uint8_t> bytes);

}  // namespace consent::server
