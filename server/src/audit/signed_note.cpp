#include "audit/signed_note.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "crypto/sha256.h"
#include "formats/base64.h"
#include "formats/hexadecimal.h"

namespace consent::server {
namespace {

constexpr char kEd25519 = 1;
constexpr std::string_view kDash = "\xE2\x80\x94 ";  // U+2014 and a blank
constexpr std::size_t kNoteBytesMax = 65'536;
constexpr std::size_t kSignaturesMax = 64;
constexpr std::size_t kIdBytes = NoteKeyId().size();

bool is_key_name(std::string_view name) {
  return !name.empty() && std::none_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == '+' || c == 0x7f;
  });
}

std::string typed_key(const Ed25519PublicKey& key) {
  return kEd25519 + std::string(key.begin(), key.end());
}

NoteKeyId id_of(const std::string& name, const Ed25519PublicKey& key) {
  const Sha256Digest digest = sha256(name + '\n' + typed_key(key));
  NoteKeyId id{};
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

// Control characters other than the newline are in no note.
bool is_note_text(std::string_view note) {
  return note.size() <= kNoteBytesMax && note.ends_with('\n') &&
         std::none_of(note.begin(), note.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
}

struct SignatureLine {
  std::string_view name;
  NoteKeyId id{};
  std::vector<std::uint8_t> signature;
};

std::optional<SignatureLine> parse_line(std::string_view line) {
  if (!line.starts_with(kDash)) return std::nullopt;
  line.remove_prefix(kDash.size());
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  SignatureLine parsed;
  parsed.name = line.substr(0, blank);
  auto bytes = parse_base64(line.substr(blank + 1));
  if (!is_key_name(parsed.name) || !bytes || bytes->size() <= kIdBytes) return std::nullopt;
  std::copy_n(bytes->begin(), kIdBytes, parsed.id.begin());
  parsed.signature.assign(bytes->begin() + kIdBytes, bytes->end());
  return parsed;
}

// Empty when a line is malformed or there are too many.
std::vector<SignatureLine> parse_lines(std::string_view lines) {
  std::vector<SignatureLine> parsed;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    auto line = parse_line(lines.substr(0, end));
    if (!line || parsed.size() == kSignaturesMax) return {};
    parsed.push_back(std::move(*line));
    lines.remove_prefix(end + 1);
  }
  return parsed;
}

}  // namespace

NoteVerifier::NoteVerifier(std::string name, const Ed25519PublicKey& key)
    : name_(std::move(name)), key_(key), id_(id_of(name_, key_)) {
  if (!is_key_name(name_)) throw std::invalid_argument("no name for a key: " + name_);
}

std::string NoteVerifier::text() const {
  const std::string key = typed_key(key_);
  return name_ + '+' + to_hex(id_) + '+' +
         to_base64({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()});
}

std::optional<std::string> NoteVerifier::open(std::string_view note) const {
  if (!is_note_text(note)) return std::nullopt;
  const std::size_t blank = note.rfind("\n\n");
  if (blank == std::string_view::npos) return std::nullopt;
  const std::string_view text = note.substr(0, blank + 1);
  bool signed_by_this_key = false;
  for (const SignatureLine& line : parse_lines(note.substr(blank + 2))) {
    if (line.name != name_ || line.id != id_) continue;
    Ed25519Signature signature{};
    if (line.signature.size() != signature.size()) return std::nullopt;
    std::copy(line.signature.begin(), line.signature.end(), signature.begin());
    if (!verify_ed25519(key_, text, signature)) return std::nullopt;
    signed_by_this_key = true;
  }
  return signed_by_this_key ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<NoteVerifier> parse_verifier_key(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::string_view name = text.substr(0, first);
  NoteKeyId id{};
  std::array<std::uint8_t, 1 + Ed25519PublicKey().size()> typed{};
  if (!is_key_name(name) || !parse_hex(text.substr(first + 1, second - first - 1), id) ||
      !parse_base64(text.substr(second + 1), typed) || typed.front() != kEd25519) {
    return std::nullopt;
  }
  Ed25519PublicKey key{};
  std::copy(typed.begin() + 1, typed.end(), key.begin());
  if (!is_ed25519_key(key)) return std::nullopt;
  NoteVerifier verifier(std::string(name), key);
  return verifier.id() == id ? std::optional(std::move(verifier)) : std::nullopt;
}

std::string sign_note(const NoteVerifier& verifier, const Ed25519Signer& signer,
                      const std::string& text) {
  const Ed25519Signature signature = signer.sign(text);
  std::vector<std::uint8_t> bytes(verifier.id().begin(), verifier.id().end());
  bytes.insert(bytes.end(), signature.begin(), signature.end());
  return text + '\n' + std::string(kDash) + verifier.name() + ' ' + to_base64(bytes) + '\n';
}

}  // namespace consent::server
