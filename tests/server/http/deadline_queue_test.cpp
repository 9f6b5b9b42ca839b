#include "http/deadline_queue.h"

#include "support/catch.h"

using consent::http::Deadline;
using consent::http::DeadlineQueue;
using consent::http::Instant;
using std::chrono::milliseconds;

TEST_CASE("Deadlines expire in the order they were set") {
  DeadlineQueue queue(milliseconds(100));
  const Instant start{};
  Deadline first;
  Deadline second;
  queue.set(first, start);
  queue.set(second, start + milliseconds(10));
  CHECK(queue.next() == start + milliseconds(100));
  CHECK(queue.first_due(start + milliseconds(99)) == nullptr);
  CHECK(queue.first_due(start + milliseconds(100)) == &first);
  first.clear();
  CHECK(queue.first_due(start + milliseconds(109)) == nullptr);
  CHECK(queue.first_due(start + milliseconds(110)) == &second);
}

TEST_CASE("Setting a deadline again moves it behind the others, also from another queue") {
  DeadlineQueue header(milliseconds(100));
  DeadlineQueue body(milliseconds(100));
  const Instant start{};
  Deadline a;
  Deadline b;
  header.set(a, start);
  header.set(b, start);
  header.set(a, start + milliseconds(1));
  CHECK(header.first_due(start + milliseconds(200)) == &b);
  body.set(b, start);
  CHECK(b.is_in(body));
  CHECK(header.first_due(start + milliseconds(200)) == &a);
}

TEST_CASE("A destroyed deadline leaves its queue") {
  DeadlineQueue queue(milliseconds(1));
  Deadline before;
  Deadline after;
  queue.set(before, Instant{});
  {
    Deadline between;
    queue.set(between, Instant{});
    queue.set(after, Instant{});
  }
  before.clear();
  CHECK(queue.first_due(Instant::max()) == &after);
  after.clear();
  CHECK_FALSE(queue.next().has_value());
}
