#include "support/mmdb_writer.h"

#include <stdexcept>

namespace consent::testing {
namespace {

constexpr unsigned kTypeString = 2;
constexpr unsigned kTypeUint16 = 5;
constexpr unsigned kTypeUint32 = 6;
constexpr unsigned kTypeMap = 7;
constexpr unsigned kTypeUint64 = 9;
constexpr unsigned kTypeArray = 11;
constexpr std::uint32_t kDataSeparatorBytes = 16;

void put_big_endian(std::string& out, std::uint64_t value, unsigned bytes) {
  for (unsigned left = bytes; left-- > 0;) out.push_back(static_cast<char>(value >> (8 * left)));
}

void put_control(std::string& out, unsigned type, std::size_t size) {
  if (size > 284) throw std::invalid_argument("the test writer knows sizes up to 284");
  const auto size_bits = static_cast<unsigned>(size < 29 ? size : 29);
  const bool extended = type > 7;
  out.push_back(static_cast<char>((extended ? 0U : type << 5U) | size_bits));
  if (extended) out.push_back(static_cast<char>(type - 7));
  if (size >= 29) out.push_back(static_cast<char>(size - 29));
}

void encode(std::string& out, const MmdbValue& value);

struct Encoder {
  std::string& out;
  void operator()(const std::string& text) const {
    put_control(out, kTypeString, text.size());
    out += text;
  }
  void operator()(std::uint16_t number) const { put_number(kTypeUint16, number, 2); }
  void operator()(std::uint32_t number) const { put_number(kTypeUint32, number, 4); }
  void operator()(std::uint64_t number) const { put_number(kTypeUint64, number, 8); }
  void operator()(const MmdbMap& map) const {
    put_control(out, kTypeMap, map.size());
    for (const auto& [key, value] : map) {
      (*this)(key);
      encode(out, value);
    }
  }
  void operator()(const MmdbArray& array) const {
    put_control(out, kTypeArray, array.size());
    for (const auto& value : array) encode(out, value);
  }
  void put_number(unsigned type, std::uint64_t number, unsigned bytes) const {
    put_control(out, type, bytes);
    put_big_endian(out, number, bytes);
  }
};

void encode(std::string& out, const MmdbValue& value) { std::visit(Encoder{out}, value.value); }

void put_node(std::string& out, std::uint64_t left, std::uint64_t right, unsigned record_bits) {
  if (record_bits == 28) {
    put_big_endian(out, left & 0xff'ffffU, 3);
    put_big_endian(out, ((left >> 24U) << 4U) | (right >> 24U), 1);
    put_big_endian(out, right & 0xff'ffffU, 3);
    return;
  }
  put_big_endian(out, left, record_bits / 8);
  put_big_endian(out, right, record_bits / 8);
}

}  // namespace

MmdbWriter::MmdbWriter(MmdbOptions options) : options_(std::move(options)) {}

void MmdbWriter::add(const char* address, unsigned prefix_bits, const MmdbValue& record) {
  std::string encoded;
  encode(encoded, record);
  add_raw(address, prefix_bits, encoded);
}

void MmdbWriter::add_raw(const char* address, unsigned prefix_bits, const std::string& encoded) {
  const auto parsed = IpAddress::parse(address);
  if (!parsed) throw std::invalid_argument("not an address");
  // In a tree of both families IPv4 lies under ::/96.
  std::string key;
  if (options_.ip_version == 6 && parsed->family() == AddressFamily::ipv4) {
    key.assign(12, '\0');
    prefix_bits += 96;
  }
  for (const std::uint8_t byte : parsed->bytes()) key.push_back(static_cast<char>(byte));

  std::uint32_t node = 0;
  for (unsigned bit = 0; bit < prefix_bits; ++bit) {
    const unsigned byte = static_cast<unsigned char>(key[bit / 8]);
    const unsigned side = (byte >> (7U - bit % 8U)) & 1U;
    if (bit + 1 == prefix_bits) {
      nodes_[node].branches[side] = {Node::Kind::record,
                                     static_cast<std::uint32_t>(record_offsets_.size())};
    } else if (nodes_[node].branches[side].kind == Node::Kind::node) {
      node = nodes_[node].branches[side].index;
    } else {
      const auto next = static_cast<std::uint32_t>(nodes_.size());
      nodes_[node].branches[side] = {Node::Kind::node, next};
      nodes_.emplace_back();
      node = next;
    }
  }
  record_offsets_.push_back(static_cast<std::uint32_t>(data_.size()));
  data_ += encoded;
}

std::uint32_t MmdbWriter::pointer(const Node::Branch& branch) const {
  const auto node_count = static_cast<std::uint32_t>(nodes_.size());
  if (branch.kind == Node::Kind::node) return branch.index;
  if (branch.kind == Node::Kind::nothing) return node_count;
  return node_count + kDataSeparatorBytes + record_offsets_[branch.index];
}

std::string MmdbWriter::bytes() const {
  std::string out;
  for (const auto& node : nodes_) {
    put_node(out, pointer(node.branches[0]), pointer(node.branches[1]), options_.record_bits);
  }
  out.append(kDataSeparatorBytes, '\0');
  out += data_;
  out += "\xab\xcd\xefMaxMind.com";
  encode(out, MmdbMap{{"node_count", static_cast<std::uint32_t>(nodes_.size())},
                      {"record_size", static_cast<std::uint16_t>(options_.record_bits)},
                      {"ip_version", static_cast<std::uint16_t>(options_.ip_version)},
                      {"database_type", options_.type},
                      {"languages", MmdbArray{"en"}},
                      {"binary_format_major_version", std::uint16_t{2}},
                      {"binary_format_minor_version", std::uint16_t{0}},
                      {"build_epoch", options_.build_epoch_s},
                      {"description", MmdbMap{{"en", "made by a test"}}}});
  return out;
}

MmdbValue geoip2_record(const char* country) {
  return MmdbMap{{"country", MmdbMap{{"iso_code", country}}}};
}

MmdbValue geoip2_record(const char* country, const char* subdivision) {
  return MmdbMap{{"country", MmdbMap{{"iso_code", country}}},
                 {"subdivisions", MmdbArray{MmdbMap{{"iso_code", subdivision}}}}};
}

MmdbValue flat_record(const char* country) { return MmdbMap{{"country_code", country}}; }

MmdbValue flat_record(const char* country, const char* state_name) {
  return MmdbMap{{"country_code", country}, {"state1", state_name}};
}

}  // namespace consent::testing
