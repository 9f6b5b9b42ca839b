#pragma once
// What a handler says to a request: an answer, an answer that comes later, or nothing.

#include <functional>
#include <optional>
#include <utility>

#include "http/request.h"
#include "http/response.h"

namespace consent::http {

// An answer that waits for something else to happen, a write to be durable say, and for which no
// thread is held meanwhile.
struct Later {
  // Called once, on the thread that asked, and waits no longer than the handler may. Calls `done`
  // once, from whatever thread, also before it returns; must not throw.
  std::function<void(std::function<void()> done)> start;
  // Asked for the answer after `done`, with the same request: first where it must not wait
  // (Request::at_once; it may then answer nothing, having done nothing), and then where it may.
  std::function<std::optional<Response>(const Request&)> finish;
};

// Nothing: the request is asked on a thread that must not wait (Request::at_once), and so much as
// finding out what the answer waits for would wait for a file, a lock or another thread. Nothing
// was done then, and the handler is asked again where it may wait.
struct Outcome {
  Outcome(Response answer) : now(std::move(answer)) {}                 // NOLINT(*-explicit-*)
  Outcome(std::optional<Response> answer) : now(std::move(answer)) {}  // NOLINT(*-explicit-*)
  Outcome(std::nullopt_t) {}                                           // NOLINT(*-explicit-*)
  Outcome(Later answer) : later(std::move(answer)) {}                  // NOLINT(*-explicit-*)

  // Changes the answer, whenever it comes.
  template <typename Change>
  void amend(Change change) {
    if (now) change(*now);
    if (!later) return;
    later->finish = [finish = std::move(later->finish), change](const Request& request) {
      std::optional<Response> response = finish(request);
      if (response) change(*response);
      return response;
    };
  }

  std::optional<Response> now;
  std::optional<Later> later;
};

}  // namespace consent::http
