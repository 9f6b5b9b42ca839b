#include "command_line.h"

#include "support/catch.h"

using namespace consent::server;
using Catch::Matchers::ContainsSubstring;

namespace {

CommandLine parse(const std::vector<std::string>& arguments) {
  return parse_command_line(arguments);
}

}  // namespace

TEST_CASE("Without a command the service serves") {
  CHECK(parse({}).command == Command::serve);
  CHECK(parse({"--data-dir", "x"}).command == Command::serve);
  CHECK(parse({"serve"}).command == Command::serve);
  CHECK(parse({"serve"}).error.empty());
}

TEST_CASE("Options are read in both spellings, and repeated where they may be") {
  const CommandLine line = parse({"serve", "--data-dir=d", "--geo-db", "a", "--geo-db=b",
                                  "--trusted-proxy", "::1", "--site", "s"});
  REQUIRE(line.error.empty());
  CHECK(line.values.at("data-dir").front().text == "d");
  REQUIRE(line.values.at("geo-db").size() == 2);
  CHECK(line.values.at("geo-db")[1].text == "b");
  CHECK(line.values.at("geo-db")[1].source == "--geo-db");
  CHECK(line.values.at("site").front().text == "s");
}

TEST_CASE("The other commands") {
  CHECK(parse({"keys", "issue", "--scope", "check", "--name", "n"}).command == Command::keys_issue);
  CHECK(parse({"keys", "list", "--data-dir", "d"}).command == Command::keys_list);
  CHECK(parse({"keys", "rotate", "--zone", "eu"}).command == Command::keys_rotate);
  CHECK(parse({"check-config", "--site", "f"}).command == Command::check_config);
  CHECK(parse({"audit", "verify", "--data-dir", "d"}).command == Command::audit_verify);
  CHECK(parse({"audit", "key"}).command == Command::audit_key);
  CHECK(parse({"version"}).command == Command::version);
  CHECK(parse({"--version"}).command == Command::version);
}

TEST_CASE("A receipt's file needs no option's name, and there is one") {
  const CommandLine line = parse({"receipt", "verify", "r.json", "--key", "k"});
  REQUIRE(line.error.empty());
  CHECK(line.command == Command::receipt_verify);
  CHECK(line.values.at("receipt").front().text == "r.json");
  CHECK(parse({"receipt", "verify", "--receipt", "r.json"}).error.empty());
  CHECK_THAT(parse({"receipt", "verify", "a", "b"}).error, ContainsSubstring("unexpected"));
}

TEST_CASE("A key that is revoked needs no option's name") {
  const CommandLine line = parse({"keys", "revoke", "1a2b3c4d", "--data-dir", "d"});
  REQUIRE(line.error.empty());
  CHECK(line.command == Command::keys_revoke);
  CHECK(line.values.at("id").front().text == "1a2b3c4d");
  CHECK_THAT(parse({"keys", "revoke", "a", "b"}).error, ContainsSubstring("unexpected"));
}

TEST_CASE("A certificate is checked as a receipt is") {
  const CommandLine line = parse({"certificate", "verify", "c.json", "--key", "k"});
  REQUIRE(line.error.empty());
  CHECK(line.command == Command::certificate_verify);
  CHECK(line.values.at("certificate").front().text == "c.json");
  CHECK_THAT(parse({"certificate", "verify", "a", "b"}).error, ContainsSubstring("unexpected"));
  CHECK_THAT(help_text(Command::certificate_verify), ContainsSubstring("--key KEY"));
}

TEST_CASE("Help is there for every command") {
  CHECK(parse({"--help"}).command == Command::help);
  CHECK(parse({"help"}).command == Command::help);
  CHECK(parse({"serve", "--help"}).help_on == Command::serve);
  CHECK(parse({"keys", "--help"}).help_on == Command::keys_issue);
  CHECK(parse({"keys", "issue", "-h"}).help_on == Command::keys_issue);
  CHECK(parse({"keys", "rotate", "--help"}).help_on == Command::keys_rotate);
  CHECK(parse({"audit", "verify", "--help"}).help_on == Command::audit_verify);
  CHECK(parse({"receipt", "--help"}).help_on == Command::receipt_verify);
  CHECK_THAT(help_text(Command::audit_verify), ContainsSubstring("--checkpoint FILE"));
  CHECK(parse({"check-config", "--help"}).help_on == Command::check_config);
  CHECK_THAT(help_text(Command::serve), ContainsSubstring("--trusted-proxy CIDR"));
  CHECK_THAT(help_text(Command::keys_issue), ContainsSubstring("--scope LIST"));
  CHECK_THAT(help_text(Command::help), ContainsSubstring("check-config"));
  CHECK(help_text(Command::check_config).find("--geo-db") == std::string::npos);
}

TEST_CASE("What makes no sense is named, with a suggestion") {
  const auto [arguments, message] = GENERATE(table<std::vector<std::string>, std::string>({
      {{"--data-dri", "x"}, "did you mean \"--data-dir\"?"},
      {{"serv"}, "did you mean \"serve\"?"},
      {{"frobnicate"}, "unknown command"},
      {{"serve", "--data-dir"}, "needs a value: --data-dir DIR"},
      {{"serve", "--data-dir", "--site", "x"}, "needs a value"},
      {{"serve", "--site", "a", "--site", "b"}, "given twice"},
      {{"serve", "stray"}, "unexpected argument"},
      {{"serve", "--scope", "check"}, "unknown option"},
      {{"check-config", "--data-dir", "x"}, "unknown option"},
      {{"keys"}, "keys issue"},
      {{"keys", "destroy"}, "consentd keys list or consentd keys revoke"},
      {{"keys", "list", "--scope", "check"}, "unknown option"},
      {{"audit"}, "audit verify or consentd audit key"},
      {{"receipt", "make"}, "receipt verify"},
      {{"certificate"}, "certificate verify"},
      {{"-x"}, "unexpected argument"},
      {{"--"}, "unknown option"},
      {{"serve", "--replicate", "eu:us"}, "the site file says what is copied"},
  }));
  CAPTURE(arguments);
  CHECK_THAT(parse(arguments).error, ContainsSubstring(message));
}
