#include "handlers/asked_log.h"

#include <charconv>
#include <exception>
#include <utility>

#include "http/problem.h"

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

http::Handler reading_log(const Service& service, http::Handler handler) {
  return [&service, handler = std::move(handler)](const http::Request& request) -> http::Outcome {
    try {
      return handler(request);
    } catch (const std::exception& error) {
      if (service.logs != nullptr) service.logs->report(error.what());
    }
    http::Response response =
        http::problem(503, "The transparency log cannot be read at the moment. Ask again later.");
    response.set("Retry-After", "5");
    return response;
  };
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
