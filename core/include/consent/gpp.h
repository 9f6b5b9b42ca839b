#pragma once
// The IAB Global Privacy Platform string with one section, `usnat` (section id 7, version 2): what
// this site can truthfully say to US partners. There is no TCF section: a valid one needs a
// registered CMP id. Layout: core/FORMAT.md; source: GPP core specification and the US national
// section, as emitted by the IAB's own reference library.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace consent {

// Field values as the section defines them. Notices: 0 not applicable, 1 given, 2 not given.
// Opt-outs: 0 not applicable, 1 opted out, 2 did not opt out. Consents: 0 not applicable, 1 no
// consent, 2 consent.
struct UsNational {
  std::uint8_t sharing_notice = 0;
  std::uint8_t sale_opt_out_notice = 0;
  std::uint8_t sharing_opt_out_notice = 0;
  std::uint8_t targeted_advertising_opt_out_notice = 0;
  std::uint8_t sensitive_data_processing_opt_out_notice = 0;
  std::uint8_t sensitive_data_limit_use_notice = 0;
  std::uint8_t sale_opt_out = 0;
  std::uint8_t sharing_opt_out = 0;
  std::uint8_t targeted_advertising_opt_out = 0;
  std::array<std::uint8_t, 16> sensitive_data_processing{};
  std::array<std::uint8_t, 3> known_child_sensitive_data_consents{};
  std::uint8_t personal_data_consents = 0;
  std::uint8_t mspa_covered_transaction = 2;  // 1 yes, 2 no: only a signatory may say yes
  std::uint8_t mspa_opt_out_option_mode = 0;  // 0 not applicable, 1 yes, 2 no
  std::uint8_t mspa_service_provider_mode = 0;
  bool gpc = false;
  friend constexpr bool operator==(const UsNational&, const UsNational&) = default;
};

// What a site says that neither sells nor shares personal data: notice given, nothing to opt out
// of. A site that does (`sells_or_shares`) gives the opt-out notices, and says whether the visitor
// opted out.
UsNational us_national(bool sells_or_shares, bool opted_out, bool gpc);

inline constexpr std::size_t kGppTextBytesMax = 1024;  // longer input is refused unread

struct GppText {
  std::array<char, 32> characters{};
  std::size_t size = 0;
  constexpr std::string_view view() const { return {characters.data(), size}; }
};

// "DBABLA~CQAAAAAAAACA.QA". Field values are taken modulo 4.
GppText encode_gpp(const UsNational& section);

// Reads the usnat section out of a GPP string that may hold other sections, version 2 or 1 (12 and
// 2 entries instead of 16 and 3; the missing ones are 0). Accepts both header paddings in use.
// Empty when the string is not GPP version 1, its header and sections do not match, there is no
// usnat, or the section is malformed.
std::optional<UsNational> decode_gpp(std::string_view text);

}  // namespace consent
