#include "process/progress_line.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <string>

#include "process/file_descriptor.h"
#include "support/catch.h"

using namespace consent::server;

namespace {

// What the work leaves on a terminal that stderr is for so long.
std::string shown_by(const std::function<void()>& work) {
  const FileDescriptor screen(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  REQUIRE((screen && grantpt(screen.number()) == 0 && unlockpt(screen.number()) == 0));
  const FileDescriptor terminal(open(ptsname(screen.number()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  REQUIRE(terminal);
  const FileDescriptor before(dup(STDERR_FILENO));
  std::fflush(stderr);
  dup2(terminal.number(), STDERR_FILENO);
  work();
  std::fputc('$', stderr);
  std::fflush(stderr);
  dup2(before.number(), STDERR_FILENO);
  std::string text;
  char byte = 0;
  while (read(screen.number(), &byte, 1) == 1 && byte != '$') text += byte;
  return text;
}

}  // namespace

TEST_CASE("A line says how far it is, goes back never, and says 100 % at the end only") {
  const std::string text = shown_by([] {
    const Progress line = progress_line("eu");
    for (const std::uint64_t done : {0U, 5000U, 4000U, 9999U, 9999U}) line(done, 10'000);
    line(10'000, 10'000);
    line(1, 10'000);
  });
  CHECK(text == "\reu:   0.0 %\reu:  50.0 %\reu:  99.9 %\reu: 100.0 %\r\n");
}

TEST_CASE("Steps that change no digit are not shown") {
  const std::string text = shown_by([] {
    const Progress line = progress_line("eu");
    for (std::uint64_t done = 0; done < 10'000; ++done) line(done, 5'000'000);
  });
  CHECK(text == "\reu:   0.0 %\reu:   0.1 %\r\n");
}

TEST_CASE("Work that stops in between leaves the next word a line of its own") {
  CHECK(shown_by([] { progress_line("eu")(1, 4); }) == "\reu:  25.0 %\r\n");
  CHECK(shown_by([] { progress_line("eu"); }).empty());
}

TEST_CASE("Nothing to do is all done") {
  CHECK(shown_by([] { progress_line("eu")(0, 0); }) == "\reu: 100.0 %\r\n");
}
