#include "command_line.h"

#include <algorithm>
#include <array>
#include <optional>

#include "command_options.h"
#include "nearest_name.h"

namespace consent::server {
namespace {

struct CommandWords {
  Command command;
  std::string_view words;
  std::string_view about;
};

constexpr std::array<CommandWords, 14> kCommands{{
    {Command::serve, "serve",
     "Answer visitors on the public listener and the pipeline on the internal one. SIGHUP reads "
     "the files again, SIGUSR1 sweeps what is over now, SIGTERM ends it."},
    {Command::keys_issue, "keys issue",
     "Make an API key for the internal listener. It is printed once; only its hash is stored."},
    {Command::keys_list, "keys list",
     "Print the API keys: id, name, scopes, when each was issued and revoked."},
    {Command::keys_revoke, "keys revoke",
     "Close the internal listener to an API key: consentd keys revoke ID. At once, also beside a "
     "running service."},
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
     "Destroy what is kept longer than the site file's retention allows, and certify it. Where a "
     "service runs, which does it once a day, the service does it now, by its own site file."},
}};

const std::vector<std::string>& first_words() {
  static const std::vector<std::string> kWords = {
      "serve", "keys",    "backup",      "restore",   "verify", "check-config",
      "audit", "receipt", "certificate", "retention", "help",   "version"};
  return kWords;
}

const Option* find_option(Command command, std::string_view name) {
  for (const Option& option : options()) {
    if (option.name == name && option.belongs_to(command)) return &option;
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
           ": the site file says what is copied from one zone to another: \"replication\": "
           "{\"from\": \"eu\", \"to\": \"us\"}; leave the option out";
  }
  std::vector<std::string> known;
  for (const Option& option : options()) {
    if (option.belongs_to(command)) known.push_back("--" + option.name);
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
std::string bare_option(Command command) {
  if (command == Command::keys_revoke) return "id";
  if (command == Command::receipt_verify) return "receipt";
  return command == Command::certificate_verify ? "certificate" : "";
}

// Reads one option and its value; returns how many arguments it took, 0 after an error.
std::size_t take_option(std::span<const std::string> arguments, CommandLine& line) {
  const std::string& given = arguments.front();
  const std::string bare = bare_option(line.command);
  if (!bare.empty() && !given.starts_with('-') && !line.values.contains(bare)) {
    line.values[bare].push_back({given, "--" + bare});
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
    if (!option.belongs_to(command)) continue;
    std::string shape = "  --" + option.name + ' ' + option.value;
    shape.resize(std::max<std::size_t>(shape.size() + 2, 32), ' ');
    text += shape + option.about + (option.repeatable ? "; may be repeated" : "") + '\n';
  }
  return text;
}

}  // namespace consent::server
