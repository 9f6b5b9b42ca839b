#pragma once
// The HTTP library's request processing, over memory: a request that RequestReader has accepted
// goes in, the bytes of the answer come out. The library's types stay behind this header.

#include <functional>
#include <memory>
#include <string_view>

#include "http/answer_text.h"
#include "http/outgoing.h"
#include "http/response.h"

namespace consent::http {

class HttpLibrary {
 public:
  HttpLibrary();
  ~HttpLibrary();
  HttpLibrary(const HttpLibrary&) = delete;
  HttpLibrary& operator=(const HttpLibrary&) = delete;

  // Appends the answer that `handler` gives to `out`, as append_answer() does. Threads may call it
  // at once. False when the library itself refused or failed; `out` then holds an error and the
  // connection must close.
  bool process(const Processed& request, const std::function<Response()>& handler,
               Outgoing& out) const;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

// The name of a status code (RFC 9110 section 15).
std::string_view reason_phrase(int status);

}  // namespace consent::http
