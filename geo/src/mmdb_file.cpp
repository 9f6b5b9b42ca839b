#include "mmdb_file.h"

#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "subdivision_name.h"

namespace consent::geo {
namespace {

// Enough to see every part of a large file without reading all of it.
constexpr std::uint32_t kSampledNodesMax = 50'000;

enum class FieldState : std::uint8_t { text, absent, unreadable };

struct Field {
  FieldState state = FieldState::absent;
  std::string_view text;
};

template <typename... Keys>
Field read_text(MMDB_entry_s entry, Keys... keys) {
  const std::array<const char*, sizeof...(Keys) + 1> path{keys..., nullptr};
  MMDB_entry_data_s data{};
  const int status = MMDB_aget_value(&entry, &data, path.data());
  if (status == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR ||
      status == MMDB_INVALID_LOOKUP_PATH_ERROR) {
    return {};
  }
  if (status != MMDB_SUCCESS) return {FieldState::unreadable, {}};
  if (!data.has_data || data.type != MMDB_DATA_TYPE_UTF8_STRING) return {};
  return {FieldState::text, {data.utf8_string, data.data_size}};
}

// Nothing when the record cannot be decoded: a half-read record must not decide.
std::optional<SubdivisionCode> read_subdivision(const MMDB_entry_s& entry, CountryCode country) {
  const Field code = read_text(entry, "subdivisions", "0", "iso_code");
  if (code.state == FieldState::unreadable) return std::nullopt;
  if (code.state == FieldState::text) return parse_region(country.text(), code.text).subdivision;
  Field name = read_text(entry, "subdivisions", "0", "names", "en");
  if (name.state == FieldState::absent) name = read_text(entry, "state1");
  if (name.state == FieldState::unreadable) return std::nullopt;
  return subdivision_from_name(country, name.text);
}

std::optional<Region> read_region(const MMDB_entry_s& entry) {
  Field country = read_text(entry, "country", "iso_code");
  if (country.state == FieldState::absent) country = read_text(entry, "country_code");
  if (country.state == FieldState::unreadable) return std::nullopt;
  Region region = parse_region(country.text, {});
  if (!region.country.known()) return Region{};
  const auto subdivision = read_subdivision(entry, region.country);
  if (!subdivision) return std::nullopt;
  region.subdivision = *subdivision;
  return region;
}

MMDB_lookup_result_s look_up(const MMDB_s& database, const IpAddress& address, int& status) {
  const auto bytes = address.bytes();
  if (address.family() == AddressFamily::ipv4) {
    sockaddr_in socket_address{};
    socket_address.sin_family = AF_INET;
    std::memcpy(&socket_address.sin_addr, bytes.data(), sizeof socket_address.sin_addr);
    // The sockets API names every kind of address by this pointer.
    return MMDB_lookup_sockaddr(&database, reinterpret_cast<const sockaddr*>(&socket_address),
                                &status);
  }
  sockaddr_in6 socket_address{};
  socket_address.sin6_family = AF_INET6;
  std::memcpy(&socket_address.sin6_addr, bytes.data(), sizeof socket_address.sin6_addr);
  return MMDB_lookup_sockaddr(&database, reinterpret_cast<const sockaddr*>(&socket_address),
                              &status);
}

[[noreturn]] void refuse(const std::string& path, const std::string& reason) {
  throw std::runtime_error("geo database " + path + ": " + reason);
}

std::string opening_problem(int status, int system_error) {
  if (status == MMDB_FILE_OPEN_ERROR) {
    return std::string("cannot be opened (") + std::strerror(system_error) +
           "); check the path and its permissions";
  }
  if (status == MMDB_IO_ERROR) {
    return "cannot be read as a file; name a .mmdb file that is not empty and not a directory";
  }
  return std::string("is not a MaxMind DB file or is damaged (") + MMDB_strerror(status) +
         "); fetch it again";
}

}  // namespace

void MmdbFile::Close::operator()(MMDB_s* database) const {
  MMDB_close(database);
  delete database;
}

MmdbFile::MmdbFile(std::string path) : path_(std::move(path)) {
  auto opened = std::make_unique<MMDB_s>();
  const int status = MMDB_open(path_.c_str(), MMDB_MODE_MMAP, opened.get());
  if (status != MMDB_SUCCESS) refuse(path_, opening_problem(status, errno));
  database_.reset(opened.release());
  check_sample();
}

void MmdbFile::check_sample() const {
  const std::uint32_t nodes = database_->metadata.node_count;
  const std::uint32_t step = std::max(1U, nodes / kSampledNodesMax);
  bool has_records = false;
  bool has_countries = false;
  for (std::uint64_t number = 0; number < nodes; number += step) {
    MMDB_search_node_s node{};
    const int status = MMDB_read_node(database_.get(), static_cast<std::uint32_t>(number), &node);
    bool readable = status == MMDB_SUCCESS;
    for (const auto& [type, entry] : {std::pair{node.left_record_type, node.left_record_entry},
                                      std::pair{node.right_record_type, node.right_record_entry}}) {
      readable = readable && type != MMDB_RECORD_TYPE_INVALID;
      if (!readable || type != MMDB_RECORD_TYPE_DATA) continue;
      const auto region = read_region(entry);
      readable = region.has_value();
      has_records = true;
      has_countries = has_countries || (readable && region->country.known());
    }
    if (!readable) {
      refuse(path_, "is damaged (node " + std::to_string(number) + " of " + std::to_string(nodes) +
                        " cannot be read); fetch it again");
    }
  }
  if (!has_records) refuse(path_, "holds no networks; fetch it again");
  if (!has_countries) {
    refuse(path_, "names no countries (its type is \"" + info().type +
                      "\"); use a country or city database with country.iso_code or country_code");
  }
}

Region MmdbFile::find(const IpAddress& address) const {
  if (address.family() == AddressFamily::ipv6 && database_->metadata.ip_version == 4) return {};
  int status = MMDB_SUCCESS;
  const auto result = look_up(*database_, address, status);
  if (status != MMDB_SUCCESS || !result.found_entry) return {};
  return read_region(result.entry).value_or(Region{});
}

DatabaseInfo MmdbFile::info() const {
  const auto& metadata = database_->metadata;
  return {.path = path_,
          .type = metadata.database_type == nullptr ? "" : metadata.database_type,
          .build_epoch_s = metadata.build_epoch,
          .ip_version = metadata.ip_version};
}

}  // namespace consent::geo
