#include "site/site_file.h"

#include <utility>

#include "site/published_policies.h"

namespace consent::server {
namespace {

std::string line_of(const std::string& name, const SiteError& error) {
  return name + ':' + std::to_string(error.line) + ':' + std::to_string(error.column) + ": " +
         error.pointer + ' ' + error.detail;
}

}  // namespace

TextFile site_file_text(const std::string& path) {
  if (path.empty()) return {std::string(bundled_site_policy()), ""};
  return read_text_file(path);
}

SiteFile load_site_file(const std::string& path, const std::string& data_dir, TimePoint now) {
  SiteFile result;
  const std::string name = path.empty() ? "the bundled site policy" : path;
  TextFile file = site_file_text(path);
  TextFile published = read_published_policies(data_dir);
  for (TextFile* const read : {&file, &published}) {
    if (!read->failure.empty()) result.errors.push_back(std::move(read->failure));
  }
  if (!result.errors.empty()) return result;
  SiteLoad load = load_site_policy(file.text, published.text);
  for (const SiteError& error : load.errors) result.errors.push_back(line_of(name, error));
  for (const SiteError& error : load.published_errors) {
    result.errors.push_back(line_of(published_policies_path(data_dir), error));
  }
  for (const SiteError& warning : load.warnings) result.warnings.push_back(line_of(name, warning));
  result.policy = std::move(load.policy);
  if (result.errors.empty() && result.policy.policies.front().effective_at > now) {
    result.errors.push_back(name + ": /policies no version is in force yet");
  }
  return result;
}

}  // namespace consent::server
