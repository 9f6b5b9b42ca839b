#include <array>

#include "consent/gpp.h"
#include "support/catch.h"
#include "vector_file.h"

namespace consent::vectors {
namespace {

struct Field {
  const char* name;
  std::uint8_t UsNational::*member;
};

constexpr std::array kFields = {
    Field{"SharingNotice", &UsNational::sharing_notice},
    Field{"SaleOptOutNotice", &UsNational::sale_opt_out_notice},
    Field{"SharingOptOutNotice", &UsNational::sharing_opt_out_notice},
    Field{"TargetedAdvertisingOptOutNotice", &UsNational::targeted_advertising_opt_out_notice},
    Field{"SensitiveDataProcessingOptOutNotice",
          &UsNational::sensitive_data_processing_opt_out_notice},
    Field{"SensitiveDataLimitUseNotice", &UsNational::sensitive_data_limit_use_notice},
    Field{"SaleOptOut", &UsNational::sale_opt_out},
    Field{"SharingOptOut", &UsNational::sharing_opt_out},
    Field{"TargetedAdvertisingOptOut", &UsNational::targeted_advertising_opt_out},
    Field{"PersonalDataConsents", &UsNational::personal_data_consents},
    Field{"MspaCoveredTransaction", &UsNational::mspa_covered_transaction},
    Field{"MspaOptOutOptionMode", &UsNational::mspa_opt_out_option_mode},
    Field{"MspaServiceProviderMode", &UsNational::mspa_service_provider_mode},
};

Json section_json(const UsNational& section) {
  Json json = {{"SensitiveDataProcessing", section.sensitive_data_processing},
               {"KnownChildSensitiveDataConsents", section.known_child_sensitive_data_consents},
               {"Gpc", section.gpc}};
  for (const Field& field : kFields) json[field.name] = section.*field.member;
  return json;
}

UsNational section_of(const Json& json) {
  UsNational section;
  json.at("SensitiveDataProcessing").get_to(section.sensitive_data_processing);
  json.at("KnownChildSensitiveDataConsents").get_to(section.known_child_sensitive_data_consents);
  section.gpc = json.at("Gpc").get<bool>();
  for (const Field& field : kFields) json.at(field.name).get_to(section.*field.member);
  return section;
}

Json text_json(const UsNational& section) {
  return {{"text", std::string(encode_gpp(section).view())}};
}

Json answer(const Json& input) {
  if (input.contains("section")) return text_json(section_of(input["section"]));
  if (input.contains("site")) {
    const Json& site = input["site"];
    return text_json(us_national(site.at("sells_or_shares").get<bool>(),
                                 site.at("opted_out").get<bool>(), site.at("gpc").get<bool>()));
  }
  const ExactText text(input.at("text").get<std::string>());
  const auto section = decode_gpp(text.view());
  if (!section) return {{"error", "no_section"}};
  return {{"section", section_json(*section)}};
}

}  // namespace

TEST_CASE("every GPP vector is read and written as the IAB's library does it") {
  for_each_vector("gpp", [](const Json& vector, const Json&) {
    const Json actual = answer(vector.at("input"));
    if (vector.contains("expect")) {
      CHECK(actual == vector["expect"]);
    } else {
      CHECK(actual == Json{{"error", vector.at("expect_error")}});
    }
  });
}

}  // namespace consent::vectors
