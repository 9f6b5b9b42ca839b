#include "keys/zone_keys.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <stdexcept>

#include "consent/base64url.h"
#include "crypto/clean_memory.h"
#include "keys/key_file.h"

namespace consent::server {
namespace {

constexpr std::size_t kTextBytesMax = 64 * 1024;
constexpr std::string_view kSeparators = " \t\r\n,";
constexpr std::string_view kCheck = "consent key check 1";

using Fingerprint = std::array<std::uint8_t, 16>;

Fingerprint fingerprint_of(const HmacSha256& mac) {
  const std::array<std::uint8_t, kCheck.size()> bytes = [] {
    std::array<std::uint8_t, kCheck.size()> out{};
    std::copy(kCheck.begin(), kCheck.end(), out.begin());
    return out;
  }();
  const Sha256Digest digest = mac.mac(bytes);
  Fingerprint out{};
  std::copy_n(digest.begin(), out.size(), out.begin());
  return out;
}

std::string for_zone(std::string_view text, Zone zone) {
  constexpr std::string_view kPlace = "{zone}";
  std::string filled;
  for (auto at = text.find(kPlace); at != text.npos; at = text.find(kPlace)) {
    filled.append(text.substr(0, at)).append(to_text(zone));
    text.remove_prefix(at + kPlace.size());
  }
  return filled.append(text);
}

std::string output_of(const std::string& command) {
  struct Close {
    void operator()(FILE* pipe) const { pclose(pipe); }
  };
  std::unique_ptr<FILE, Close> pipe(popen(command.c_str(), "re"));
  std::string text(kTextBytesMax, '\0');
  const std::size_t size = pipe ? fread(text.data(), 1, text.size(), pipe.get()) : 0;
  const int status = pipe ? pclose(pipe.release()) : -1;
  if (status != 0) {
    wipe_text(text);
    throw std::runtime_error("the command of --zone-keys failed; run it by hand as this user");
  }
  text.resize(size);
  return text;
}

// 1 to kKekIdMax of "kek.12"; 0 for anything else.
KekId kek_id_of(std::string_view name) {
  constexpr std::string_view kPrefix = "kek.";
  if (!name.starts_with(kPrefix)) return 0;
  const std::string_view digits = name.substr(kPrefix.size());
  KekId id = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  const bool whole = code == std::errc{} && end == digits.data() + digits.size();
  return whole && id <= kKekIdMax && digits.front() != '0' ? id : 0;
}

}  // namespace

std::optional<KeySource> parse_key_source(std::string_view text) {
  if (text == "file") return KeySource{};
  for (const auto& [prefix, kind] : {std::pair{"env:", KeySource::Kind::environment},
                                     std::pair{"command:", KeySource::Kind::command}}) {
    const std::string_view start(prefix);
    if (text.starts_with(start) && text.size() > start.size()) {
      return KeySource{kind, std::string(text.substr(start.size()))};
    }
  }
  return std::nullopt;
}

struct ZoneKeys::State {
  Zone zone;
  std::string directory;
  KeySource source;
  std::optional<HmacSha256> lookup;
  std::mutex mutex;  // of what follows
  std::map<KekId, std::shared_ptr<const SecretKey>> keks;

  std::string kek_path(KekId id) const { return directory + "/kek." + std::to_string(id) + ".key"; }
  std::string lookup_path() const { return directory + "/lookup.key"; }

  void read() {
    if (source.kind == KeySource::Kind::file) return read_files();
    std::string text;
    if (source.kind == KeySource::Kind::command) {
      text = output_of(for_zone(source.name, zone));
    } else if (const char* value = std::getenv(for_zone(source.name, zone).c_str())) {
      text = value;
    }
    try {
      read_text(text);
    } catch (...) {
      wipe_text(text);
      throw;
    }
    wipe_text(text);
  }

  void read_files() {
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
      const KekId id = kek_id_of(entry.path().stem().string());
      if (id == 0 || keks.contains(id) || entry.path() != kek_path(id)) continue;
      if (auto key = read_key_file(kek_path(id))) {
        keks.emplace(id, std::make_shared<const SecretKey>(std::move(*key)));
      }
    }
    if (lookup) return;
    if (const auto key = read_key_file(lookup_path())) lookup.emplace(*key);
  }

  void read_text(std::string_view text) {
    while (true) {
      const auto start = text.find_first_not_of(kSeparators);
      if (start == text.npos) return;
      text.remove_prefix(start);
      const std::string_view word = text.substr(0, text.find_first_of(kSeparators));
      take(word);
      text.remove_prefix(word.size());
    }
  }

  void take(std::string_view word) {
    const auto equals = std::min(word.find('='), word.size());
    const std::string_view name = word.substr(0, equals);
    const KekId id = kek_id_of(name);
    std::array<std::uint8_t, SecretKey::kBytes> bytes{};
    const bool known = id != 0 || name == "lookup";
    const auto size =
        known && equals < word.size() ? base64url_decode(word.substr(equals + 1), bytes) : 0;
    if (size != bytes.size()) {
      wipe(bytes);
      throw std::runtime_error(
          "--zone-keys gives something that is no key; it must be lookup=KEY kek.1=KEY ..., each "
          "KEY 43 characters base64url");
    }
    const auto key = std::make_shared<const SecretKey>(SecretKey::from_bytes(bytes));
    wipe(bytes);
    if (id != 0) keks.emplace(id, key);
    if (id == 0 && !lookup) lookup.emplace(*key);
  }

  std::shared_ptr<const SecretKey> find(KekId id) {
    const auto found = keks.find(id);
    return found == keks.end() ? nullptr : found->second;
  }

  void require_files(std::string_view what) const {
    if (source.kind == KeySource::Kind::file) return;
    throw std::runtime_error("the keys come from --zone-keys: " + std::string(what) +
                             " what it names");
  }
};

ZoneKeys::ZoneKeys(Zone zone, std::string directory, KeySource source, MissingKeys missing)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.zone = zone;
  state.directory = std::move(directory);
  state.source = std::move(source);
  if (are_files()) make_private_directory(state.directory);
  state.read();
  const bool complete = state.lookup && !state.keks.empty();
  if (complete) return;
  const std::string place = are_files() ? state.directory : "what --zone-keys names";
  if (!are_files() || missing == MissingKeys::refuse) {
    throw std::runtime_error(place + ": holds no lookup key or no key-encryption key of zone " +
                             std::string(to_text(zone)) +
                             "; without them its records cannot be read: restore the keys");
  }
  if (state.keks.empty()) read_or_make_key_file(state.kek_path(1));
  if (!state.lookup) read_or_make_key_file(state.lookup_path());
  state.read();
}

ZoneKeys::~ZoneKeys() = default;

const HmacSha256& ZoneKeys::lookup() const { return *state_->lookup; }

KekId ZoneKeys::newest_kek() const {
  const std::lock_guard lock(state_->mutex);
  return state_->keks.rbegin()->first;
}

std::shared_ptr<const SecretKey> ZoneKeys::kek(KekId id) const {
  const std::lock_guard lock(state_->mutex);
  auto key = state_->find(id);
  if (key) return key;
  state_->read();
  return state_->find(id);
}

std::optional<Fingerprint> ZoneKeys::fingerprint(KekId id) const {
  if (id == 0) return fingerprint_of(*state_->lookup);
  const auto key = kek(id);
  if (!key) return std::nullopt;
  return fingerprint_of(HmacSha256(*key));
}

KekId ZoneKeys::make_kek() {
  state_->require_files("add the next key-encryption key to");
  const std::lock_guard lock(state_->mutex);
  const KekId id = state_->keks.rbegin()->first + 1;
  if (id > kKekIdMax) throw std::runtime_error("there have been too many key-encryption keys");
  read_or_make_key_file(state_->kek_path(id));
  state_->read();
  return id;
}

void ZoneKeys::destroy_keks_below(KekId first) {
  state_->require_files("remove the old key-encryption key from");
  for (const KekId id : keks()) {
    if (id < first) destroy_key_file(state_->kek_path(id));
  }
  forget_keks_below(first);
}

void ZoneKeys::forget_keks_below(KekId first) const {
  const std::lock_guard lock(state_->mutex);
  auto& keks = state_->keks;
  while (keks.size() > 1 && keks.begin()->first < first) keks.erase(keks.begin());
}

std::vector<KekId> ZoneKeys::keks() const {
  const std::lock_guard lock(state_->mutex);
  state_->read();
  std::vector<KekId> ids;
  for (const auto& [id, key] : state_->keks) ids.push_back(id);
  return ids;
}

bool ZoneKeys::are_files() const { return state_->source.kind == KeySource::Kind::file; }

}  // namespace consent::server
