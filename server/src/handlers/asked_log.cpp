#include "handlers/asked_log.h"

#include <charconv>

namespace consent::server {

ZoneLog* asked_log(const Service& service, const http::Request& request) {
  if (service.logs == nullptr) return nullptr;
  std::string_view name = request.path_parameter("zone");
  if (name.empty()) name = request.parameter("zone").value_or("");
  if (name.empty()) return service.logs->first();
  for (const Zone zone : {Zone::eu, Zone::us}) {
    if (name == to_text(zone)) return service.logs->find(zone);
  }
  return nullptr;
}

std::optional<std::uint64_t> asked_number(const http::Request& request, std::string_view name) {
  const std::optional<std::string_view> text = request.parameter(name);
  if (!text) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

}  // namespace consent::server
