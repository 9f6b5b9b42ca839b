#pragma once
// Makes small MaxMind DB files for tests, byte by byte after the format's specification 2.0, so
// that a test can also damage one on purpose. Never used by the service.

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "consent/ip_address.h"

namespace consent::testing {

struct MmdbValue;
using MmdbMap = std::vector<std::pair<std::string, MmdbValue>>;
using MmdbArray = std::vector<MmdbValue>;

struct MmdbValue {
  std::variant<std::string, std::uint16_t, std::uint32_t, std::uint64_t, MmdbMap, MmdbArray> value;
  MmdbValue(const char* text) : value(std::string(text)) {}
  MmdbValue(std::string text) : value(std::move(text)) {}
  MmdbValue(std::uint16_t number) : value(number) {}
  MmdbValue(std::uint32_t number) : value(number) {}
  MmdbValue(std::uint64_t number) : value(number) {}
  MmdbValue(MmdbMap map) : value(std::move(map)) {}
  MmdbValue(MmdbArray array) : value(std::move(array)) {}
};

struct MmdbOptions {
  std::string type = "Test-Country";
  unsigned ip_version = 6;    // 4: IPv4 networks only
  unsigned record_bits = 28;  // 24, 28 or 32
  std::uint64_t build_epoch_s = 1'793'750'400;
};

class MmdbWriter {
 public:
  explicit MmdbWriter(MmdbOptions options = {});
  // `address` as text; `prefix_bits` of its own family. Networks must not overlap.
  void add(const char* address, unsigned prefix_bits, const MmdbValue& record);
  // A record of raw data-section bytes, for records that are damaged.
  void add_raw(const char* address, unsigned prefix_bits, const std::string& encoded);
  std::string bytes() const;

 private:
  struct Node {
    // Index of a node, or of a record; nothing leads nowhere.
    enum class Kind : std::uint8_t { nothing, node, record };
    struct Branch {
      Kind kind = Kind::nothing;
      std::uint32_t index = 0;
    };
    std::array<Branch, 2> branches{};
  };

  std::uint32_t pointer(const Node::Branch& branch) const;

  MmdbOptions options_;
  std::vector<Node> nodes_{1};
  std::vector<std::uint32_t> record_offsets_;
  std::string data_;
};

// Country records in the layouts that publishers use.
MmdbValue geoip2_record(const char* country);
MmdbValue geoip2_record(const char* country, const char* subdivision);
MmdbValue flat_record(const char* country);
MmdbValue flat_record(const char* country, const char* state_name);

}  // namespace consent::testing
