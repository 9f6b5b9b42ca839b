#pragma once
// What the service was told to do: options of the command line, over the config file, over the
// defaults.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "command_line.h"
#include "consent/ip_address.h"
#include "consent/ruleset.h"
#include "crypto/tls.h"
#include "keys/zone_keys.h"
#include "visitor/rate_limiter.h"

namespace consent::server {

struct Endpoint {
  std::string host;  // an address, without brackets, or "localhost"
  std::uint16_t port = 0;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

struct Config {
  std::string data_dir = "./data";
  std::string site_file;  // empty: the bundled policy
  Endpoint public_listen{"127.0.0.1", 8080};
  Endpoint internal_listen{"127.0.0.1", 8081};
  std::vector<std::string> geo_dbs;
  std::vector<Cidr> trusted_proxies;
  std::string web_dir;                            // empty: the default place, if it is there
  RateLimits rate_limits;                         // of public writes
  std::size_t connections_max = 20'000;           // of each listener
  std::size_t connections_per_address_max = 512;  // of the public one; 0: any number
  bool proxy_protocol = false;                    // of trusted proxies, on the public listener
  tls::Files public_tls;                          // no certificate: clear text
  tls::Files internal_tls;
  std::vector<Zone> zones = {Zone::eu, Zone::us};  // held by this process
  std::array<std::string, 2> zone_endpoints;       // by Zone, without a slash at the end
  KeySource zone_keys;
  double access_log_share = 0.01;  // of requests, 0 to 1
  std::string scope;               // of keys issue
  std::string name;                // of keys issue
  std::string key_id;              // of keys revoke
  std::string backup_to;           // of backup
  std::string keys_to;             // of backup
  std::string restore_from;        // of restore
  std::string keys_from;           // of restore
  std::string erasures;            // of restore: a directory, or "none"
  std::string checkpoint_file;     // of audit verify
  std::string receipt_file;        // of receipt verify
  std::string certificate_file;    // of certificate verify
  std::string verifier_key;        // of all three
  bool dry_run = false;            // of retention sweep
};

// Each error is one line for the operator that begins with where the mistake is.
struct ConfigRead {
  Config config;  // usable only when errors is empty
  std::vector<std::string> errors;
};

// Reads the file that --config names, if any, and checks every value.
ConfigRead read_config(const CommandLine& line);

// The values of a config file's text; `name` is the file's, for messages.
OptionValues read_config_text(std::string_view text, std::string_view name,
                              std::vector<std::string>& errors);

struct TextFile {
  std::string text;
  std::string failure;  // for the operator; empty when all is well
};
// A whole file of at most 16 MiB.
TextFile read_text_file(const std::string& path);

}  // namespace consent::server
