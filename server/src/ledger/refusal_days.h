#pragma once
// The refusals counted on a day, once it is over, under a commitment that the log holds: who can
// write the file can no longer change them unnoticed, and who reads the log learns no number. The
// nonce that opens it lies beside the counts.

#include <set>
#include <string>
#include <string_view>

#include "crypto/sha256.h"
#include "ledger/change_log.h"
#include "ledger/sqlite_connection.h"

namespace consent::server {

// HMAC-SHA-256 under the nonce of "refusals 1", zone and day, and a line of site, regime, action
// and count for each row, in this order; each line ends with a line feed.
Sha256Digest refusals_commitment(SqliteConnection& connection, Zone zone, std::string_view day,
                                 const Sha256Digest& nonce);

// One a connection that writes; everything in the transaction that is running.
class RefusalDays {
 public:
  // Without a log nothing is committed to.
  RefusalDays(SqliteConnection& connection, Zone zone, ChangeLog* log);

  // More were counted on that day, which may be over already: a clock was set back.
  void counted(std::string_view day);
  // Commits to the days that are over at `now` and to those that were changed afterwards.
  void settle(TimePoint now);

 private:
  void commit_to(const std::string& day, TimePoint now);

  SqliteConnection& connection_;
  const Zone zone_;
  ChangeLog* const log_;
  SqliteStatement known_;
  SqliteStatement over_;
  SqliteStatement commit_;
  std::set<std::string> changed_;
  std::string settled_before_;  // days before this one are
};

}  // namespace consent::server
