// AES-256-GCM: a known answer, and that nothing opens which is not bit for bit what was sealed.

#include "crypto/aes_gcm.h"

#include <string_view>

#include "formats/hexadecimal.h"
#include "support/catch.h"

using namespace consent::server;

namespace {

Bytes from_hex(std::string_view text) {
  Bytes bytes(text.size() / 2);
  REQUIRE(parse_hex(text, bytes));
  return bytes;
}

SecretKey key_of(std::string_view hex) {
  const Bytes bytes = from_hex(hex);
  return SecretKey::from_bytes(std::span(bytes).first<SecretKey::kBytes>());
}

// Test case 16 of the GCM specification (McGrew, Viega), appendix B.
constexpr std::string_view kKey =
    "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
constexpr std::string_view kNonce = "cafebabefacedbaddecaf888";
constexpr std::string_view kBound = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
constexpr std::string_view kPlain =
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b5"
    "25"
    "b16aedf5aa0de657ba637b39";
constexpr std::string_view kCipher =
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b10568288"
    "38"
    "c5f61e6393ba7a0abcc9f662";
constexpr std::string_view kTag = "76fc6ece0f4e1768cddf8853bb2d551b";

}  // namespace

TEST_CASE("A known text opens") {
  const Bytes sealed = from_hex(std::string(kNonce) + std::string(kCipher) + std::string(kTag));
  Bytes plain;
  REQUIRE(AesGcm().open(key_of(kKey), from_hex(kBound), sealed, plain));
  CHECK(to_hex(plain) == kPlain);
}

TEST_CASE("One flipped bit of nonce, text, tag, bound or key opens nothing") {
  AesGcm cipher;
  const SecretKey key = SecretKey::random();
  const Bytes bound = from_hex("000102030405060708090a0b0c0d0e0f");
  const Bytes sealed = cipher.seal(key, bound, from_hex("00112233445566778899aabbccddeeff00"));
  Bytes plain{1};
  const auto opens = [&](const SecretKey& with, const Bytes& beside, const Bytes& what) {
    plain.assign(3, 1);
    const bool opened = cipher.open(with, beside, what, plain);
    if (!opened) CHECK(plain.empty());
    return opened;
  };
  REQUIRE(opens(key, bound, sealed));
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes altered = sealed;
    altered[bit / 8] = static_cast<std::uint8_t>(altered[bit / 8] ^ (1U << (bit % 8)));
    CHECK_FALSE(opens(key, bound, altered));
  }
  for (std::size_t bit = 0; bit < bound.size() * 8; ++bit) {
    Bytes altered = bound;
    altered[bit / 8] = static_cast<std::uint8_t>(altered[bit / 8] ^ (1U << (bit % 8)));
    CHECK_FALSE(opens(key, altered, sealed));
  }
  for (std::size_t bit = 0; bit < SecretKey::kBytes * 8; ++bit) {
    std::array<std::uint8_t, SecretKey::kBytes> altered{};
    std::copy(key.bytes().begin(), key.bytes().end(), altered.begin());
    altered[bit / 8] = static_cast<std::uint8_t>(altered[bit / 8] ^ (1U << (bit % 8)));
    CHECK_FALSE(opens(SecretKey::from_bytes(altered), bound, sealed));
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    CHECK_FALSE(opens(key, bound, Bytes(sealed.begin(), sealed.begin() + static_cast<int>(size))));
  }
  for (const std::uint8_t byte : {std::uint8_t{0}, std::uint8_t{0xff}}) {
    Bytes altered = sealed;
    altered.push_back(byte);  // too long
    CHECK_FALSE(opens(key, bound, altered));
    altered = sealed;
    altered.insert(altered.begin(), byte);
    CHECK_FALSE(opens(key, bound, altered));
    altered = sealed;
    std::fill(altered.end() - AesGcm::kTagBytes, altered.end(), byte);
    CHECK_FALSE(opens(key, bound, altered));
    altered = sealed;
    std::fill_n(altered.begin(), AesGcm::kNonceBytes, byte);
    CHECK_FALSE(opens(key, bound, altered));
  }
  CHECK_FALSE(opens(key, {}, sealed));
  REQUIRE(opens(key, bound, sealed));
}

TEST_CASE("The same text is never sealed to the same bytes") {
  AesGcm cipher;
  const SecretKey key = SecretKey::random();
  CHECK(cipher.seal(key, {}, from_hex("00")) != cipher.seal(key, {}, from_hex("00")));
  Bytes plain{1};
  CHECK(cipher.open(key, {}, cipher.seal(key, {}, {}), plain));
  CHECK(plain.empty());
}
