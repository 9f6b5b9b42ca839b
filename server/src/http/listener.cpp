#include "http/listener.h"

#include <utility>

#include "http/listener_group.h"
#include "http/listener_loop.h"

namespace consent::http {

Listener::Listener(ListeningSocket socket, std::shared_ptr<const Router> router,
                   ListenerOptions options)
    : group_(std::make_unique<Group>(std::move(socket), std::move(router), std::move(options))) {}

Listener::~Listener() = default;

std::uint16_t Listener::port() const { return group_->port(); }
bool Listener::is_loopback() const { return group_->is_loopback(); }
void Listener::start() { group_->start(); }
void Listener::drain(std::chrono::milliseconds patience) { group_->drain(patience); }
void Listener::use(std::shared_ptr<const Router> router) { group_->use(std::move(router)); }
void Listener::use_tls(std::shared_ptr<const tls::Context> context) {
  group_->use_tls(std::move(context));
}
ListenerFigures Listener::figures() const { return group_->figures(); }

}  // namespace consent::http
