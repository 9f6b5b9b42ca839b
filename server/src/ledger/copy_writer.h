#pragma once
// Makes and destroys copies of another zone's records inside a transaction. Each is an entry of the
// change log under the record's id; one of zeros says that the copy is destroyed.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ledger/change_log.h"
#include "ledger/copy_rows.h"

namespace consent::server {

// What is to be done in one transaction, in this order, and what was.
struct CopyWork {
  struct Gone {
    std::uint64_t sequence = 0;
    bool erased = false;  // with its whole subject, which never comes back
  };
  Zone source = Zone::eu;
  TimePoint time{};
  std::vector<Gone> gone = {};    // originals; one without a copy is passed over
  std::vector<Record> made = {};  // originals; one that is copied already is passed over
  std::string site = {};          // of the position
  std::optional<std::uint64_t> position = {};
  std::optional<std::uint64_t> position_max = {};  // of every site: copying begins again there

  std::uint64_t copied = 0;
  std::uint64_t destroyed = 0;
  std::set<KekId> keks = {};               // had wrapped data keys that are destroyed
  std::vector<LookupHash> forgotten = {};  // erased subjects of whom nothing is left here
};

// Used by the writer's thread. Throws DamagedRecord when a subject's data key does not open: then
// no copy was made; a SqliteError is for the whole transaction.
class CopyWriter {
 public:
  // `log` may be null.
  CopyWriter(SqliteConnection& connection, Zone zone, const ZoneKeys& keys, ChangeLog* log);

  void run(CopyWork& work);
  // All of a subject, of which a list of erasures says that it was erased. How many there were.
  std::uint64_t forget(const LookupHash& subject, TimePoint now);

 private:
  struct Sealed;
  using DataKeys = std::map<LookupHash, SecretKey>;
  void destroy(const CopyRow& copy, bool erased, CopyWork& work);
  void make_all(CopyWork& work);
  Sealed seal(const Record& record, const CopyWork& work, DataKeys& keys);
  void store(const Sealed& sealed, const CopyWork& work);
  void settle_position(const CopyWork& work);
  void tell(const CopyRow& copy, const CopyWork& work, bool is_there);

  const Zone zone_;
  const ZoneKeys& keys_;
  ChangeLog* const log_;
  SqliteConnection& connection_;
  CopyRows rows_;
  SqliteStatement insert_;
  SqliteStatement insert_subject_;
  SqliteStatement remove_;
  SqliteStatement remove_subject_;
  SqliteStatement position_;
  SqliteStatement position_max_;
};

}  // namespace consent::server
