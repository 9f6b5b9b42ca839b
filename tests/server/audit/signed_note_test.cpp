#include "audit/signed_note.h"

#include <algorithm>
#include <array>

#include "formats/base64.h"
#include "support/catch.h"

using namespace consent::server;

namespace {

// The examples of C2SP signed-note, "Verifier keys" and "Example".
const std::string kExampleKey =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const std::string kExampleText = "This is an example message.\n";
const std::string kExampleNote =
    kExampleText +
    "\n\xE2\x80\x94 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXs"
    "YjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

struct Signing {
  Ed25519Signer signer{key_of(7)};
  NoteVerifier verifier{"dialphone.com/consent/eu", signer.public_key()};
  std::string note = sign_note(verifier, signer, "text\nof two lines\n");

  static SecretKey key_of(std::uint8_t byte) {
    std::array<std::uint8_t, SecretKey::kBytes> seed{};
    seed.fill(byte);
    return SecretKey::from_bytes(seed);
  }
};

}  // namespace

TEST_CASE("Ed25519 signs and verifies the second vector of RFC 8032 section 7.1") {
  const auto seed = parse_base64("TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs=");
  const std::string public_key = "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";
  const std::string signature =
      "kqAJqfDUyrhyDoILX2QlQKKye1QWUD+Ps3YiI+vbadoIWsHkPhWZbkWPNhPQ8R2MOHsurrQwKu6wDSkWErsMAA==";
  REQUIRE(seed);
  const Ed25519Signer signer(SecretKey::from_bytes(std::span(*seed).first<SecretKey::kBytes>()));
  CHECK(to_base64(signer.public_key()) == public_key);
  CHECK(to_base64(signer.sign("\x72")) == signature);
  CHECK(verify_ed25519(signer.public_key(), "\x72", signer.sign("\x72")));
}

TEST_CASE("the example note of C2SP signed-note opens under its key") {
  const auto verifier = parse_verifier_key(kExampleKey);
  REQUIRE(verifier);
  CHECK(verifier->open(kExampleNote) == kExampleText);
  CHECK_FALSE(verifier->open(replaced(kExampleNote, "message.", "message!")));
}

TEST_CASE("a verifier key is read as C2SP writes it, and nothing else is") {
  const auto verifier = parse_verifier_key(kExampleKey);
  REQUIRE(verifier);
  CHECK(verifier->name() == "example.com/foo");
  CHECK(verifier->text() == kExampleKey);
  for (const std::string& text :
       {std::string(), std::string("+"), std::string("a+b"), replaced(kExampleKey, "530d", "530e"),
        replaced(kExampleKey, "530d", "530D"), replaced(kExampleKey, "foo", "fop"),
        replaced(kExampleKey, "foo", "f o"), replaced(kExampleKey, "Aeky", "Beky"),
        replaced(kExampleKey, "U2k", "U2l"), kExampleKey + "A", kExampleKey + '\n',
        replaced(kExampleKey, "example.com/foo", "")}) {
    INFO(text);
    CHECK_FALSE(parse_verifier_key(text));
  }
}

TEST_CASE("a note opens under the key that signed it") {
  const Signing signing;
  const auto read = parse_verifier_key(signing.verifier.text());
  REQUIRE(read);
  CHECK(read->open(signing.note) == "text\nof two lines\n");
  CHECK(signing.note.find("\n\n\xE2\x80\x94 dialphone.com/consent/eu ") != std::string::npos);
}

TEST_CASE("a signature says the same whenever it is made") {
  const Signing signing;
  CHECK(sign_note(signing.verifier, signing.signer, "a\n") ==
        sign_note(signing.verifier, signing.signer, "a\n"));
}

TEST_CASE("no bit of a note can be another") {
  const Signing signing;
  for (std::size_t at = 0; at < signing.note.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string note = signing.note;
      note[at] = static_cast<char>(note[at] ^ (1 << bit));
      INFO(at << ' ' << bit);
      REQUIRE_FALSE(signing.verifier.open(note));
    }
  }
}

TEST_CASE("a cut, lengthened or unsigned note does not open") {
  const Signing signing;
  for (std::size_t size = 0; size < signing.note.size(); ++size) {
    REQUIRE_FALSE(signing.verifier.open(signing.note.substr(0, size)));
  }
  const std::string long_text(65'536, '\n');
  CHECK_FALSE(signing.verifier.open(sign_note(signing.verifier, signing.signer, long_text)));
  const std::string& note = signing.note;
  for (const std::string& other :
       {note + '\n', note + "more\n", '\n' + note, "more\n" + note, replaced(note, "text", "test"),
        replaced(note, "\n\n", "\n"), replaced(note, "\n\n", "\nmore\n\n"),
        replaced(note, "\n\n", "\n\n\n"), replaced(note, "text", "te\txt"),
        replaced(note, "\xE2\x80\x94", "-"), replaced(note, "/eu ", "/eu  "),
        std::string("text\nof two lines\n\n")}) {
    INFO(other);
    CHECK_FALSE(signing.verifier.open(other));
  }
}

TEST_CASE("a note of another key, name or key id does not open") {
  const Signing signing;
  const Ed25519Signer stranger(Signing::key_of(8));
  const NoteVerifier same_name("dialphone.com/consent/eu", stranger.public_key());
  const NoteVerifier same_key("dialphone.com/consent/us", signing.signer.public_key());
  CHECK_FALSE(same_name.open(signing.note));
  CHECK_FALSE(same_key.open(signing.note));
  // The stranger's signature under our name and key id.
  const std::string forged = sign_note(signing.verifier, stranger, "text\nof two lines\n");
  CHECK_FALSE(signing.verifier.open(forged));
}

TEST_CASE(
    "signatures of other keys and algorithms are skipped, one of this key that fails is not") {
  const Signing signing;
  const Ed25519Signer stranger(Signing::key_of(8));
  const NoteVerifier other("witness.example", stranger.public_key());
  const std::string signed_by_other = sign_note(other, stranger, "text\nof two lines\n");
  const std::string other_line = signed_by_other.substr(signed_by_other.find("\n\n") + 2);
  const std::string unknown = "\xE2\x80\x94 future.example AAAAAAAAAAAA\n";
  std::string note = signing.note;
  for (int i = 0; i < 16; ++i) note += other_line;
  note += unknown;
  CHECK(signing.verifier.open(note));
  CHECK(other.open(note));

  const std::string forged = sign_note(signing.verifier, stranger, "text\nof two lines\n");
  const std::string forged_line = forged.substr(forged.find("\n\n") + 2);
  CHECK_FALSE(signing.verifier.open(signing.note + forged_line));
}

TEST_CASE("a key without a name, or with a blank or plus in it, cannot be made") {
  const Ed25519Signer signer(Signing::key_of(1));
  for (const char* name : {"", "a b", "a+b", "a\nb"}) {
    CHECK_THROWS_AS(NoteVerifier(name, signer.public_key()), std::invalid_argument);
  }
}
