#include "keys/keyring.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <system_error>
#include <tuple>
#include <vector>

#include "consent/base64url.h"
#include "crypto/hmac.h"
#include "formats/timestamp.h"
#include "keys/key_file.h"

namespace consent::server {
namespace {

constexpr unsigned kTokenKeysMax = 16;  // key_id is four bits
constexpr std::chrono::hours kPseudonymKeyGrace{48};
constexpr std::size_t kPseudonymBytes = 16;
constexpr std::size_t kSiteBytesMax = 253;
constexpr std::string_view kPseudonymSuffix = ".key";
constexpr std::size_t kDateBytes = 10;

// Unambiguous input for a MAC: a domain tag, then fields with their length in front.
class MacInput {
 public:
  explicit MacInput(std::string_view domain) { add(domain); }
  MacInput& add(std::string_view field) {
    for (unsigned shift = 32; shift != 0;) {
      shift -= 8;
      bytes_.push_back(
          static_cast<std::uint8_t>(static_cast<std::uint32_t>(field.size()) >> shift));
    }
    bytes_.insert(bytes_.end(), field.begin(), field.end());
    return *this;
  }
  MacInput& add(std::span<const std::uint8_t> field) {
    return add(std::string_view(reinterpret_cast<const char*>(field.data()), field.size()));
  }
  std::span<const std::uint8_t> view() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

std::string base64url(std::span<const std::uint8_t> bytes) {
  std::string text(base64url_size(bytes.size()), '\0');
  base64url_encode(bytes, text);
  return text;
}

// A site's name becomes part of a file name.
bool is_file_safe(std::string_view site) {
  const auto safe = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  };
  return !site.empty() && site.size() <= kSiteBytesMax && site.front() != '.' &&
         std::all_of(site.begin(), site.end(), safe);
}

Sha256Digest token_mac(const HmacSha256& key, std::string_view site,
                       std::span<const std::uint8_t> payload) {
  std::array<std::uint8_t, kTokenSigningBytesMax> input{};
  const std::size_t size = token_signing_input(site, payload, input);
  if (size == 0) throw std::logic_error("a token's site is empty or too long");
  return key.mac(std::span(input).first(size));
}

std::string pseudonym_file(std::string_view site, Zone zone, Date epoch) {
  return to_iso_date(epoch) + "." + std::string(to_text(zone)) + "." + std::string(site) +
         std::string(kPseudonymSuffix);
}

bool is_over(Date epoch, TimePoint now) {
  return now >= epoch + std::chrono::days(1) + kPseudonymKeyGrace;
}

}  // namespace

struct Keyring::State {
  using EpochName = std::tuple<Date, Zone, std::string>;

  std::string pseudonym_directory;
  std::map<std::uint8_t, HmacSha256> token_keys;  // by key id; the highest one signs
  std::optional<HmacSha256> ticket_key;
  std::mutex mutex;  // of what follows
  std::map<EpochName, std::shared_ptr<const HmacSha256>> pseudonym_keys;
  Date oldest_epoch{};  // earlier ones are destroyed and are never made anew

  void load_token_keys(const std::string& directory) {
    for (unsigned id = 0; id < kTokenKeysMax; ++id) {
      const auto key = read_key_file(directory + "/token." + std::to_string(id) + ".key");
      if (key) token_keys.emplace(static_cast<std::uint8_t>(id), HmacSha256(*key));
    }
    if (token_keys.empty()) {
      token_keys.emplace(std::uint8_t{0},
                         HmacSha256(read_or_make_key_file(directory + "/token.0.key")));
    }
  }

  // Empty when the epoch is over or the key cannot be made or read.
  std::shared_ptr<const HmacSha256> pseudonym_key(std::string_view site, Zone zone, Date epoch) {
    const std::lock_guard lock(mutex);
    if (epoch < oldest_epoch || !is_file_safe(site)) return nullptr;
    auto& key = pseudonym_keys[EpochName(epoch, zone, site)];
    if (!key) {
      const std::string path = pseudonym_directory + "/" + pseudonym_file(site, zone, epoch);
      try {
        key = std::make_shared<const HmacSha256>(read_or_make_key_file(path));
      } catch (const std::runtime_error&) {
        return nullptr;
      }
    }
    return key;
  }
};

Keyring::Keyring(const std::string& data_dir) : state_(std::make_unique<State>()) {
  const std::string directory = data_dir + "/keys";
  state_->pseudonym_directory = directory + "/pseudonym";
  make_private_directory(directory);
  make_private_directory(state_->pseudonym_directory);
  state_->load_token_keys(directory);
  state_->ticket_key.emplace(read_or_make_key_file(directory + "/ticket.0.key"));
}

Keyring::~Keyring() = default;

std::string Keyring::sign_token(std::string_view site, const Token& token) const {
  const auto& [id, key] = *state_->token_keys.rbegin();
  Token signed_token = token;
  signed_token.key_id = id;
  const TokenPayload payload = encode_payload(signed_token);
  const Sha256Digest mac = token_mac(key, site, payload.view());
  return std::string(format_token(payload.view(), std::span(mac).first<kTokenMacBytes>()).view());
}

std::optional<Token> Keyring::verify_token(std::string_view site, std::string_view text) const {
  const ParsedToken parsed = parse_token(text);
  if (parsed.error) return std::nullopt;
  const auto key = state_->token_keys.find(parsed.token.key_id);
  if (key == state_->token_keys.end()) return std::nullopt;
  const Sha256Digest mac = token_mac(key->second, site, parsed.payload.view());
  if (!equal_in_constant_time(std::span(mac).first<kTokenMacBytes>(), parsed.mac))
    return std::nullopt;
  return parsed.token;
}

std::string Keyring::sign_ticket_bytes(std::string_view bytes) const {
  return base64url(state_->ticket_key->mac(MacInput("consent ticket 1").add(bytes).view()));
}

bool Keyring::verify_ticket_bytes(std::string_view bytes, std::string_view mac_base64url) const {
  Sha256Digest claimed{};
  if (base64url_decode(mac_base64url, claimed) != claimed.size()) return false;
  return equal_in_constant_time(
      state_->ticket_key->mac(MacInput("consent ticket 1").add(bytes).view()), claimed);
}

std::optional<Pseudonym> Keyring::pseudonym(PseudonymKind kind, std::string_view site, Zone zone,
                                            Date epoch, std::string_view value) {
  const auto key = state_->pseudonym_key(site, zone, epoch);
  if (!key) return std::nullopt;
  const std::array<std::uint8_t, 1> kind_byte = {static_cast<std::uint8_t>(kind)};
  const Sha256Digest mac =
      key->mac(MacInput("consent pseudonym 1").add(kind_byte).add(site).add(value).view());
  return base64url(std::span(mac).first<kPseudonymBytes>());
}

std::vector<Keyring::EpochPseudonym> Keyring::live_pseudonyms(PseudonymKind kind,
                                                              std::string_view site,
                                                              std::string_view value) {
  std::vector<EpochPseudonym> pseudonyms;
  std::error_code unreadable;
  for (const auto& entry :
       std::filesystem::directory_iterator(state_->pseudonym_directory, unreadable)) {
    const std::string name = entry.path().filename().string();
    const auto epoch = parse_rfc3339(name.substr(0, kDateBytes) + "T00:00:00Z");
    if (!epoch) continue;
    const Date day = std::chrono::floor<std::chrono::days>(*epoch);
    for (const Zone zone : {Zone::eu, Zone::us}) {
      if (name != pseudonym_file(site, zone, day)) continue;
      auto found = pseudonym(kind, site, zone, day, value);
      if (found) pseudonyms.push_back({day, std::move(*found)});
    }
  }
  return pseudonyms;
}

void Keyring::destroy_expired(TimePoint now) {
  const std::lock_guard lock(state_->mutex);
  const Date oldest = std::chrono::floor<std::chrono::days>(now - kPseudonymKeyGrace);
  state_->oldest_epoch = std::max(state_->oldest_epoch, oldest);
  std::erase_if(state_->pseudonym_keys,
                [&](const auto& entry) { return is_over(std::get<0>(entry.first), now); });
  for (const auto& entry : std::filesystem::directory_iterator(state_->pseudonym_directory)) {
    const std::string name = entry.path().filename().string();
    const auto epoch = parse_rfc3339(name.substr(0, kDateBytes) + "T00:00:00Z");
    if (epoch && is_over(std::chrono::floor<std::chrono::days>(*epoch), now))
      destroy_key_file(entry.path().string());
  }
}

}  // namespace consent::server
