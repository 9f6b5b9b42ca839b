#pragma once
// TLS over memory: bytes from the network go in, clear text and bytes for the network come out. No
// sockets, no waiting.

#include <memory>
#include <string>
#include <string_view>

namespace consent::tls {

struct Files {
  std::string certificate;  // PEM, the server's own first, then the chain
  std::string key;          // PEM
  std::string client_ca;    // PEM; when set, only clients with a certificate of it are let in
  bool allow_1_2 = false;
};

class Context;

// The server's end of one connection.
class Channel {
 public:
  explicit Channel(const Context& context);
  ~Channel();
  Channel(Channel&&) noexcept;
  Channel& operator=(Channel&&) noexcept;

  enum class State { handshaking, open, closed, failed };
  // Takes what arrived; appends what it says in clear to `plain` and what must be sent, even after
  // a failure, to `wire`.
  State receive(std::string_view bytes, std::string& plain, std::string& wire);
  // Appends `plain`, sealed, to `wire`; false when the channel is not open.
  bool seal(std::string_view plain, std::string& wire);
  // Appends the goodbye, after which nothing is sealed.
  void finish(std::string& wire);

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
};

// Certificate, key and rules; immutable, for any number of channels on any thread.
class Context {
 public:
  // Reads the files, or throws std::runtime_error that says which one is wrong and how.
  explicit Context(const Files& files);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

 private:
  friend class Channel;
  struct Settings;
  std::unique_ptr<Settings> settings_;
};

}  // namespace consent::tls
