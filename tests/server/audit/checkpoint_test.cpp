#include "audit/checkpoint.h"

#include "support/catch.h"

using namespace consent::server;

namespace {

const std::string kRoot = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

}  // namespace

TEST_CASE("a checkpoint is three lines, there and back") {
  const std::string text = "example.com/behind-the-sofa\n20852163\n" + kRoot + '\n';
  const auto checkpoint = parse_checkpoint(text);
  REQUIRE(checkpoint);
  CHECK(checkpoint->origin == "example.com/behind-the-sofa");
  CHECK(checkpoint->head.size == 20'852'163);
  CHECK(checkpoint->head.root[0] == 0x0a);
  CHECK(to_text(*checkpoint) == text);
  CHECK(parse_checkpoint("o\n0\n" + kRoot + '\n'));
}

TEST_CASE("what is no checkpoint of ours is refused") {
  for (const std::string& text :
       {std::string(), std::string("\n"), "o\n1\n" + kRoot, "\n1\n" + kRoot + '\n',
        "o\n01\n" + kRoot + '\n', "o\n-1\n" + kRoot + '\n', "o\n+1\n" + kRoot + '\n',
        "o\n1 \n" + kRoot + '\n', "o\n\n" + kRoot + '\n', "o\n0x1\n" + kRoot + '\n',
        "o\n9007199254740992\n" + kRoot + '\n', "o\n99999999999999999999\n" + kRoot + '\n',
        "o\n1\n" + kRoot.substr(1) + '\n', "o\n1\n" + kRoot + "A=\n",
        "o\n1\n" + kRoot + "\nextension\n", "o\n1\n" + kRoot + "\n\n"}) {
    INFO(text);
    CHECK_FALSE(parse_checkpoint(text));
  }
}
