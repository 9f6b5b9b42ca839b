#include "http/listener.h"

#include "http/listener_loop.h"

namespace consent::http {

Listener::Listener(const std::string& host, std::uint16_t port, const Router& router,
                   ListenerLimits limits, unsigned workers)
    : loop_(std::make_unique<Loop>(host, port, router, limits, workers)) {}

Listener::~Listener() = default;

std::uint16_t Listener::port() const { return loop_->port(); }
bool Listener::is_loopback() const { return loop_->is_loopback(); }
void Listener::start() { loop_->start(); }
void Listener::drain(std::chrono::milliseconds patience) { loop_->drain(patience); }
std::size_t Listener::open_connections() const { return loop_->open_connections(); }

}  // namespace consent::http
