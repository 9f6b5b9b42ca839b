#include "crypto/random_pool.h"

#include <algorithm>
#include <stdexcept>

#include "crypto/random.h"

namespace consent::server {

RandomPool::RandomPool() : pages_(hidden_pages(kBytes)) {}

void RandomPool::fill(std::span<std::uint8_t> out) {
  if (out.size() > kBytes) throw std::invalid_argument("more random bytes than a pool has");
  const std::span all(static_cast<std::uint8_t*>(pages_.get()), kBytes);
  if (out.size() > left_) {
    left_ = 0;
    fill_random(all);
    left_ = kBytes;
  }
  const auto given = all.subspan(kBytes - left_, out.size());
  std::copy(given.begin(), given.end(), out.begin());
  std::fill(given.begin(), given.end(), std::uint8_t{0});
  left_ -= out.size();
}

}  // namespace consent::server
