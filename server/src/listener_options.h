#pragma once
// What each listener is made of, by the configuration.

#include <memory>

#include "config.h"
#include "http/listener.h"

namespace consent::server {

std::shared_ptr<const tls::Context> tls_context(const tls::Files& files);  // null: clear text

struct ListenerOptionsPair {
  http::ListenerOptions outside;
  http::ListenerOptions inside;
};
ListenerOptionsPair listener_options(const Config& config);

}  // namespace consent::server
