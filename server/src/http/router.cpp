#include "http/router.h"

#include <algorithm>
#include <exception>
#include <future>
#include <memory>
#include <stdexcept>

#include "http/problem.h"

namespace consent::http {
namespace {

using Arrival = std::chrono::steady_clock::time_point;

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  for (std::size_t start = 1; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    segments.emplace_back(path.substr(start, end - start));
    start = end + 1;
  }
  return segments;
}

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

// 0 literal, 1 "{name}", 2 "*"
int rank(std::string_view segment) { return segment == "*" ? 2 : is_parameter(segment) ? 1 : 0; }

bool same_shape(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const std::string& x, const std::string& y) {
                      return rank(x) == rank(y) && (rank(x) != 0 || x == y);
                    });
}

bool more_specific(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (rank(a[i]) != rank(b[i])) return rank(a[i]) < rank(b[i]);
  }
  return a.size() > b.size();
}

// Walks path and segments together; `parameters` is only meaningful on success.
bool matches(const std::vector<std::string>& segments, std::string_view path, Fields& parameters) {
  for (const std::string& segment : segments) {
    if (path.empty() || path.front() != '/') return false;
    path.remove_prefix(1);
    if (segment == "*") {
      if (path.starts_with('/') || path.find("//") != std::string_view::npos) return false;
      parameters.emplace_back("*", path);
      return true;
    }
    const std::string_view part = path.substr(0, std::min(path.find('/'), path.size()));
    if (is_parameter(segment)) {
      if (part.empty()) return false;
      parameters.emplace_back(segment.substr(1, segment.size() - 2), part);
    } else if (part != segment) {
      return false;
    }
    path.remove_prefix(part.size());
  }
  return path.empty();
}

Response allowed(std::string_view allow) {
  Response response;
  response.status = 204;
  response.set("Allow", allow);
  return response;
}

// Handlers may fill `headers` without set(): the last look before the wire.
void require_sendable(const Response& response) {
  if (response.status < 200 || response.status > 599) {
    throw std::logic_error("response: status outside 200 to 599");
  }
  for (const auto& [name, value] : response.headers) {
    if (!is_token(name) || !is_field_value(value)) {
      throw std::logic_error("response: a header that HTTP cannot carry");
    }
  }
}

}  // namespace

void Router::add(std::string_view method, std::string_view pattern, Handler handler,
                 Answers answers) {
  if (!is_token(method) || !pattern.starts_with('/') || !handler) {
    throw std::logic_error("router: a route needs a method, a path and a handler");
  }
  std::vector<std::string> segments = split(pattern);
  const auto wildcard = std::find(segments.begin(), segments.end(), "*");
  if (wildcard != segments.end() && wildcard + 1 != segments.end()) {
    throw std::logic_error("router: '*' stands only at the end of " + std::string(pattern));
  }
  auto route = std::find_if(routes_.begin(), routes_.end(), [&](const Route& known) {
    return same_shape(known.segments, segments);
  });
  if (route == routes_.end()) {
    const auto place = std::find_if(routes_.begin(), routes_.end(), [&](const Route& known) {
      return more_specific(segments, known.segments);
    });
    const bool literal = std::all_of(segments.begin(), segments.end(),
                                     [](std::string_view segment) { return rank(segment) == 0; });
    route = routes_.insert(place, Route{std::string(pattern), std::move(segments), literal, {}});
  } else if (route->segments != segments) {
    throw std::logic_error("router: " + std::string(pattern) + " and " + route->pattern +
                           " name the same segment differently");
  }
  if (method_for(*route, method) != nullptr) {
    throw std::logic_error("router: " + std::string(method) + " " + std::string(pattern) +
                           " is registered twice");
  }
  route->methods.push_back({std::string(method), std::move(handler), answers});
}

const Router::Route* Router::find(std::string_view path, Fields& parameters) const {
  parameters.clear();
  for (const Route& route : routes_) {
    if (route.literal && route.pattern == path) return &route;
  }
  for (const Route& route : routes_) {
    if (route.literal) continue;
    if (matches(route.segments, path, parameters)) return &route;
    parameters.clear();
  }
  return nullptr;
}

const Router::Method* Router::method_for(const Route& route, std::string_view name) {
  for (const Method& method : route.methods) {
    if (method.name == name) return &method;
  }
  return nullptr;
}

std::string Router::allow_list(const Route& route) {
  std::string allow;
  for (const Method& method : route.methods) {
    if (method.name == "OPTIONS") continue;
    allow += method.name == "GET" ? "GET, HEAD, " : method.name + ", ";
  }
  return allow + "OPTIONS";
}

// Where it may wait, a handler has no excuse for saying nothing.
template <typename Ask>
Outcome Router::guarded(const Request& request, const Ask& ask) const {
  std::string failure;
  try {
    Outcome outcome = ask();
    if (outcome.now) require_sendable(*outcome.now);
    if (outcome.now || outcome.later || request.at_once) return outcome;
    failure = "no answer";
  } catch (const std::exception& error) {
    failure = error.what();
  } catch (...) {
    failure = "something that is no std::exception";
  }
  if (on_failure_) on_failure_(request.route, failure);
  return problem(500, "");
}

Response Router::dispatch(Request& request) const {
  Outcome outcome = start(request);
  if (outcome.now) return std::move(*outcome.now);
  // Who calls may be on its way while this one is gone already.
  const auto done = std::make_shared<std::promise<void>>();
  outcome.later->start([done] { done->set_value(); });
  done->get_future().wait();
  return finish(request, *outcome.later).value();
}

Outcome Router::start(Request& request) const {
  request.at_once = false;
  return begun(request);
}

std::optional<Response> Router::finish(const Request& request, const Later& later) const {
  Outcome outcome = guarded(request, [&]() -> Outcome { return later.finish(request); });
  if (!outcome.now) return std::nullopt;
  return complete(request, std::move(*outcome.now));
}

Outcome Router::start_at_once(Request& request) const {
  request.at_once = true;
  return begun(request);
}

Outcome Router::begun(Request& request) const {
  Outcome outcome = begin(request);
  if (outcome.now) return complete(request, std::move(*outcome.now));
  return outcome;
}

Outcome Router::begin(Request& request) const {
  if (request.arrived == Arrival{}) request.arrived = Arrival::clock::now();
  const Route* route = find(request.path, request.path_parameters);
  request.route = route == nullptr ? std::string_view() : std::string_view(route->pattern);
  if (route != nullptr) return answer(*route, request);
  if (request.method == "OPTIONS" && request.path == "*") {
    return allowed("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  }
  return problem(404, "There is nothing at this path.");
}

Response Router::complete(const Request& request, Response response) const {
  if (request.method == "HEAD") {
    if (response.status != 204 && response.status != 304) {
      response.set("Content-Length", std::to_string(response.content().size()));
    }
    response.body.clear();
    response.shared_body.reset();
  }
  report(request, response);
  return response;
}

Outcome Router::answer(const Route& route, const Request& request) const {
  const Method* method = method_for(route, request.method);
  if (method == nullptr && request.method == "HEAD") method = method_for(route, "GET");
  if (method != nullptr) {
    if (request.at_once && method->answers != Answers::at_once) return std::nullopt;
    return guarded(request, [&] { return method->handler(request); });
  }
  const std::string allow = allow_list(route);
  if (request.method == "OPTIONS") return allowed(allow);
  Response response = problem(405, "This path does not take this method; see Allow.");
  response.set("Allow", allow);
  return response;
}

void Router::on_failure(
    std::function<void(std::string_view pattern, std::string_view what)> report) {
  on_failure_ = std::move(report);
}

void Router::on_done(std::function<void(const Request& request, const Response& response)> report) {
  on_done_ = std::move(report);
}

void Router::report(const Request& request, const Response& response) const {
  if (on_done_) on_done_(request, response);
}

}  // namespace consent::http
