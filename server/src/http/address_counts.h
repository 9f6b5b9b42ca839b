#pragma once
// How many connections each address has open: IPv4 as it is, IPv6 by its /64, which is one
// customer's to fill. In memory only, and only while a connection is open.

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "consent/ip_address.h"

namespace consent::http {

// Thread-safe.
class AddressCounts {
 public:
  // At most `max` from one address; 0: any number.
  explicit AddressCounts(std::size_t max);
  // Counts one more; false when the address has its fill, and then it is not counted.
  bool enter(const IpAddress& address);
  void leave(const IpAddress& address);  // once for each time it entered
  std::size_t addresses() const;

 private:
  struct Hash {
    std::uint64_t key;  // random: nobody outside can choose addresses that collide
    std::size_t operator()(std::uint64_t network) const;
  };
  const std::size_t max_;
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::size_t, Hash> counts_;
};

}  // namespace consent::http
