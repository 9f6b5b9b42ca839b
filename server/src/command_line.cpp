#include "command_line.h"

#include <algorithm>
#include <array>
#include <optional>

#include "nearest_name.h"

namespace consent::server {
namespace {

struct CommandWords {
  Command command;
  std::string_view words;
  std::string_view about;
};

constexpr std::array<CommandWords, 12> kCommands{{
    {Command::serve, "serve",
     "Answer visitors on the public listener and the pipeline on the internal one."},
    {Command::keys_issue, "keys issue",
     "Make an API key for the internal listener. It is printed once; only its hash is stored."},
    {Command::keys_rotate, "keys rotate",
     "Make a new key-encryption key for each zone, wrap every data key anew with it and destroy "
     "the "
     "one before. Also beside a running service; after an interruption call it again."},
    {Command::backup, "backup",
     "Copy the zones' files as they are at one moment, beside a running service. Without the "
     "keys."},
    {Command::restore, "restore",
     "Make a data directory of a backup: checked, and without those who were erased since."},
    {Command::verify, "verify",
     "Check a data directory or a backup: structure, log, and with the keys every record."},
    {Command::check_config, "check-config",
     "Check the site file and the config file. Prints every error with its place; 0 when there is "
     "none."},
    {Command::audit_verify, "audit verify",
     "Check a whole ledger against its transparency log, offline; name the first bad entry."},
    {Command::audit_key, "audit key",
     "Print the key of each zone's log, for whoever checks receipts and checkpoints."},
    {Command::receipt_verify, "receipt verify",
     "Check a visitor's receipt: consentd receipt verify FILE --key KEY. Needs no service."},
    {Command::certificate_verify, "certificate verify",
     "Check a certificate of destruction: consentd certificate verify FILE --key KEY. Needs no "
     "service."},
    {Command::retention_sweep, "retention sweep",
     "Destroy what is kept longer than the site file's retention allows, and certify it. A running "
     "service does it once a day."},
}};

const std::vector<std::string>& first_words() {
  static const std::vector<std::string> kWords = {
      "serve", "keys",    "backup",      "restore",   "verify", "check-config",
      "audit", "receipt", "certificate", "retention", "help",   "version"};
  return kWords;
}

bool takes(const Option& option, Command command) {
  return std::find(option.commands.begin(), option.commands.end(), command) !=
         option.commands.end();
}

const Option* find_option(Command command, std::string_view name) {
  for (const Option& option : options()) {
    if (option.name == name && takes(option, command)) return &option;
  }
  return nullptr;
}

std::string unknown(std::string_view kind, std::string_view given,
                    std::span<const std::string> known) {
  std::string message = "unknown " + std::string(kind) + " \"" + std::string(given) + '"';
  const std::string_view nearest = nearest_name(given, known);
  if (!nearest.empty()) message += "; did you mean \"" + std::string(nearest) + "\"?";
  return message + " (see consentd --help)";
}

std::string unknown_option(Command command, std::string_view name) {
  if (name.starts_with("replic")) {
    return "--" + std::string(name) +
           ": nothing goes from one zone to another, and nothing can switch that on; leave it out";
  }
  std::vector<std::string> known;
  for (const Option& option : options()) {
    if (takes(option, command)) known.push_back("--" + option.name);
  }
  return unknown("option", "--" + std::string(name), known);
}

bool asks_for_help(std::string_view argument) {
  return argument == "--help" || argument == "-h" || argument == "help";
}

// "keys issue" of the command "keys issue"; "" of one word.
std::string_view second_word(const CommandWords& entry) {
  const std::size_t blank = entry.words.find(' ');
  return blank == entry.words.npos ? std::string_view() : entry.words.substr(blank + 1);
}

std::string_view first_word(const CommandWords& entry) {
  return entry.words.substr(0, entry.words.find(' '));
}

// What follows a first word that needs a second one.
std::optional<Command> take_second_word(const std::string& first,
                                        std::span<const std::string>& arguments,
                                        std::string& error) {
  std::string examples;
  for (const CommandWords& entry : kCommands) {
    if (first_word(entry) != first) continue;
    if (!arguments.empty() && arguments.front() == second_word(entry)) {
      arguments = arguments.subspan(1);
      return entry.command;
    }
    if (!arguments.empty() && asks_for_help(arguments.front())) return entry.command;
    examples += (examples.empty() ? "consentd " : " or consentd ") + std::string(entry.words);
  }
  error = '"' + first + "\" needs a command: " + examples + " (see consentd --help)";
  return std::nullopt;
}

// Takes the command's words off the front. No word at all means serve.
std::optional<Command> take_command(std::span<const std::string>& arguments, std::string& error) {
  if (arguments.empty() || arguments.front().starts_with('-')) return Command::serve;
  const std::string first = arguments.front();
  arguments = arguments.subspan(1);
  if (first == "version") return Command::version;
  for (const CommandWords& entry : kCommands) {
    if (first_word(entry) != first) continue;
    return second_word(entry).empty() ? std::optional(entry.command)
                                      : take_second_word(first, arguments, error);
  }
  error = unknown("command", first, first_words());
  return std::nullopt;
}

// The option that a bare argument stands for; empty: none does.
std::string checked_file(Command command) {
  if (command == Command::receipt_verify) return "receipt";
  return command == Command::certificate_verify ? "certificate" : "";
}

// Reads one option and its value; returns how many arguments it took, 0 after an error.
std::size_t take_option(std::span<const std::string> arguments, CommandLine& line) {
  const std::string& given = arguments.front();
  const std::string checked = checked_file(line.command);
  if (!checked.empty() && !given.starts_with('-') && !line.values.contains(checked)) {
    line.values[checked].push_back({given, "FILE"});
    return 1;
  }
  if (!given.starts_with("--")) {
    line.error = "unexpected argument \"" + given + "\" (see consentd --help)";
    return 0;
  }
  const std::size_t equals = given.find('=');
  const std::string name = given.substr(2, equals == given.npos ? given.npos : equals - 2);
  const Option* option = find_option(line.command, name);
  if (option == nullptr) {
    line.error = unknown_option(line.command, name);
    return 0;
  }
  const bool attached = equals != given.npos;
  if (!attached && (arguments.size() < 2 || arguments[1].starts_with("--"))) {
    line.error = "--" + name + " needs a value: --" + name + ' ' + option->value;
    return 0;
  }
  std::vector<OptionValue>& values = line.values[name];
  if (!values.empty() && !option->repeatable) {
    line.error = "--" + name + " is given twice";
    return 0;
  }
  values.push_back({attached ? given.substr(equals + 1) : arguments[1], "--" + name});
  return attached ? 1 : 2;
}

constexpr std::size_t kWordsBytes = 19;  // of the longest command, and a blank

std::string program_help() {
  std::string text =
      "consentd, the consent service.\n\n"
      "  consentd [COMMAND] [OPTIONS]\n\n"
      "Commands (serve when none is named):\n";
  for (const CommandWords& entry : kCommands) {
    text += "  ";
    text += entry.words;
    text += std::string(kWordsBytes - entry.words.size(), ' ');
    text += entry.about;
    text += '\n';
  }
  return text +
         "  version            Print the version.\n\n"
         "consentd COMMAND --help lists the options of a command. Every option can also stand in "
         "the file named\n"
         "by --config, as a JSON member with underscores: --data-dir DIR is \"data_dir\": "
         "\"DIR\".\n\n"
         "Exit status: 0 all is well, 1 it could not be done, 2 the command line makes no sense.\n";
}

}  // namespace

std::span<const Option> options() {
  constexpr Command kServe = Command::serve;
  constexpr Command kIssue = Command::keys_issue;
  constexpr Command kRotate = Command::keys_rotate;
  constexpr Command kBackup = Command::backup;
  constexpr Command kRestore = Command::restore;
  constexpr Command kVerify = Command::verify;
  constexpr Command kCheck = Command::check_config;
  constexpr Command kSweep = Command::retention_sweep;
  static const std::vector<Option> kOptions = {
      {"data-dir",
       "DIR",
       "database, keys and events (./data)",
       false,
       {kServe, kIssue, kRotate, kBackup, kRestore, kVerify, Command::audit_verify,
        Command::audit_key, kSweep}},
      {"to", "DIR", "new directory for the backup", false, {kBackup}},
      {"keys-to",
       "DIR",
       "directory the keys are copied to, apart from the backup (none)",
       false,
       {kBackup}},
      {"from", "DIR", "the backup", false, {kRestore}},
      {"keys-from",
       "DIR",
       "directory with the keys: of backup --keys-to, or the data directory that was lost",
       false,
       {kRestore}},
      {"erasures",
       "DIR|none",
       "directory with the newest zones/*/erasures.txt: the data directory that was lost, or a "
       "later backup",
       false,
       {kRestore}},
      {"site",
       "FILE",
       "the site's purposes, texts and policy versions (the bundled dialphone.com)",
       false,
       {kServe, kCheck, Command::audit_key, kSweep}},
      {"dry-run",
       "on|off",
       "count what would be destroyed, and change nothing (off)",
       false,
       {kSweep}},
      {"checkpoint",
       "FILE",
       "a checkpoint that was kept elsewhere, which the log must continue",
       false,
       {Command::audit_verify}},
      {"receipt",
       "FILE",
       "the receipt, as GET /v1/me/receipt gives it; the name alone will do",
       false,
       {Command::receipt_verify}},
      {"certificate",
       "FILE",
       "the certificate, as DELETE /v1/me or GET /v1/certificates/{id} gives it; the name alone "
       "will do",
       false,
       {Command::certificate_verify}},
      {"key",
       "KEY",
       "the log's key, as consentd audit key prints it",
       false,
       {Command::audit_verify, Command::receipt_verify, Command::certificate_verify}},
      {"public-listen", "HOST:PORT", "listener for browsers (127.0.0.1:8080)", false, {kServe}},
      {"internal-listen",
       "HOST:PORT",
       "listener for the pipeline and operators (127.0.0.1:8081)",
       false,
       {kServe}},
      {"geo-db",
       "FILE",
       "MaxMind DB file that maps addresses to regions (none: region unknown)",
       true,
       {kServe}},
      {"trusted-proxy",
       "CIDR",
       "network whose forwarded addresses and geo headers are believed",
       true,
       {kServe}},
      {"web-dir",
       "DIR",
       "banner, WebAssembly and demo site (../../dist beside the program, if it is there)",
       false,
       {kServe}},
      {"rate-limit", "N", "writes per second from one network, on average (60)", false, {kServe}},
      {"rate-burst", "N", "writes at once from one network (600)", false, {kServe}},
      {"site-rate-limit",
       "N",
       "writes per second from all networks together, on average (10000)",
       false,
       {kServe}},
      {"site-rate-burst", "N", "writes at once from all networks (100000)", false, {kServe}},
      {"connections-max", "N", "open connections of each listener (20000)", false, {kServe}},
      {"connections-per-address",
       "N",
       "of them from one address on the public listener; trusted proxies are exempt; 0: any number "
       "(512)",
       false,
       {kServe}},
      {"proxy-protocol",
       "on|off",
       "connections of trusted proxies to the public listener begin with a PROXY header, version "
       "2 (off)",
       false,
       {kServe}},
      {"public-tls-cert", "FILE", "PEM, for TLS on the public listener", false, {kServe}},
      {"public-tls-key", "FILE", "PEM, the key of --public-tls-cert", false, {kServe}},
      {"internal-tls-cert", "FILE", "PEM, for TLS on the internal listener", false, {kServe}},
      {"internal-tls-key", "FILE", "PEM, the key of --internal-tls-cert", false, {kServe}},
      {"internal-client-ca",
       "FILE",
       "PEM; only clients with a certificate of it reach the internal listener",
       false,
       {kServe}},
      {"tls-min", "VERSION", "oldest TLS version spoken, 1.3 or 1.2 (1.3)", false, {kServe}},
      {"zone",
       "LIST",
       "zones whose records this process holds, of eu and us (eu,us)",
       false,
       {kServe, kRotate, kBackup, kVerify, kSweep}},
      {"zone-endpoint",
       "ZONE=URL",
       "where a zone that is not held here is; named in answers 421",
       true,
       {kServe}},
      {"zone-keys",
       "SOURCE",
       "where the keys of the zones' records come from: file, env:NAME or command:WORDS, with "
       "{zone} in it (file)",
       false,
       {kServe, kRotate, kRestore, kVerify, kSweep}},
      {"access-log-sample",
       "SHARE",
       "share of requests in the log, 0 to 1; answers of 500 and above always (0.01)",
       false,
       {kServe}},
      {"scope", "LIST", "what the key may do: check,events,privacy,admin,metrics", false, {kIssue}},
      {"name", "NAME", "what to call the key in lists and logs", false, {kIssue}},
      {"config",
       "FILE",
       "JSON with comments; options on the command line come first",
       false,
       {kServe, kIssue, kRotate, kBackup, kRestore, kVerify, kCheck, Command::audit_verify,
        Command::audit_key, Command::receipt_verify, Command::certificate_verify, kSweep}},
  };
  return kOptions;
}

CommandLine parse_command_line(std::span<const std::string> arguments) {
  CommandLine line;
  if (!arguments.empty() && asks_for_help(arguments.front())) return line;
  if (!arguments.empty() && arguments.front() == "--version") {
    line.command = Command::version;
    return line;
  }
  const std::optional<Command> command = take_command(arguments, line.error);
  if (!command) return line;
  line.command = *command;
  while (!arguments.empty()) {
    if (asks_for_help(arguments.front())) {
      line.help_on = line.command;
      line.command = Command::help;
      return line;
    }
    const std::size_t taken = take_option(arguments, line);
    if (taken == 0) return line;
    arguments = arguments.subspan(taken);
  }
  return line;
}

std::string help_text(Command command) {
  const auto* entry =
      std::find_if(kCommands.begin(), kCommands.end(),
                   [&](const CommandWords& words) { return words.command == command; });
  if (entry == kCommands.end()) return program_help();
  std::string text = "  consentd " + std::string(entry->words) + " [OPTIONS]\n\n" +
                     std::string(entry->about) + "\n\n";
  for (const Option& option : options()) {
    if (!takes(option, command)) continue;
    std::string shape = "  --" + option.name + ' ' + option.value;
    shape.resize(std::max<std::size_t>(shape.size() + 2, 32), ' ');
    text += shape + option.about + (option.repeatable ? "; may be repeated" : "") + '\n';
  }
  return text;
}

}  // namespace consent::server
