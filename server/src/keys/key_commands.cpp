#include "keys/key_commands.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>

#include "keys/api_key_file.h"
#include "process/exit_status.h"

namespace consent::server {

int issue_key(const Config& config) {
  const auto scopes = ScopeSet::parse(config.scope);
  if (!scopes)
    return complain("--scope must list some of check,events,privacy,admin,metrics", kMisused);
  if (config.name.empty()) return complain("--name is missing: say what the key is for", kMisused);
  const std::string key = issue_api_key(config.data_dir, config.name, *scopes, SystemClock().now());
  if (std::printf("%s\n", key.c_str()) > 0 && std::fflush(stdout) == 0) return 0;
  return complain(
      "the key is made but cannot be printed, and it is stored nowhere: see where standard output "
      "goes, revoke the key (consentd keys list shows its id), and issue another",
      kFailed);
}

int list_keys(const Config& config) {
  const std::string path = api_key_path(config.data_dir);
  if (!std::filesystem::is_directory(config.data_dir)) {
    return complain(config.data_dir + " is no directory; name the data directory with --data-dir",
                    kFailed);
  }
  const ApiKeyFile file = read_api_key_file(path);
  int name_width = 4;
  int scope_width = 6;
  for (const StoredApiKey& stored : file.keys) {
    name_width = std::max(name_width, static_cast<int>(stored.key.name.size()));
    scope_width = std::max(scope_width, static_cast<int>(stored.key.scopes.text().size()));
  }
  const auto line = [&](const std::string& id, const std::string& name, const std::string& scopes,
                        const std::string& created, const std::string& revoked) {
    std::printf("%-8s  %-*s  %-*s  %-24s  %s\n", id.c_str(), name_width, name.c_str(), scope_width,
                scopes.c_str(), created.c_str(), revoked.c_str());
  };
  if (!file.keys.empty()) line("id", "name", "scopes", "created", "revoked");
  for (const StoredApiKey& stored : file.keys) {
    line(stored.key.id, stored.key.name, stored.key.scopes.text(), stored.created_at,
         stored.revoked_at.empty() ? "-" : stored.revoked_at);
  }
  if (file.bad_line == 0) return 0;
  return complain(path + ":" + std::to_string(file.bad_line) + ": is not an API key; remove it",
                  kFailed);
}

int revoke_key(const Config& config) {
  if (config.key_id.empty())
    return complain("name the key: consentd keys revoke ID; consentd keys list shows them",
                    kMisused);
  const ApiKey key = revoke_api_key(config.data_dir, config.key_id, SystemClock().now());
  std::printf("%s (%s) is revoked\n", key.id.c_str(), key.name.c_str());
  return 0;
}

}  // namespace consent::server
