#include "keys/ticket.h"

#include "consent/base64url.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/temporary_directory.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using namespace std::chrono_literals;

namespace {

struct Sealed {
  TemporaryDirectory directory;
  Keyring keyring{directory.path().string()};
  FakeClock clock;
  Ticket ticket{.site = "dialphone.com",
                .notice = "sha256:" + std::string(64, 'a'),
                .policy = 3,
                .regime = RegimeId::us_ca_ccpa,
                .model = Model::opt_out,
                .region = parse_region("US-CA"),
                .region_source = RegionSource::edge_header,
                .zone = Zone::us,
                .issued_at = clock.now()};
  std::string text = seal_ticket(keyring, ticket);
};

}  // namespace

TEST_CASE("A ticket comes back as it was sealed") {
  const Sealed sealed;
  const OpenedTicket opened = open_ticket(sealed.keyring, sealed.text, sealed.clock.now());
  REQUIRE_FALSE(opened.error);
  CHECK(opened.ticket.site == sealed.ticket.site);
  CHECK(opened.ticket.notice == sealed.ticket.notice);
  CHECK(opened.ticket.policy == 3);
  CHECK(opened.ticket.regime == RegimeId::us_ca_ccpa);
  CHECK(opened.ticket.model == Model::opt_out);
  CHECK(opened.ticket.region == parse_region("US-CA"));
  CHECK(opened.ticket.region_source == RegionSource::edge_header);
  CHECK(opened.ticket.zone == Zone::us);
  CHECK(opened.ticket.issued_at == sealed.ticket.issued_at);
  CHECK(sealed.text.size() <= kTicketTextBytesMax);
}

TEST_CASE("A ticket of a page that was open during an upgrade is still one") {
  const Sealed sealed;
  const std::string before = "2\n" + sealed.ticket.site + "\n" + sealed.ticket.notice +
                             "\n3\n0\n1\nUS-CA\n1\n" +
                             std::to_string(sealed.clock.now().time_since_epoch().count());
  const std::vector<std::uint8_t> bytes(before.begin(), before.end());
  std::string text(base64url_size(bytes.size()), '\0');
  base64url_encode(bytes, text);
  text += "." + sealed.keyring.sign_ticket_bytes(before);
  const OpenedTicket opened = open_ticket(sealed.keyring, text, sealed.clock.now());
  REQUIRE_FALSE(opened.error);
  CHECK(opened.ticket.region == parse_region("US-CA"));
  CHECK_FALSE(opened.ticket.region_source);
}

TEST_CASE("A ticket lives 24 hours, and its content stays readable after") {
  const Sealed sealed;
  CHECK_FALSE(open_ticket(sealed.keyring, sealed.text, sealed.clock.now() + 24h - 1ms).error);
  const OpenedTicket late = open_ticket(sealed.keyring, sealed.text, sealed.clock.now() + 24h);
  CHECK(late.error == TicketError::expired);
  CHECK(late.ticket.region == parse_region("US-CA"));
}

TEST_CASE("A ticket from a later time is early, a clock five minutes back is forgiven") {
  const Sealed sealed;
  CHECK_FALSE(open_ticket(sealed.keyring, sealed.text, sealed.clock.now() - 5min).error);
  const OpenedTicket early =
      open_ticket(sealed.keyring, sealed.text, sealed.clock.now() - 5min - 1ms);
  CHECK(early.error == TicketError::early);
  CHECK(early.ticket.region == parse_region("US-CA"));
}

TEST_CASE("Every change of every bit of a ticket makes it forged") {
  const Sealed sealed;
  for (std::size_t i = 0; i < sealed.text.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string text = sealed.text;
      text[i] = static_cast<char>(text[i] ^ (1 << bit));
      if (open_ticket(sealed.keyring, text, sealed.clock.now()).error != TicketError::forged) {
        FAIL("bit " << bit << " of character " << i);
      }
    }
  }
}

TEST_CASE("Every truncation of a ticket, and anything else, is forged") {
  const Sealed sealed;
  for (std::size_t size = 0; size < sealed.text.size(); ++size) {
    CHECK(open_ticket(sealed.keyring, sealed.text.substr(0, size), sealed.clock.now()).error ==
          TicketError::forged);
  }
  for (const std::string& text :
       {std::string("."), sealed.text + ".", sealed.text + "A", std::string(10'000, 'A')}) {
    CHECK(open_ticket(sealed.keyring, text, sealed.clock.now()).error == TicketError::forged);
  }
}

TEST_CASE("Another service's ticket is forged") {
  const Sealed ours;
  const Sealed theirs;
  CHECK(open_ticket(ours.keyring, theirs.text, ours.clock.now()).error == TicketError::forged);
}
