#pragma once
// Which handler answers a request. A table that reads as the API.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/outcome.h"
#include "http/request.h"
#include "http/response.h"

namespace consent::http {

using Handler = std::function<Outcome(const Request&)>;

enum class Answers : std::uint8_t {
  by_worker,
  at_once,  // from memory, in microseconds: asked on the event loop's own thread first
};

class Router {
 public:
  // `pattern` is a literal path, may hold "{name}" segments, and may end in "/*" (the rest as
  // parameter "*"; it may be empty, and is never absolute). The most specific pattern answers,
  // whatever the order of calls: a literal segment before "{name}" before "*". Throws
  // std::logic_error for a malformed pattern and for a method registered twice.
  void add(std::string_view method, std::string_view pattern, Handler handler,
           Answers answers = Answers::by_worker);

  // 404 and 405 (with Allow) are problem documents; HEAD is answered by GET without the body, with
  // its Content-Length; OPTIONS lists Allow unless the route has a handler for it. A handler that
  // throws, or answers what HTTP cannot carry, becomes a 500 problem without detail, reported
  // through `on_failure`. Waits for an answer that comes later.
  Response dispatch(Request& request) const;
  // The same for who does not wait: never nothing. The answer to what comes later is finish()'s.
  Outcome start(Request& request) const;
  // Behind `done`. Empty, and nothing is reported, when the request is asked at once and its answer
  // would have to wait.
  std::optional<Response> finish(const Request& request, const Later& later) const;
  // The same on a thread that must not wait, and only of what answers at once: a route that says
  // so, a path or a method that there is none for. Nothing, and nothing is reported, when it takes
  // dispatch() or start().
  Outcome start_at_once(Request& request) const;

  // Called with the route's pattern (or "" for none) and the exception's text; for the log only.
  void on_failure(std::function<void(std::string_view pattern, std::string_view what)> report);
  // Called after every dispatch, for metrics and the log; the request's `route` and `arrived` are
  // set.
  void on_done(std::function<void(const Request& request, const Response& response)> report);
  // Reports an answer that was given without a dispatch: to a request that could not be read.
  void report(const Request& request, const Response& response) const;

 private:
  struct Method {
    std::string name;
    Handler handler;
    Answers answers;
  };
  struct Route {
    std::string pattern;
    std::vector<std::string> segments;  // "{name}" and "*" as written
    bool literal;                       // none of these: nothing is more specific
    std::vector<Method> methods;
  };
  const Route* find(std::string_view path, Fields& parameters) const;
  static const Method* method_for(const Route& route, std::string_view name);
  static std::string allow_list(const Route& route);
  Outcome begun(Request& request) const;
  Outcome begin(Request& request) const;
  Outcome answer(const Route& route, const Request& request) const;
  template <typename Ask>
  Outcome guarded(const Request& request, const Ask& ask) const;
  Response complete(const Request& request, Response response) const;

  std::vector<Route> routes_;  // most specific first
  std::function<void(std::string_view, std::string_view)> on_failure_;
  std::function<void(const Request&, const Response&)> on_done_;
};

}  // namespace consent::http
