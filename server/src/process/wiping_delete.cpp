// Whatever this program frees is overwritten first: strings of requests, parsed documents, records.
// Linked into consentd only, and not where a sanitizer checks new against delete.

#include <new>

#include "crypto/clean_memory.h"

void operator delete(void* memory) noexcept { consent::server::wipe_and_free(memory); }
void operator delete(void* memory, std::size_t) noexcept { consent::server::wipe_and_free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept {
  consent::server::wipe_and_free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  consent::server::wipe_and_free(memory);
}
