#pragma once
// Which handler answers a request. A table that reads as the API.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "http/response.h"

namespace consent::http {

using Handler = std::function<Response(const Request&)>;

class Router {
 public:
  // `pattern` is a literal path, may hold "{name}" segments, and may end in "/*" (the rest as
  // parameter "*"; it may be empty, and is never absolute). The most specific pattern answers,
  // whatever the order of calls: a literal segment before "{name}" before "*". Throws
  // std::logic_error for a malformed pattern and for a method registered twice.
  void add(std::string_view method, std::string_view pattern, Handler handler);

  // 404 and 405 (with Allow) are problem documents; HEAD is answered by GET without the body, with
  // its Content-Length; OPTIONS lists Allow unless the route has a handler for it. A handler that
  // throws, or answers what HTTP cannot carry, becomes a 500 problem without detail, reported
  // through `on_failure`.
  Response dispatch(Request& request) const;

  // Called with the route's pattern (or "" for none) and the exception's text; for the log only.
  void on_failure(std::function<void(std::string_view pattern, std::string_view what)> report);
  // Called after every dispatch, for metrics and the log; the request's `route` and `arrived` are
  // set.
  void on_done(std::function<void(const Request& request, const Response& response)> report);
  // Reports an answer that was given without a dispatch: to a request that could not be read.
  void report(const Request& request, const Response& response) const;

 private:
  struct Route {
    std::string pattern;
    std::vector<std::string> segments;  // "{name}" and "*" as written
    std::vector<std::pair<std::string, Handler>> methods;
  };
  const Route* find(std::string_view path, Fields& parameters) const;
  Response answer(const Route& route, const Request& request) const;
  Response guarded(const Route& route, const Handler& handler, const Request& request) const;

  std::vector<Route> routes_;  // most specific first
  std::function<void(std::string_view, std::string_view)> on_failure_;
  std::function<void(const Request&, const Response&)> on_done_;
};

}  // namespace consent::http
