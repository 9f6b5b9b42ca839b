// The part of the event loop that has a request answered: here, when what it waits for has
// happened, or by a worker.

#include <utility>

#include "http/listener_loop.h"
#include "http/random_id.h"

namespace consent::http {

void Listener::Loop::answer(Connection& connection, const std::shared_ptr<const Router>& router) {
  Request& request = connection.exchange->reader.request();
  request.id = random_id();
  Outcome outcome = router->start_at_once(request);
  if (outcome.now) return send_at_once(connection, std::move(*outcome.now));
  if (!outcome.later) return hand_over(connection);
  connection.phase = Phase::working;
  ++working_;
  start_later(connection, std::move(*outcome.later), router);
}

// The answer may have been sent before this returns, unless it is the loop that starts it.
void Listener::Loop::start_later(Connection& connection, Later later,
                                 std::shared_ptr<const Router> router) {
  Exchange& exchange = *connection.exchange;
  const auto start = std::move(later.start);
  exchange.later = std::move(later);
  exchange.router = std::move(router);
  start([due = due_, &connection] { due->add(&connection); });
}

void Listener::Loop::hand_over(Connection& connection) {
  connection.exchange->reader.request().turn = 0;
  connection.phase = Phase::working;
  ++working_;
  counters_.queued.fetch_add(1, std::memory_order_relaxed);
  group_.submit([this, &connection] { work(connection); });
}

void Listener::Loop::complete(Exchange& exchange, Response& response) const {
  const Request& request = exchange.reader.request();
  response.add("X-Request-Id", request.id);
  if (request.secure) response.add("Strict-Transport-Security", kStrictTransport);
  // The drain may have begun while the handler ran.
  if (group_.is_draining()) response.set("Connection", "close");
  if (list_names(response.header("Connection"), "close")) {
    exchange.persistence = Persistence::close;
  }
}

// The same bytes as render() makes, without the library's way through a whole request: that costs
// more than all the rest of an answer from memory.
void Listener::Loop::send_at_once(Connection& connection, Response response) {
  Exchange& exchange = *connection.exchange;
  complete(exchange, response);
  append_answer({exchange.reader.request().method, exchange.persistence}, response,
                exchange.answer);
  seal_answer(connection);
  connection.phase = Phase::writing;
  connection.untimed_bytes = 0;
  write(connection);
}

// The answer onto the wire, sealed.
void Listener::Loop::render(Connection& connection, const std::function<Response()>& answer) {
  Exchange& exchange = *connection.exchange;
  const Processed processed{exchange.reader.request().method, exchange.persistence};
  const auto completed = [&] {
    Response response = answer();
    complete(exchange, response);
    return response;
  };
  if (!library_.process(processed, completed, exchange.answer)) {
    exchange.persistence = Persistence::close;
  }
  seal_answer(connection);
}

// On a worker's thread, from the start or behind what it waited for.
void Listener::Loop::work(Connection& connection) {
  counters_.queued.fetch_sub(1, std::memory_order_relaxed);
  Exchange& exchange = *connection.exchange;
  if (exchange.later) {
    Request& request = exchange.reader.request();
    request.at_once = false;
    const std::shared_ptr<const Router> router = std::move(exchange.router);
    const Later later = std::move(*exchange.later);
    exchange.later.reset();
    render(connection, [&] { return router->finish(request, later).value(); });
    send_worked(connection);
  } else if (begin_work(connection)) {
    send_worked(connection);
  }
}

// False when the answer comes later.
bool Listener::Loop::begin_work(Connection& connection) {
  std::shared_ptr<const Router> router = group_.router();
  Outcome outcome = router->start(connection.exchange->reader.request());
  if (!outcome.later) {
    render(connection, [&] { return std::move(*outcome.now); });
    return true;
  }
  start_later(connection, std::move(*outcome.later), std::move(router));
  return false;
}

// The answer goes out from here when it is all on the wire and the kernel takes it, and then the
// loop sleeps on: it learns of the end with the next event.
void Listener::Loop::send_worked(Connection& connection) {
  Exchange& exchange = *connection.exchange;
  const ssize_t sent = send_some(connection, exchange.answer.next());
  if (sent > 0) exchange.answer.advance(static_cast<std::size_t>(sent));
  bool wanted = !exchange.answer.is_sent() || !connection.pending.empty() ||
                exchange.persistence == Persistence::close || group_.is_draining();
  {
    const std::lock_guard lock(done_mutex_);
    wanted = wanted || connection.awaited;
    done_.push_back(&connection);
  }
  if (wanted) network_->wake();
}

// They take turns with the requests that are ready.
void Listener::Loop::collect_due() {
  for (Connection* connection : due_->take()) ready_.push_back(connection);
}

void Listener::Loop::answer_due(Connection& connection) {
  Exchange& exchange = *connection.exchange;
  Request& request = exchange.reader.request();
  request.at_once = true;
  std::optional<Response> response = exchange.router->finish(request, *exchange.later);
  if (!response) {
    counters_.queued.fetch_add(1, std::memory_order_relaxed);
    return group_.submit([this, &connection] { work(connection); });
  }
  exchange.later.reset();
  exchange.router.reset();
  --working_;
  if (connection.broken) return close(connection);
  send_at_once(connection, std::move(*response));
}

void Listener::Loop::collect_done() {
  {
    const std::lock_guard lock(done_mutex_);
    collected_.swap(done_);
    for (Connection* connection : collected_) connection->awaited = false;
  }
  for (Connection* connection : collected_) {
    --working_;
    connection->phase = Phase::writing;
    connection->untimed_bytes = 0;
    if (connection->broken) {
      close(*connection);
    } else {
      write(*connection);
    }
  }
  collected_.clear();
}

}  // namespace consent::http
