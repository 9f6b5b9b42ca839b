#include "site/site_file.h"

#include <utility>

#include "config.h"

namespace consent::server {
namespace {

std::string line_of(const std::string& name, const SiteError& error) {
  return name + ':' + std::to_string(error.line) + ':' + std::to_string(error.column) + ": " +
         error.pointer + ' ' + error.detail;
}

}  // namespace

SiteFile load_site_file(const std::string& path, TimePoint now) {
  SiteFile result;
  const std::string name = path.empty() ? "the bundled site policy" : path;
  TextFile file{std::string(bundled_site_policy()), ""};
  if (!path.empty()) file = read_text_file(path);
  if (!file.failure.empty()) {
    result.errors.push_back(std::move(file.failure));
    return result;
  }
  SiteLoad load = load_site_policy(file.text);
  for (const SiteError& error : load.errors) result.errors.push_back(line_of(name, error));
  for (const SiteError& warning : load.warnings) result.warnings.push_back(line_of(name, warning));
  result.policy = std::move(load.policy);
  if (result.errors.empty() && result.policy.policies.front().effective_at > now) {
    result.errors.push_back(name + ": /policies no version is in force yet");
  }
  return result;
}

}  // namespace consent::server
