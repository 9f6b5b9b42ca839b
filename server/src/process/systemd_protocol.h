#pragma once
// What systemd and the like agree on with the programs they start: sockets that are handed over
// open (LISTEN_FDS), and a datagram socket to tell of one's state (NOTIFY_SOCKET). Without them
// nothing happens.

#include <string>
#include <string_view>
#include <vector>

namespace consent::server {

struct PassedSocket {
  std::string name;  // FileDescriptorName= of its unit; "" when there is none
  int descriptor = -1;
};
// The sockets that were handed to this process, in order. Takes their variables out of the
// environment: call once, before the first thread.
std::vector<PassedSocket> take_passed_sockets();

// "READY=1", "STOPPING=1"; several lines at once are fine.
void tell_systemd(std::string_view state);
// RELOADING=1 with the moment it began, as sd_notify(3) wants it.
void tell_systemd_of_reload();

}  // namespace consent::server
