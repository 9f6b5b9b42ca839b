#include "http/address_counts.h"

#include "http/random_id.h"

namespace consent::http {
namespace {

// The first 64 bits of an IPv6 address; an IPv4 address behind a prefix that no IPv6 network has.
std::uint64_t network_of(const IpAddress& address) {
  std::uint64_t network = address.family() == AddressFamily::ipv4 ? 0xFFFF'FFFF : 0;
  const auto bytes = address.bytes();
  for (std::size_t i = 0; i < 8 && i < bytes.size(); ++i) network = (network << 8U) | bytes[i];
  return network;
}

}  // namespace

std::size_t AddressCounts::Hash::operator()(std::uint64_t network) const {
  std::uint64_t mixed = network ^ key;
  for (int round = 0; round < 2; ++round) {
    mixed *= 0x9E37'79B9'7F4A'7C15U;
    mixed ^= mixed >> 32U;
    mixed += key;
  }
  return mixed;
}

AddressCounts::AddressCounts(std::size_t max) : max_(max), counts_(16, Hash{random_bits()}) {}

bool AddressCounts::enter(const IpAddress& address) {
  if (max_ == 0) return true;
  const std::lock_guard lock(mutex_);
  std::size_t& count = counts_[network_of(address)];
  if (count >= max_) return false;
  ++count;
  return true;
}

void AddressCounts::leave(const IpAddress& address) {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(network_of(address));
  if (found != counts_.end() && --found->second == 0) counts_.erase(found);
}

std::size_t AddressCounts::addresses() const {
  const std::lock_guard lock(mutex_);
  return counts_.size();
}

}  // namespace consent::http
