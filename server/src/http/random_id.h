#pragma once
// Randomness from the kernel for names that nobody should foresee.

#include <cstdint>
#include <string>

namespace consent::http {

std::uint64_t random_bits();

// 32 hexadecimal digits, for X-Request-Id: says nothing of the client, the time or the order.
std::string random_id();

}  // namespace consent::http
