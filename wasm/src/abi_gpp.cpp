// The GPP module: the usnat section as a string and back. See abi_page.h for the calling
// convention.

#include <array>
#include <optional>

#include "abi_page.h"
#include "consent/gpp.h"

namespace consent::abi {

unsigned char page_in[kPageInBytes];
unsigned char page_out[kPageOutBytes];

namespace {

// One byte a field, in the order of the section, the signal last.
struct SectionRecord {
  std::uint8_t notices_and_opt_outs[9];
  std::uint8_t sensitive_data_processing[16];
  std::uint8_t known_child_sensitive_data_consents[3];
  std::uint8_t personal_data_consents;
  std::uint8_t mspa_covered_transaction, mspa_opt_out_option_mode, mspa_service_provider_mode;
  std::uint8_t gpc;
};
static_assert(sizeof(SectionRecord) == 33);

// The fields of the first row, for reading and for writing.
template <typename Section>
auto first_fields(Section& section) {
  return std::array{&section.sharing_notice,
                    &section.sale_opt_out_notice,
                    &section.sharing_opt_out_notice,
                    &section.targeted_advertising_opt_out_notice,
                    &section.sensitive_data_processing_opt_out_notice,
                    &section.sensitive_data_limit_use_notice,
                    &section.sale_opt_out,
                    &section.sharing_opt_out,
                    &section.targeted_advertising_opt_out};
}

std::int32_t section_out(const UsNational& section) {
  SectionRecord record;
  std::uint8_t* next = record.notices_and_opt_outs;
  for (const std::uint8_t* field : first_fields(section)) *next++ = *field;
  std::memcpy(record.sensitive_data_processing, section.sensitive_data_processing.data(), 16);
  std::memcpy(record.known_child_sensitive_data_consents,
              section.known_child_sensitive_data_consents.data(), 3);
  record.personal_data_consents = section.personal_data_consents;
  record.mspa_covered_transaction = section.mspa_covered_transaction;
  record.mspa_opt_out_option_mode = section.mspa_opt_out_option_mode;
  record.mspa_service_provider_mode = section.mspa_service_provider_mode;
  record.gpc = section.gpc ? 1 : 0;
  record_out(record);
  return sizeof record;
}

std::optional<UsNational> section_in() {
  const auto record = record_in<SectionRecord>();
  for (std::size_t i = 0; i + 1 < sizeof record; ++i) {
    if (page_in[i] > 3) return std::nullopt;
  }
  if (record.gpc > 1) return std::nullopt;
  UsNational section;
  const std::uint8_t* next = record.notices_and_opt_outs;
  for (std::uint8_t* field : first_fields(section)) *field = *next++;
  std::memcpy(section.sensitive_data_processing.data(), record.sensitive_data_processing, 16);
  std::memcpy(section.known_child_sensitive_data_consents.data(),
              record.known_child_sensitive_data_consents, 3);
  section.personal_data_consents = record.personal_data_consents;
  section.mspa_covered_transaction = record.mspa_covered_transaction;
  section.mspa_opt_out_option_mode = record.mspa_opt_out_option_mode;
  section.mspa_service_provider_mode = record.mspa_service_provider_mode;
  section.gpc = record.gpc != 0;
  return section;
}

}  // namespace
}  // namespace consent::abi

using namespace consent;       // NOLINT: this file is the boundary, it has no names of its own
using namespace consent::abi;  // NOLINT

extern "C" {

std::int32_t gpp_abi_version() { return 1; }
unsigned char* gpp_page_in() { return page_in; }
unsigned char* gpp_page_out() { return page_out; }

// What a site says: 0 or 1 each. Out: a SectionRecord; the result is its length.
std::int32_t gpp_us_national(std::int32_t sells_or_shares, std::int32_t opted_out,
                             std::int32_t gpc) {
  return section_out(us_national(sells_or_shares != 0, opted_out != 0, gpc != 0));
}

// In: a SectionRecord. Out: the string; the result is its length.
std::int32_t gpp_encode() {
  const std::optional<UsNational> section = section_in();
  return section ? text_out(encode_gpp(*section).view()) : kBadRecord;
}

// In: a string. Out: a SectionRecord; the result is its length, kAbsent when there is no section.
std::int32_t gpp_decode(std::int32_t size) {
  if (!fits(size)) return kBadSize;
  const std::optional<UsNational> section = decode_gpp(text_in(0, size));
  return section ? section_out(*section) : kAbsent;
}

}  // extern "C"
