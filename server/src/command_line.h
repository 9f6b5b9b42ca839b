#pragma once
// What was typed: a command and its options, checked for spelling only. What the values mean is
// config.h's.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace consent::server {

enum class Command : std::uint8_t {
  serve,
  keys_issue,
  keys_list,
  keys_revoke,
  keys_rotate,
  backup,
  restore,
  verify,
  check_config,
  audit_verify,
  audit_key,
  receipt_verify,
  certificate_verify,
  retention_sweep,
  help,
  version
};

struct OptionValue {
  std::string text;
  std::string source;  // where it was given, for messages: "--data-dir" or "consentd.jsonc:3:15
                       // (/data_dir)"
};
using OptionValues = std::map<std::string, std::vector<OptionValue>>;  // by option name

struct CommandLine {
  Command command = Command::help;
  Command help_on = Command::help;  // for help: of which command; help itself: of the whole program
  OptionValues values;
  std::string error;  // for the operator; when set, nothing else counts
};

// `arguments` without the program's name. "consentd [serve] --data-dir=DIR --geo-db FILE --geo-db
// FILE".
CommandLine parse_command_line(std::span<const std::string> arguments);

std::string help_text(Command command);

}  // namespace consent::server
