#include "http/listener_figures.h"

namespace consent::http {

std::string_view to_text(Drop drop) {
  switch (drop) {
    case Drop::full:
      return "full";
    case Drop::address:
      return "address";
    case Drop::evicted:
      return "evicted";
    case Drop::idle:
      return "idle";
    case Drop::header_late:
      return "header_late";
    case Drop::body_late:
      return "body_late";
    case Drop::too_slow:
      return "too_slow";
    case Drop::write_late:
      return "write_late";
    case Drop::malformed:
      return "malformed";
    case Drop::proxy_header:
      return "proxy_header";
    case Drop::tls_handshake:
      return "tls_handshake";
  }
  return "";
}

ListenerFigures& ListenerFigures::operator+=(const ListenerFigures& other) {
  open += other.open;
  queued += other.queued;
  accepted += other.accepted;
  received_bytes += other.received_bytes;
  sent_bytes += other.sent_bytes;
  for (std::size_t i = 0; i < kDrops; ++i) drops[i] += other.drops[i];
  return *this;
}

ListenerFigures ListenerCounters::read() const {
  ListenerFigures figures;
  figures.open = open.load(std::memory_order_relaxed);
  figures.queued = queued.load(std::memory_order_relaxed);
  figures.accepted = accepted.load(std::memory_order_relaxed);
  figures.received_bytes = received_bytes.load(std::memory_order_relaxed);
  figures.sent_bytes = sent_bytes.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < kDrops; ++i) {
    figures.drops[i] = drops[i].load(std::memory_order_relaxed);
  }
  return figures;
}

}  // namespace consent::http
