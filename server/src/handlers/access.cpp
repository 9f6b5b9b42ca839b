#include "handlers/access.h"

#include <string>
#include <utility>

#include "http/fields.h"
#include "http/problem.h"
#include "site/site_policy.h"
#include "telemetry/metrics.h"
#include "visitor/rate_limiter.h"

namespace consent::server {
namespace {

constexpr std::string_view kScheme = "Bearer ";
constexpr std::string_view kPreflightMaxAgeS = "600";
// Beside those that every page may read.
constexpr std::string_view kReadableFields = "ETag, Retry-After, X-Request-Id";

std::string_view bearer_of(std::string_view authorization) {
  if (authorization.size() <= kScheme.size()) return {};
  if (!http::same_field_name(authorization.substr(0, kScheme.size()), kScheme)) return {};
  return http::trim_blanks(authorization.substr(kScheme.size()));
}

http::Response foreign_origin() {
  return http::problem(
      403,
      "The Origin is not one of the site's origins; add it to the site policy if it should be.");
}

// Own answers may vary by more than this.
void add_vary_origin(http::Response& response) {
  const std::string vary(response.header("Vary"));
  response.set("Vary", vary.empty() ? "Origin" : vary + ", Origin");
}

void share_with(std::string_view origin, http::Response& response) {
  response.set("Access-Control-Allow-Origin", origin);
  response.set("Access-Control-Allow-Credentials", "true");
}

}  // namespace

http::Handler authorised(const Service& service, Scope scope, http::Handler handler) {
  return [&service, scope,
          handler = std::move(handler)](const http::Request& request) -> http::Outcome {
    const ApiKeys::Find asked{.key = bearer_of(request.single_header("Authorization")),
                              .turn = request.turn,
                              .in_memory_only = request.at_once};
    const auto found = service.api_keys.find(asked);
    if (!found) return std::nullopt;
    const auto& key = *found;
    if (!key) {
      http::Response response =
          http::problem(401, "This needs Authorization: Bearer with an API key of this service.");
      response.set("WWW-Authenticate", "Bearer realm=\"consentd\"");
      return response;
    }
    if (!key->scopes.has(scope)) {
      http::Response response = http::problem(
          403, "The API key lacks the scope \"" + std::string(to_text(scope)) + "\".");
      response.set("WWW-Authenticate",
                   "Bearer realm=\"consentd\", error=\"insufficient_scope\", scope=\"" +
                       std::string(to_text(scope)) + "\"");
      return response;
    }
    return handler(request);
  };
}

http::Handler cross_origin(const Service& service, http::Handler handler) {
  return [&service, handler = std::move(handler)](const http::Request& request) -> http::Outcome {
    const bool has_origin = request.has_header("Origin");
    const std::string origin = request.header("Origin");
    const bool allowed = has_origin && service.site.allows_origin(origin);
    const bool writes = request.method != "GET" && request.method != "HEAD";
    http::Outcome outcome = has_origin && !allowed && writes ? foreign_origin() : handler(request);
    outcome.amend([allowed, origin](http::Response& response) {
      if (allowed) {
        share_with(origin, response);
        response.set("Access-Control-Expose-Headers", kReadableFields);
      }
      add_vary_origin(response);
    });
    return outcome;
  };
}

http::Handler from_own_pages(const Service& service, http::Handler handler) {
  return [&service, handler = std::move(handler)](const http::Request& request) {
    return service.site.allows_origin(request.header("Origin")) ? handler(request)
                                                                : foreign_origin();
  };
}

http::Handler preflight(const Service& service, std::string_view methods) {
  return [&service, methods = std::string(methods)](const http::Request& request) {
    const std::string origin = request.header("Origin");
    const bool allowed = service.site.allows_origin(origin);
    http::Response response;
    response.status = 204;
    if (!request.has_header("Origin")) {
      response.set("Allow", methods + ", OPTIONS");
    } else if (!allowed) {
      response = foreign_origin();
    } else {
      share_with(origin, response);
      response.set("Access-Control-Allow-Methods", methods);
      response.set("Access-Control-Allow-Headers", "Authorization, Content-Type");
      response.set("Access-Control-Max-Age", kPreflightMaxAgeS);
    }
    add_vary_origin(response);
    return response;
  };
}

std::optional<http::Response> refuse_rate(const Service& service, const http::Request& request) {
  const IpAddress client = service.visitors.client_address(request).value_or(request.peer);
  const auto refusal = service.rate_limiter.refuse(client, service.site.site, service.clock.now());
  if (!refusal) return std::nullopt;
  service.metrics.count_rate_limited(refusal->bucket);
  const bool own = refusal->bucket == RateRefusal::Bucket::network;
  http::Response response =
      http::problem(429, own ? "Too many requests from this network; wait and try again."
                             : "Too many requests for this site; wait and try again.");
  response.set("Retry-After", std::to_string(refusal->wait.count()));
  return response;
}

http::Handler rate_limited(const Service& service, http::Handler handler) {
  return [&service, handler = std::move(handler)](const http::Request& request) {
    auto refused = refuse_rate(service, request);
    return refused ? http::Outcome(std::move(*refused)) : handler(request);
  };
}

}  // namespace consent::server
