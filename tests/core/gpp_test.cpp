#include "consent/gpp.h"

#include <string>
#include <vector>

#include "support/catch.h"

using consent::decode_gpp;
using consent::encode_gpp;
using consent::us_national;
using consent::UsNational;

namespace {

std::string text_of(const UsNational& section) { return std::string(encode_gpp(section).view()); }

}  // namespace

// The expected strings are the IAB reference library's own output for the same fields.
TEST_CASE("usnat strings equal the reference library's, byte for byte") {
  CHECK(text_of(us_national(false, false, true)) == "DBABLA~CQAAAAAAAACA.YA");
  CHECK(text_of(us_national(false, false, false)) == "DBABLA~CQAAAAAAAACA.QA");
  CHECK(text_of(us_national(true, true, true)) == "DBABLA~CVQVAAAAAACA.YA");
  UsNational library_default;
  library_default.mspa_covered_transaction = 1;
  CHECK(text_of(library_default) == "DBABLA~CAAAAAAAAABA.QA");
}

TEST_CASE("every field survives a round trip at its own place") {
  for (unsigned field = 0; field < 32; ++field) {
    for (std::uint8_t value = 0; value < 4; ++value) {
      UsNational section;
      if (field < 16) section.sensitive_data_processing[field] = value;
      if (field >= 16 && field < 19)
        section.known_child_sensitive_data_consents[field - 16] = value;
      if (field == 19) section.sharing_notice = value;
      if (field == 20) section.sale_opt_out_notice = value;
      if (field == 21) section.sharing_opt_out_notice = value;
      if (field == 22) section.targeted_advertising_opt_out_notice = value;
      if (field == 23) section.sensitive_data_processing_opt_out_notice = value;
      if (field == 24) section.sensitive_data_limit_use_notice = value;
      if (field == 25) section.sale_opt_out = value;
      if (field == 26) section.sharing_opt_out = value;
      if (field == 27) section.targeted_advertising_opt_out = value;
      if (field == 28) section.personal_data_consents = value;
      if (field == 29) section.mspa_covered_transaction = value;
      if (field == 30) section.mspa_opt_out_option_mode = value;
      if (field == 31) section.mspa_service_provider_mode = value;
      section.gpc = value % 2 == 1;
      const auto decoded = decode_gpp(text_of(section));
      REQUIRE(decoded.has_value());
      CHECK(*decoded == section);
    }
  }
}

TEST_CASE("both header paddings, other sections beside it, and version 1 are read") {
  CHECK(decode_gpp("DBABL~CQAAAAAAAACA.YA") == us_national(false, false, true));
  CHECK(decode_gpp("DBABLA~CQAAAAAAAACA") == us_national(false, false, false));
  const auto full = decode_gpp("DBABLA~CVVVkkkkkpFY.YA");
  REQUIRE(full.has_value());
  CHECK(full->gpc);
  CHECK(full->sharing_notice == 1);
  CHECK(full->mspa_covered_transaction == 1);
  const auto first_version = decode_gpp("DBABLA~BAAAVVVVUQA.QA");
  REQUIRE(first_version.has_value());
  CHECK(first_version->sensitive_data_processing[0] == 1);
  CHECK(first_version->sensitive_data_processing[15] == 0);
}

TEST_CASE("what is not a GPP string with a usnat section is refused") {
  const std::vector<std::string> refused = {"",
                                            "D",
                                            "DBAA",
                                            "DBABTA~1YNN",
                                            "CBABLA~CQAAAAAAAACA.YA",
                                            "DCABLA~CQAAAAAAAACA.YA",
                                            "DBABLA",
                                            "DBABLA~",
                                            "DBABLA~CQAAAAAAAACA.",
                                            "DBABLA~CQAAAAAAAACA.YA.YA",
                                            "DBABLA~CQAAAAAAAACA.Y",
                                            "DBABLA~CQAAAAAAAACA.QB",
                                            "DBABLA~CQAAAAAAAACB.YA",
                                            "DBABLA~CQAAAAAAAAC.YA",
                                            "DBABLA~CQAAAAAAAACAA.YA",
                                            "DBABLA~DQAAAAAAAACA.YA",
                                            "DBABLA~CQAAAAAAAACA.YA~1YNN",
                                            "DBABLA~CQAAAAAAAACA.YA~",
                                            "DBABLA~CQAAAAAA+ACA.YA",
                                            std::string(1025, 'A')};
  for (const std::string& text : refused) {
    INFO(text);
    CHECK_FALSE(decode_gpp(text).has_value());
  }
}

TEST_CASE("every truncation of a usnat string is refused or reads the same notices") {
  const std::string whole = text_of(us_national(true, true, true));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string head = whole.substr(0, size);
    const auto decoded = decode_gpp(head);
    INFO(head);
    // The GPC segment is optional, so the string without it is complete.
    CHECK(decoded.has_value() == (head == "DBABLA~CVQVAAAAAACA"));
  }
}
