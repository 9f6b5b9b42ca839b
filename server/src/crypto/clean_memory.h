#pragma once
// What was freed is overwritten, and keys lie where no core dump reaches: so memory shows no more
// of a visitor than the requests that are running.

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>

namespace consent::server {

// Called once, before anything of OpenSSL: its keys then lie in locked pages that no core dump
// holds, and what it frees is overwritten. Without it (tests, benchmarks) keys lie in the heap.
void keep_secrets_apart();

// Overwrites a text, the memory it has beyond its end too, and leaves it empty.
inline void wipe_text(std::string& text) {
  text.resize(text.capacity());
  explicit_bzero(text.data(), text.size());
  text.clear();
}

// Overwrites and frees memory from malloc.
void wipe_and_free(void* memory) noexcept;

// Overwrites what returned functions left on this thread's stack, below the caller.
void wipe_stack_below() noexcept;

// Zeroed pages that no core dump holds; they take memory when they are first written.
struct UnmapPages {
  std::size_t bytes = 0;
  void operator()(void* pages) const;
};
using HiddenPages = std::unique_ptr<void, UnmapPages>;
// Throws std::bad_alloc.
HiddenPages hidden_pages(std::size_t bytes);
// Gives a part of them back to the system, at once however large it is: it is zeros again. False
// when the part does not begin and end with a page.
bool drop_hidden(void* part, std::size_t bytes);

}  // namespace consent::server
