#include "config.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>

#include "command_options.h"
#include "wire/json_fields.h"

namespace consent::server {
namespace {

std::string key_of(const Option& option) {
  std::string key = option.name;
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

// A number where the option takes one: "data_dir": 7 is a slip, not a directory.
std::optional<std::string> option_text(const Option& option, const JsonValue& value) {
  if (const std::string* text = value.string()) return *text;
  const auto number = value.integer();
  if (number && option.value == "N") return std::to_string(*number);
  return std::nullopt;
}

std::string place(std::string_view name, std::string_view text, std::size_t offset) {
  const TextPosition position = position_of(text, offset);
  return std::string(name) + ':' + std::to_string(position.line) + ':' +
         std::to_string(position.column);
}

// IPv6 in brackets: "[::1]:8080".
std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  Endpoint endpoint;
  const auto [end, code] =
      std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
  if (code != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (!bracketed && host.find(':') != host.npos) return std::nullopt;
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host != "localhost" && !IpAddress::parse(host)) return std::nullopt;
  endpoint.host = host;
  return endpoint;
}

std::optional<double> parse_positive(std::string_view text) {
  unsigned number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{} || end != text.data() + text.size() || number == 0 ||
      number > 1'000'000) {
    return std::nullopt;
  }
  return number;
}

template <unsigned Least>
std::optional<std::size_t> parse_count(std::string_view text) {
  unsigned number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = code == std::errc{} && end == text.data() + text.size();
  if (!whole || number < Least || number > 1'000'000) return std::nullopt;
  return number;
}

std::optional<double> parse_share(std::string_view text) {
  double share = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), share);
  const bool whole = code == std::errc{} && end == text.data() + text.size();
  if (!whole || !(share >= 0 && share <= 1)) return std::nullopt;
  return share;
}

std::optional<bool> parse_switch(std::string_view text) {
  if (text == "on") return true;
  if (text == "off") return false;
  return std::nullopt;
}

// Whether TLS 1.2 is spoken, too.
std::optional<bool> parse_tls_min(std::string_view text) {
  if (text == "1.2") return true;
  if (text == "1.3") return false;
  return std::nullopt;
}

std::optional<Zone> parse_zone(std::string_view text) {
  for (const Zone zone : {Zone::eu, Zone::us}) {
    if (text == to_text(zone)) return zone;
  }
  return std::nullopt;
}

// "eu,us", in any order, each once.
std::optional<std::vector<Zone>> parse_zones(std::string_view text) {
  std::vector<Zone> zones;
  while (true) {
    const auto end = std::min(text.find(','), text.size());
    const auto zone = parse_zone(text.substr(0, end));
    if (!zone || std::find(zones.begin(), zones.end(), *zone) != zones.end()) return std::nullopt;
    zones.push_back(*zone);
    if (end == text.size()) return zones;
    text.remove_prefix(end + 1);
  }
}

class Interpreter {
 public:
  Interpreter(const OptionValues& values, ConfigRead& read) : values_(values), read_(read) {}

  void interpret() {
    Config& config = read_.config;
    text("data-dir", config.data_dir);
    text("site", config.site_file);
    text("web-dir", config.web_dir);
    text("scope", config.scope);
    text("name", config.name);
    text("id", config.key_id);
    text("to", config.backup_to);
    text("keys-to", config.keys_to);
    text("from", config.restore_from);
    text("keys-from", config.keys_from);
    text("erasures", config.erasures);
    text("checkpoint", config.checkpoint_file);
    text("receipt", config.receipt_file);
    text("certificate", config.certificate_file);
    parsed("dry-run", config.dry_run, parse_switch, "must be on or off");
    text("key", config.verifier_key);
    parsed("public-listen", config.public_listen, parse_endpoint,
           "must be HOST:PORT with an address or localhost, e.g. 127.0.0.1:8080 or [::1]:8080");
    parsed("internal-listen", config.internal_listen, parse_endpoint,
           "must be HOST:PORT with an address or localhost, e.g. 127.0.0.1:8081 or [::1]:8081");
    constexpr std::string_view kRate = "must be a whole number from 1 to 1000000";
    parsed("rate-limit", config.rate_limits.network.per_second, parse_positive, kRate);
    parsed("rate-burst", config.rate_limits.network.burst, parse_positive, kRate);
    parsed("site-rate-limit", config.rate_limits.site.per_second, parse_positive, kRate);
    parsed("site-rate-burst", config.rate_limits.site.burst, parse_positive, kRate);
    parsed("connections-max", config.connections_max, parse_count<1>,
           "must be a whole number from 1 to 1000000");
    parsed("connections-per-address", config.connections_per_address_max, parse_count<0>,
           "must be a whole number from 0 (no limit) to 1000000");
    parsed("access-log-sample", config.access_log_share, parse_share,
           "must be a number from 0 (none) to 1 (every request), e.g. 0.01");
    interpret_front_door(config);
    interpret_zones(config);
    each("geo-db", [&](const OptionValue& value) {
      if (value.text.empty()) fail(value, "must not be empty");
      config.geo_dbs.push_back(value.text);
    });
    each("trusted-proxy", [&](const OptionValue& value) {
      const auto network = Cidr::parse(value.text);
      if (!network)
        return fail(value, "must be a network such as 10.0.0.0/8 or ::1, without host bits");
      if (value.text.ends_with("/0"))
        return fail(value, "trusts everybody, who could claim any region; name proxies only");
      config.trusted_proxies.push_back(*network);
    });
  }

 private:
  void interpret_front_door(Config& config) {
    parsed("proxy-protocol", config.proxy_protocol, parse_switch, "must be on or off");
    text("public-tls-cert", config.public_tls.certificate);
    text("public-tls-key", config.public_tls.key);
    text("internal-tls-cert", config.internal_tls.certificate);
    text("internal-tls-key", config.internal_tls.key);
    text("internal-client-ca", config.internal_tls.client_ca);
    parsed("tls-min", config.public_tls.allow_1_2, parse_tls_min, "must be 1.3 or 1.2");
    config.internal_tls.allow_1_2 = config.public_tls.allow_1_2;
    both("public-tls-cert", "public-tls-key");
    both("internal-tls-cert", "internal-tls-key");
    if (values_.contains("internal-client-ca") && !values_.contains("internal-tls-cert")) {
      read_.errors.emplace_back("--internal-client-ca needs --internal-tls-cert and its key");
    }
    if (values_.contains("tls-min") && !values_.contains("public-tls-cert") &&
        !values_.contains("internal-tls-cert")) {
      read_.errors.emplace_back(
          "--tls-min needs --public-tls-cert or --internal-tls-cert: without a certificate there "
          "is no TLS");
    }
    if (config.proxy_protocol && !values_.contains("trusted-proxy")) {
      read_.errors.emplace_back(
          "--proxy-protocol needs --trusted-proxy: only a trusted proxy's header is believed");
    }
  }
  void interpret_zones(Config& config) {
    parsed("zone", config.zones, parse_zones, "must be eu, us or eu,us");
    parsed("zone-keys", config.zone_keys, parse_key_source,
           "must be file, env:NAME or command:WORDS");
    each("zone-endpoint", [&](const OptionValue& value) {
      const auto equals = std::min(value.text.find('='), value.text.size());
      const auto zone = parse_zone(std::string_view(value.text).substr(0, equals));
      const std::string url = value.text.substr(std::min(equals + 1, value.text.size()));
      if (!zone || !url.starts_with("https://") || url.ends_with('/'))
        return fail(value, "must be ZONE=URL without a slash at the end, e.g. us=https://us.test");
      config.zone_endpoints[static_cast<std::size_t>(*zone)] = url;
    });
  }
  void both(const std::string& one, const std::string& other) {
    if (values_.contains(one) == values_.contains(other)) return;
    read_.errors.push_back("--" + one + " and --" + other + " need each other");
  }
  void each(const std::string& name, const std::function<void(const OptionValue&)>& take) {
    const auto found = values_.find(name);
    if (found == values_.end()) return;
    for (const OptionValue& value : found->second) take(value);
  }
  void text(const std::string& name, std::string& target) {
    each(name, [&](const OptionValue& value) {
      if (value.text.empty()) fail(value, "must not be empty");
      target = value.text;
    });
  }
  template <typename Value, typename Parse>
  void parsed(const std::string& name, Value& target, Parse parse, std::string_view flaw) {
    each(name, [&](const OptionValue& value) {
      const auto result = parse(value.text);
      if (!result) return fail(value, flaw);
      target = *result;
    });
  }
  void fail(const OptionValue& value, std::string_view detail) {
    read_.errors.push_back(value.source + ' ' + std::string(detail));
  }

  const OptionValues& values_;
  ConfigRead& read_;
};

}  // namespace

TextFile read_text_file(const std::string& path) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(path, failure);
  if (failure) return {"", "cannot read " + path + ": " + failure.message()};
  if (size > kJsonBytesMax) return {"", path + " is larger than 16 MiB: is it the right file?"};
  TextFile file{std::string(size, '\0'), ""};
  std::ifstream in(path, std::ios::binary);
  in.read(file.text.data(), static_cast<std::streamsize>(size));
  if (!in) file.failure = "cannot read " + path + ": " + std::strerror(errno);
  return file;
}

OptionValues read_config_text(std::string_view text, std::string_view name,
                              std::vector<std::string>& errors) {
  OptionValues values;
  std::vector<JsonError> mistakes;
  const JsonParse parse = parse_json(text, JsonDialect::commented);
  if (parse.error) {
    mistakes.push_back(*parse.error);
  } else {
    JsonFields fields(parse.value, "", mistakes);
    for (const Option& option : options()) {
      if (option.name == "config") continue;
      const std::string key = key_of(option);
      const JsonValue* value = fields.member(key, Presence::optional);
      if (value == nullptr) continue;
      const JsonArray* list = option.repeatable ? value->array() : nullptr;
      const JsonArray items = list == nullptr ? JsonArray{*value} : *list;
      for (const JsonValue& item : items) {
        const auto scalar = option_text(option, item);
        const std::string source = place(name, text, item.offset()) + ": /" + key;
        if (!scalar)
          fields.fail(key, option.repeatable ? "must be a string or a list of strings"
                                             : "must be a string");
        if (scalar) values[option.name].push_back({*scalar, source});
      }
    }
    fields.refuse_unknown();
  }
  for (const JsonError& mistake : mistakes) {
    errors.push_back(place(name, text, mistake.offset) + ": " + mistake.pointer + ' ' +
                     mistake.detail);
  }
  return values;
}

ConfigRead read_config(const CommandLine& line) {
  ConfigRead read;
  OptionValues values;
  const auto file = line.values.find("config");
  if (file != line.values.end()) {
    const std::string& path = file->second.front().text;
    const TextFile config_file = read_text_file(path);
    if (config_file.failure.empty()) {
      values = read_config_text(config_file.text, path, read.errors);
    } else {
      read.errors.push_back(config_file.failure);
    }
  }
  for (const auto& [name, given] : line.values) values[name] = given;
  Interpreter(values, read).interpret();
  return read;
}

}  // namespace consent::server
