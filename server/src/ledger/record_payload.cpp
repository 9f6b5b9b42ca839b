#include "ledger/record_payload.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "formats/hexadecimal.h"

namespace consent::server {
namespace {

constexpr std::uint8_t kStateFormat = 1;
constexpr std::string_view kNoticePrefix = "sha256:";

std::int64_t ms_of(TimePoint time) { return time.time_since_epoch().count(); }
TimePoint time_of_ms(std::uint64_t ms) {
  return TimePoint(std::chrono::milliseconds(static_cast<std::int64_t>(ms)));
}

class ByteWriter {
 public:
  ByteWriter() { bytes_.reserve(kUsualBytes); }
  ByteWriter& number(std::uint64_t value, unsigned size) {
    for (unsigned i = size; i-- > 0;) {
      bytes_.push_back(static_cast<std::uint8_t>((value >> (8 * i)) & 0xff));
    }
    return *this;
  }
  ByteWriter& number(std::int64_t value) { return number(static_cast<std::uint64_t>(value), 8); }
  template <typename Enumeration>
  ByteWriter& one(Enumeration value) {
    return number(static_cast<std::uint8_t>(value), 1);
  }
  ByteWriter& raw(ByteView bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  ByteWriter& text(std::string_view text) {
    if (text.size() > kRecordTextBytesMax)
      throw std::invalid_argument("a field of a record is too long");
    one(text.size());
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    return *this;
  }
  Bytes take() { return std::move(bytes_); }

 private:
  static constexpr std::size_t kUsualBytes = 384;
  Bytes bytes_;
};

// Reads on after a failure, answers with zeros, and says so at the end.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : rest_(bytes) {}
  std::uint64_t number(unsigned size) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : take(size)) value = value << 8 | byte;
    return value;
  }
  template <typename Enumeration>
  Enumeration one(Enumeration max) {
    const std::uint64_t value = number(1);
    if (value > static_cast<std::uint64_t>(max)) good_ = false;
    return static_cast<Enumeration>(value);
  }
  template <std::size_t N>
  std::array<std::uint8_t, N> raw() {
    std::array<std::uint8_t, N> out{};
    const ByteView bytes = take(N);
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
  }
  std::string text() {
    const ByteView bytes = take(number(1));
    return {bytes.begin(), bytes.end()};
  }
  // One byte: 0 for none, else one more than the value.
  template <typename Enumeration>
  std::optional<Enumeration> optional(Enumeration max) {
    const std::uint64_t value = number(1);
    if (value > static_cast<std::uint64_t>(max) + 1) good_ = false;
    return value == 0 ? std::nullopt : std::optional(static_cast<Enumeration>(value - 1));
  }
  Choices choices() {
    const auto choices = Choices::from_bits(static_cast<std::uint16_t>(number(2)));
    if (!choices) good_ = false;
    return choices.value_or(Choices{});
  }
  bool good_to_the_end() const { return good_ && rest_.empty(); }

 private:
  ByteView take(std::size_t size) {
    if (size > rest_.size()) {
      good_ = false;
      rest_ = {};
      return {};
    }
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  ByteView rest_;
  bool good_ = true;
};

std::string notice_bytes(const std::string& id) {
  if (id.empty()) return {};
  Sha256Digest digest{};
  const std::string_view view(id);
  if (!view.starts_with(kNoticePrefix) || !parse_hex(view.substr(kNoticePrefix.size()), digest)) {
    throw std::invalid_argument("the id of a notice is malformed");
  }
  return {digest.begin(), digest.end()};
}

std::string notice_id(const std::string& bytes) {
  if (bytes.empty()) return {};
  const Bytes digest(bytes.begin(), bytes.end());
  return std::string(kNoticePrefix) + to_hex(digest);
}

std::uint8_t signals_of(const Record& record) {
  return static_cast<std::uint8_t>((record.gpc ? 1 : 0) | (record.gpc_by_header ? 2 : 0) |
                                   (record.gpc_by_script ? 4 : 0) | (record.dnt ? 8 : 0));
}

void set_signals(Record& record, std::uint8_t bits) {
  record.gpc = (bits & 1) != 0;
  record.gpc_by_header = (bits & 2) != 0;
  record.gpc_by_script = (bits & 4) != 0;
  record.dnt = (bits & 8) != 0;
}

}  // namespace

Bytes record_bytes(const Record& record) {
  ByteWriter writer;
  writer.one(record.format)
      .one(record.kind)
      .one(record.zone)
      .raw(record.id)
      .raw(record.event)
      .raw(record.subject.value_or(SubjectId{}))
      .raw(record.previous.value_or(RecordId{}))
      .number(ms_of(record.time))
      .number(ms_of(record.client_time))
      .number(ms_of(record.expires_at))
      .number(record.choices.bits(), 2)
      .one(record.action)
      .one(record.layer)
      .one(record.regime)
      .one(record.model)
      .number(record.policy, 2)
      .one(signals_of(record))
      .text(notice_bytes(record.notice))
      .text(to_text(record.region).view())
      .text(record.site)
      .text(record.language)
      .text(record.ruleset)
      .text(record.origin)
      .text(record.service_version)
      .text(record.banner_build);
  if (record.format == 1) return writer.take();
  const auto source = record.region_source;
  return writer.text(record.page)
      .text(record.controller)
      .number(source ? std::uint64_t{1} + static_cast<std::uint8_t>(*source) : 0, 1)
      .take();
}

std::optional<Record> parse_record(ByteView bytes) {
  ByteReader reader(bytes);
  Record record;
  record.format = static_cast<std::uint8_t>(reader.number(1));
  if (record.format == 0 || record.format > kRecordFormat) return std::nullopt;
  record.kind = reader.one(RecordKind::erased);
  record.zone = reader.one(Zone::us);
  record.id = reader.raw<16>();
  record.event = reader.raw<16>();
  const auto subject = reader.raw<16>();
  if (subject != SubjectId{}) record.subject = subject;
  const auto previous = reader.raw<16>();
  if (previous != RecordId{}) record.previous = previous;
  record.time = time_of_ms(reader.number(8));
  record.client_time = time_of_ms(reader.number(8));
  record.expires_at = time_of_ms(reader.number(8));
  record.choices = reader.choices();
  record.action = reader.one(Action::default_state);
  record.layer = reader.one(Layer::api);
  record.regime = static_cast<RegimeId>(reader.number(1));
  record.model = reader.one(Model::opt_out);
  record.policy = static_cast<PolicyVersion>(reader.number(2));
  set_signals(record, reader.one(std::uint8_t{15}));
  const std::string notice = reader.text();
  if (!notice.empty() && notice.size() != Sha256Digest{}.size()) return std::nullopt;
  record.notice = notice_id(notice);
  record.region = parse_region(reader.text());
  record.site = reader.text();
  record.language = reader.text();
  record.ruleset = reader.text();
  record.origin = reader.text();
  record.service_version = reader.text();
  record.banner_build = reader.text();
  if (record.format > 1) {
    record.page = reader.text();
    record.controller = reader.text();
    record.region_source = reader.optional(RegionSource::edge_header);
  }
  if (!reader.good_to_the_end()) return std::nullopt;
  return record;
}

bool follows(const RecordState& state, std::span<const StoredRecord> records, bool whole) {
  RecordState folded;
  bool is_whole = whole;
  for (const StoredRecord& stored : records) {
    is_whole = is_whole && !stored.erased;
    if (!stored.erased) folded = apply(folded, stored.record);
  }
  if (!is_whole && folded.denied_event_ms < state.denied_event_ms) {
    folded.denied_event_ms = state.denied_event_ms;
  }
  return folded.hold == state.hold && state_bytes(folded) == state_bytes(state);
}

Bytes state_bytes(const RecordState& state) {
  return ByteWriter()
      .one(kStateFormat)
      .number(state.choices.bits(), 2)
      .one(state.action)
      .number(state.decided_at.time_since_epoch().count())
      .number(state.denied_event_ms)
      .number(state.policy, 2)
      .one(state.model)
      .one(state.gpc)
      .text(to_text(state.region).view())
      .take();
}

std::optional<RecordState> parse_state(ByteView bytes) {
  ByteReader reader(bytes);
  if (reader.number(1) != kStateFormat) return std::nullopt;
  RecordState state;
  state.choices = reader.choices();
  state.action = reader.one(Action::default_state);
  state.decided_at = Instant(std::chrono::seconds(static_cast<std::int64_t>(reader.number(8))));
  state.denied_event_ms = static_cast<std::int64_t>(reader.number(8));
  state.policy = static_cast<PolicyVersion>(reader.number(2));
  state.model = reader.one(Model::opt_out);
  state.gpc = reader.one(std::uint8_t{1}) == 1;
  state.region = parse_region(reader.text());
  if (!reader.good_to_the_end()) return std::nullopt;
  return state;
}

}  // namespace consent::server
