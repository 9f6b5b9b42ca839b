#include "audit/signed_note.h"
#include "support/catch.h"
#include "vector_file.h"

namespace consent::vectors {

TEST_CASE("every note vector is judged as C2SP and RFC 8032 say") {
  for_each_vector("note", [](const Json& vector, const Json&) {
    const Json& input = vector.at("input");
    const ExactText key(input.at("key").get<std::string>());
    const ExactText note(input.at("note").get<std::string>());
    const auto verifier = server::parse_verifier_key(key.view());
    const auto text = verifier ? verifier->open(note.view()) : std::nullopt;
    const Json actual = {{"key", verifier.has_value()}, {"text", text ? Json(*text) : Json()}};
    CHECK(actual == vector.at("expect"));
  });
}

}  // namespace consent::vectors
