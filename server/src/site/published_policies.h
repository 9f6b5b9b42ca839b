#pragma once
// The policy versions that were published while the service ran, beside those of the site file:
//   DIR/policies.json  {"site": "...", "policies": [...]}, each as a site file has it
// It is replaced as a whole, so that a crash leaves the old one or the new one.

#include <string>
#include <string_view>

#include "config.h"

namespace consent::server {

std::string published_policies_path(const std::string& data_dir);

// Empty text when there is no such file, or no directory is named.
TextFile read_published_policies(const std::string& data_dir);

// Durable on return; an empty text removes the file. Throws std::runtime_error with a message for
// the operator; the file is then as it was.
void replace_published_policies(const std::string& data_dir, std::string_view text);

}  // namespace consent::server
