#pragma once
// A client's end of TLS over memory, that believes whoever it speaks to; and a certificate to
// speak to.

#include <memory>
#include <string>
#include <string_view>

#include "crypto/tls.h"
#include "support/temporary_directory.h"

namespace consent::testing {

// Files of a new certificate for a server, in `directory`.
tls::Files make_certificate(const TemporaryDirectory& directory);

class TlsClient {
 public:
  TlsClient();
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  // Takes what arrived, and returns what is to be sent: at first the hello.
  std::string receive(std::string_view sealed);
  // Behind the handshake.
  std::string seal(std::string_view plain);
  // All that was received, in clear.
  const std::string& received() const { return received_; }
  bool has_goodbye() const;

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
  std::string received_;
};

}  // namespace consent::testing
