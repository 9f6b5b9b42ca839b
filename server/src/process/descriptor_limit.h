#pragma once
// How many files and sockets this process may have open at the same time (ulimit -n).

#include <cstddef>

namespace consent::server {

// Raises the limit as far as the hard one allows, until `wanted` sockets have room beside the files
// of the service. How many have: fewer when the hard limit is lower.
std::size_t make_room_for_sockets(std::size_t wanted);

}  // namespace consent::server
