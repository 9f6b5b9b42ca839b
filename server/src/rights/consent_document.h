#pragma once
// A subject's decisions as ISO/IEC TS 27560:2023 consent records, written as JSON-LD in the terms
// of the Data Privacy Vocabulary (W3C DPV 2.3, guide "Consent Records and Receipts as per ISO/IEC
// TS 27560"). One dpv:ConsentRecord for each decision and purpose: a status is never about two
// things.
//
// What the standard asks for and this service does not know is left out: the controller's postal
// address, and the period that records are kept for. Each consent record brings our own record
// whole (`record`), so that nothing is lost on the way there and back.

#include <span>

#include "ledger/record.h"
#include "site/site_policy.h"
#include "wire/json_document.h"

namespace consent::server {

inline constexpr std::string_view kJsonLdType = "application/ld+json";

// `stored` is one subject's history at one site, oldest first; of it decisions and objections.
// Where its policy version is no longer in the site file, a record says what was decided, but not
// about which data.
JsonValue consent_document(const SitePolicy& site, std::span<const StoredRecord> stored,
                           TimePoint now);

}  // namespace consent::server
