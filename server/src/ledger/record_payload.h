#pragma once
// Records and states as bytes. A record's bytes are canonical, one form for each record: they are
// what its commitment is made of and what is sealed. Numbers are big-endian; a text is one byte of
// length and its bytes.
//
//   record   1 format (1 or 2) . 1 kind . 1 zone . 16 id . 16 event . 16 subject . 16 previous . 8
//   time ms
//            . 8 client time ms . 8 expires at ms . 2 choices . 1 action . 1 layer . 1 regime
//            . 1 model . 2 policy . 1 signals (1 any, 2 Sec-GPC, 4 script, 8 DNT) . text notice's
//            32 bytes, or none . texts region, site, language, ruleset, origin, service version,
//            banner build; in format 2 also texts page, controller . 1 region source (0 not
//            recorded, 1 unknown, 2 geo_db, 3 edge_header)
//   state    1 format (1) . 2 choices . 1 action . 8 decided at s . 8 denied event ms . 2 policy
//            . 1 model . 1 gpc . text region
//
// A missing subject, event or previous is 16 zeros.

#include <optional>

#include "crypto/aes_gcm.h"
#include "ledger/record.h"

namespace consent::server {

// Throws std::invalid_argument when a text is too long or `notice` is no id of a notice.
Bytes record_bytes(const Record& record);
// Empty when the bytes are not canonical. The sequence is not among them.
std::optional<Record> parse_record(ByteView bytes);

// Without the hold, which is a column of its own and bound to the sealed state.
Bytes state_bytes(const RecordState& state);
std::optional<RecordState> parse_state(ByteView bytes);

}  // namespace consent::server
