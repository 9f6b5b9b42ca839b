#include "http/listener.h"

#include <utility>

#include "http/listener_loop.h"

namespace consent::http {

Listener::Listener(ListeningSocket socket, std::shared_ptr<const Router> router,
                   ListenerOptions options)
    : loop_(std::make_unique<Loop>(std::move(socket), std::move(router), std::move(options))) {}

Listener::~Listener() = default;

std::uint16_t Listener::port() const { return loop_->port(); }
bool Listener::is_loopback() const { return loop_->is_loopback(); }
void Listener::start() { loop_->start(); }
void Listener::drain(std::chrono::milliseconds patience) { loop_->drain(patience); }
void Listener::use(std::shared_ptr<const Router> router) { loop_->use(std::move(router)); }
void Listener::use_tls(std::shared_ptr<const tls::Context> context) {
  loop_->use_tls(std::move(context));
}
ListenerFigures Listener::figures() const { return loop_->figures(); }

}  // namespace consent::http
