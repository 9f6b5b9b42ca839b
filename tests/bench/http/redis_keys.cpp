// Writes to standard output, as Redis reads them (redis-cli --pipe), the commands that set the keys
// of N recorded subjects.
//
// usage: redis_keys N

#include <array>
#include <cstdio>
#include <cstdlib>

#include "consent/base64url.h"
#include "recorded_subject.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: redis_keys N\n", stderr);
    return 2;
  }
  const std::uint64_t count = std::strtoull(argv[1], nullptr, 10);
  for (std::uint64_t number = 0; number < count; ++number) {
    std::array<char, consent::base64url_size(sizeof(consent::SubjectId))> key{};
    consent::base64url_encode(consent::bench::recorded_subject(number), key);
    std::printf("*3\r\n$3\r\nSET\r\n$22\r\n%.22s\r\n$7\r\ngranted\r\n", key.data());
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}
