#include "crypto/clean_memory.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace consent::server {
namespace {

constexpr std::size_t kKeyBytes = 512 * 1024;
constexpr std::size_t kKeyBytesMin = 32;
constexpr std::size_t kStackBytes = 48 * 1024;

void* take(std::size_t size, const char*, int) { return std::malloc(size); }

void give(void* memory, const char*, int) { wipe_and_free(memory); }

void* resize(void* memory, std::size_t size, const char*, int) {
  if (memory == nullptr) return std::malloc(size);
  if (size == 0) {
    wipe_and_free(memory);
    return nullptr;
  }
  void* const moved = std::malloc(size);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, memory, std::min(size, malloc_usable_size(memory)));
  wipe_and_free(memory);
  return moved;
}

}  // namespace

void keep_secrets_apart() {
  CRYPTO_set_mem_functions(take, resize, give);
  CRYPTO_secure_malloc_init(kKeyBytes, kKeyBytesMin);
}

void wipe_and_free(void* memory) noexcept {
  if (memory == nullptr) return;
  explicit_bzero(memory, malloc_usable_size(memory));
  std::free(memory);
}

[[gnu::noinline]] void wipe_stack_below() noexcept {
  std::array<unsigned char, kStackBytes> bytes;  // NOLINT(*-member-init): what is there is wiped
  explicit_bzero(bytes.data(), bytes.size());
}

void UnmapPages::operator()(void* pages) const { munmap(pages, bytes); }

HiddenPages hidden_pages(std::size_t bytes) {
  void* const pages =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  madvise(pages, bytes, MADV_DONTDUMP);
  return {pages, UnmapPages{bytes}};
}

bool drop_hidden(void* part, std::size_t bytes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  if (reinterpret_cast<std::uintptr_t>(part) % page != 0 || bytes % page != 0) return false;
  return madvise(part, bytes, MADV_DONTNEED) == 0;
}

}  // namespace consent::server
