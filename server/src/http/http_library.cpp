#include "http/http_library.h"

// No compression, no TLS, no sockets of the library's own are used: what reads from the network is
// RequestReader.
#include <httplib.h>

#include <algorithm>
#include <ctime>

#include "crypto/clean_memory.h"
#include "http/listener.h"

namespace consent::http {
namespace {

constexpr std::string_view kPlainFailure =
    "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

// One request on its way through the library, on the thread that processes it. The library offers
// its callbacks no place for a context.
struct Passage {
  const Processed& request;
  const std::function<Response()>& handler;
  Response response;
  std::size_t body_bytes = 0;
  bool answered = false;
};
thread_local Passage* passage = nullptr;

class MemoryStream final : public httplib::Stream {
 public:
  MemoryStream(std::string_view input, std::string& output) : input_(input), output_(output) {}

  bool is_readable() const override { return !input_.empty(); }
  bool wait_readable() const override { return true; }
  bool wait_writable() const override { return true; }
  ssize_t read(char* to, std::size_t size) override {
    const std::size_t count = input_.copy(to, size);
    input_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* from, std::size_t size) override {
    output_.append(from, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }
  time_t duration() const override { return 0; }

 private:
  std::string_view input_;
  std::string& output_;
};

// Writes our fields in our order; the library's own (an unordered map with Keep-Alive and
// Accept-Ranges) are unused.
ssize_t write_fields(httplib::Stream& stream, httplib::Headers&) {
  static thread_local std::string out;
  out.clear();
  Processed request = passage->request;
  if (!passage->answered) request.persistence = Persistence::close;
  append_fields(request, passage->response, passage->body_bytes, out);
  const ssize_t written = stream.write(out.data(), out.size());
  server::wipe_text(out);
  return written;
}

httplib::Server::HandlerResponse answer(const httplib::Request&, httplib::Response& out) {
  passage->response = passage->handler();
  passage->answered = true;
  Response& response = passage->response;
  passage->body_bytes = response.content().size();
  out.status = response.status;
  if (response.shared_body == nullptr) {
    out.body = std::move(response.body);
  } else if (!stays_in_place(response)) {
    out.body = *response.shared_body;
  }
  return httplib::Server::HandlerResponse::Handled;
}

constexpr std::string_view kFormerly413 = "Payload Too Large";

void name_as_problem(std::string& wire, std::size_t start) {
  constexpr std::size_t kNameAt = std::string_view("HTTP/1.1 413 ").size();
  if (wire.compare(start + kNameAt, kFormerly413.size(), kFormerly413) == 0) {
    wire.replace(start + kNameAt, kFormerly413.size(), reason_phrase(413));
  }
}

}  // namespace

class HttpLibrary::Engine : public httplib::Server {
 public:
  Engine() {
    set_pre_routing_handler(answer);
    set_header_writer(write_fields);
  }
  bool run(MemoryStream& stream) {
    bool closed = false;
    // The body does not pass through the library: it is framed, and the router has it already.
    static const auto skip_body = std::function<void(httplib::Request&)>(
        [](httplib::Request& request) { request.body_consumed_ = true; });
    return process_request(stream, {}, 0, {}, 0, false, closed, skip_body);
  }
};

HttpLibrary::HttpLibrary() : engine_(std::make_unique<Engine>()) {}
HttpLibrary::~HttpLibrary() = default;

bool HttpLibrary::process(const Processed& request, const std::function<Response()>& handler,
                          Outgoing& out) const {
  static thread_local std::string head;
  head.clear();
  head.append(request.method).append(" / HTTP/1.1\r\n\r\n");
  std::string& wire = out.wire;
  const std::size_t start = wire.size();
  MemoryStream stream(head, wire);
  Passage own{request, handler, {}, 0, false};
  passage = &own;
  bool written = false;
  try {
    written = engine_->run(stream);
  } catch (...) {
    written = false;
  }
  passage = nullptr;
  server::wipe_text(head);
  if (written && own.answered) {
    name_as_problem(wire, start);
    if (request.method != "HEAD" && stays_in_place(own.response)) {
      out.rest = std::move(own.response.shared_body);
    }
    return true;
  }
  if (wire.size() == start || !written) wire.replace(start, std::string::npos, kPlainFailure);
  return false;
}

// The library has the name that RFC 9110 gave up; the problem document has the one of now.
std::string_view reason_phrase(int status) {
  return status == 413 ? "Content Too Large" : httplib::status_message(status);
}

std::string http_library_version() { return "cpp-httplib " CPPHTTPLIB_VERSION; }

}  // namespace consent::http
