#pragma once
// An answer as it stands on the wire (RFC 9112 sections 4 and 6).

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/outgoing.h"
#include "http/response.h"

namespace consent::http {

enum class Persistence : std::uint8_t { close, keep_alive, keep_alive_1_0 };

// Of the request: RequestReader has read it and the router has its target.
struct Processed {
  std::string_view method = "GET";
  Persistence persistence = Persistence::close;
};

// Appends the answer's fields in its own order, then Content-Length, Date, Connection and what
// every answer says for safety, then the empty line. Of these fields the answer's own are dropped,
// except the Content-Length of an answer to HEAD and "Connection: close".
void append_fields(const Processed& request, const Response& response, std::size_t body_bytes,
                   std::string& out);

// Whether the body is sent from where it stands: it is shared, and longer than a copy may be.
bool stays_in_place(const Response& response);

// Appends the whole answer: status line, fields, body.
void append_answer(const Processed& request, const Response& response, Outgoing& out);

}  // namespace consent::http
