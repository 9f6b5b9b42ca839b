// What must not pass for a signature: the invalid cases that Wycheproof's eddsa_test collects, made
// here from a valid one.

#include "crypto/ed25519.h"

#include <algorithm>
#include <array>
#include <string>

#include "support/catch.h"

using namespace consent::server;

namespace {

constexpr std::string_view kMessage = "12 lines of a checkpoint\n";
constexpr std::size_t kHalf = 32;  // R, then S

// The order of the group, little-endian: S and S + L satisfy the same equation.
constexpr std::array<std::uint8_t, kHalf> kOrder = {
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

SecretKey seed_of(std::uint8_t byte) {
  std::array<std::uint8_t, SecretKey::kBytes> seed{};
  seed.fill(byte);
  return SecretKey::from_bytes(seed);
}

struct Signed {
  Ed25519Signer signer{seed_of(9)};
  Ed25519Signature signature = signer.sign(kMessage);
  bool holds(const Ed25519Signature& other) const {
    return verify_ed25519(signer.public_key(), kMessage, other);
  }
};

}  // namespace

TEST_CASE("S plus the order of the group is no second signature of the same text") {
  const Signed made;
  REQUIRE(made.holds(made.signature));
  Ed25519Signature sum = made.signature;
  unsigned carry = 0;
  for (std::size_t i = 0; i < kHalf; ++i) {
    carry += static_cast<unsigned>(sum[kHalf + i]) + kOrder[i];
    sum[kHalf + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  REQUIRE(carry == 0);
  CHECK_FALSE(made.holds(sum));
  for (const unsigned bit : {0x20U, 0x40U, 0x80U}) {
    Ed25519Signature high = made.signature;
    high.back() = static_cast<std::uint8_t>(high.back() | bit);
    CHECK_FALSE(made.holds(high));
  }
}

TEST_CASE("No bit of a signature, of the text or of the key can be another") {
  const Signed made;
  for (std::size_t bit = 0; bit < made.signature.size() * 8; ++bit) {
    Ed25519Signature altered = made.signature;
    altered[bit / 8] = static_cast<std::uint8_t>(altered[bit / 8] ^ (1U << (bit % 8)));
    CHECK_FALSE(made.holds(altered));
  }
  for (std::size_t bit = 0; bit < kMessage.size() * 8; ++bit) {
    std::string altered(kMessage);
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << (bit % 8)));
    CHECK_FALSE(verify_ed25519(made.signer.public_key(), altered, made.signature));
  }
  for (std::size_t bit = 0; bit < kHalf * 8; ++bit) {
    Ed25519PublicKey altered = made.signer.public_key();
    altered[bit / 8] = static_cast<std::uint8_t>(altered[bit / 8] ^ (1U << (bit % 8)));
    CHECK_FALSE(verify_ed25519(altered, kMessage, made.signature));
  }
}

TEST_CASE("Zeros, halves of two signatures, and another's signature do not hold") {
  const Signed made;
  CHECK_FALSE(made.holds({}));
  Ed25519Signature part = made.signature;
  std::fill(part.begin() + kHalf, part.end(), std::uint8_t{0});
  CHECK_FALSE(made.holds(part));
  part = made.signature;
  std::fill(part.begin(), part.begin() + kHalf, std::uint8_t{0});
  CHECK_FALSE(made.holds(part));
  part = made.signature;
  part.fill(0xff);
  CHECK_FALSE(made.holds(part));
  const Ed25519Signature second = made.signer.sign("another text");
  Ed25519Signature mixed = made.signature;
  std::copy(second.begin() + kHalf, second.end(), mixed.begin() + kHalf);
  CHECK_FALSE(made.holds(mixed));
  CHECK_FALSE(made.holds(second));
  CHECK_FALSE(made.holds(Ed25519Signer(seed_of(10)).sign(kMessage)));
  CHECK_FALSE(verify_ed25519(made.signer.public_key(), kMessage.substr(1), made.signature));
  CHECK_FALSE(verify_ed25519(made.signer.public_key(), "", made.signature));
}

TEST_CASE("Bytes that are no point are no key") {
  const Signed made;
  Ed25519PublicKey none{};
  none.fill(0xff);
  CHECK_FALSE(verify_ed25519(none, kMessage, made.signature));
  CHECK_FALSE(verify_ed25519({}, kMessage, made.signature));
  // Of small order (the identity) and its signature of everything: R the identity, S zero.
  Ed25519Signature of_everything{};
  of_everything.front() = 1;
  CHECK_FALSE(verify_ed25519({1}, kMessage, of_everything));
  none = {2};  // 2 is the y of no point
  CHECK_FALSE(verify_ed25519(none, kMessage, made.signature));
}
