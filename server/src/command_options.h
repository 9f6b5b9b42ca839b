#pragma once
// The options of the commands: on the command line as --data-dir DIR, in the config file as
// "data_dir": "DIR".

#include <span>
#include <string>
#include <vector>

#include "command_line.h"

namespace consent::server {

struct Option {
  std::string name;   // "data-dir"
  std::string value;  // "DIR", for the help
  std::string about;
  bool repeatable = false;
  std::vector<Command> commands;  // that take it

  bool belongs_to(Command command) const;
};

std::span<const Option> options();

}  // namespace consent::server
