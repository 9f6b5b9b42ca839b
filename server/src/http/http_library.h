#pragma once
// The HTTP library's request processing, over memory: a request that RequestReader has accepted
// goes in, the bytes of the answer come out. The library's types stay behind this header.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/response.h"

namespace consent::http {

enum class Persistence { close, keep_alive, keep_alive_1_0 };

// Of the request: RequestReader has read it and the router has its target, so that the library need
// not read it again.
struct Processed {
  std::string_view method = "GET";
  Persistence persistence = Persistence::close;
};

class HttpLibrary {
 public:
  HttpLibrary();
  ~HttpLibrary();
  HttpLibrary(const HttpLibrary&) = delete;
  HttpLibrary& operator=(const HttpLibrary&) = delete;

  // Appends the answer that `handler` gives to `wire`, with status line, Content-Length, Date and
  // Connection; of these fields the handler's own are dropped, except the Content-Length of an
  // answer to HEAD and "Connection: close". Threads may call it at once. False when the library
  // itself refused or failed; `wire` then holds an error and the connection must close.
  bool process(const Processed& request, const std::function<Response()>& handler,
               std::string& wire) const;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace consent::http
