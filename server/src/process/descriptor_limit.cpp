#include "process/descriptor_limit.h"

#include <sys/resource.h>

#include <algorithm>

namespace consent::server {
namespace {

constexpr rlim_t kFiles = 256;  // at most half of what there is

}  // namespace

std::size_t make_room_for_sockets(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  const rlim_t needed = std::min<rlim_t>(wanted + kFiles, limit.rlim_max);
  if (limit.rlim_cur < needed) {
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = needed;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
  }
  const rlim_t room = limit.rlim_cur - std::min(kFiles, limit.rlim_cur / 2);
  return std::min<rlim_t>(wanted, room);
}

}  // namespace consent::server
