#include "handlers/receipt.h"

#include <algorithm>
#include <optional>
#include <string>
#include <variant>

#include "audit/receipt.h"
#include "audit/zone_logs.h"
#include "handlers/data_subject.h"
#include "http/problem.h"
#include "ledger/ledger.h"
#include "site/notice.h"
#include "site/site_policy.h"

namespace consent::server {
namespace {

// The newest decision that still has its payload.
const StoredRecord* newest_decision(const Ledger::History& history) {
  const auto found =
      std::find_if(history.records.rbegin(), history.records.rend(), [](const auto& stored) {
        return !stored.erased && stored.record.kind == RecordKind::decision;
      });
  return found == history.records.rend() ? nullptr : &*found;
}

std::optional<std::string> notice_of(const Service& service, const Record& record) {
  if (record.notice.empty()) return std::string();
  if (const Notice* current = service.notices.find_by_id(record.notice)) {
    return current->canonical_json;
  }
  return service.ledger.find_notice(record.notice);
}

}  // namespace

http::Response handle_receipt(const Service& service, const http::Request& request) {
  auto asked = data_subject(service, request, "/v1/me/receipt");
  if (auto* refused = std::get_if<http::Response>(&asked)) return std::move(*refused);
  const std::optional<SubjectId>& subject = std::get<DataSubject>(asked).id;
  if (!subject) {
    return http::problem(404, "A refusal leaves no record, so there is nothing to prove.");
  }
  const Ledger::History history = service.ledger.history(service.site.site, *subject);
  if (history.failure) return unreadable();
  const StoredRecord* stored = newest_decision(history);
  if (stored == nullptr) return http::problem(404, "There is no record of this visitor any more.");
  ZoneLog* log = service.logs == nullptr ? nullptr : service.logs->find(stored->record.zone);
  const std::optional<std::string> notice = notice_of(service, stored->record);
  const auto proof = log == nullptr ? std::nullopt : log->prove_id(stored->record.id);
  if (!notice || !proof) return unreadable();
  http::Response response = http::text_response(
      200, "application/json", receipt_json(*stored, *notice, *proof, log->verifier_key()));
  response.set("Cache-Control", "private, no-store");
  response.set("Content-Disposition", "attachment; filename=\"consent-receipt.json\"");
  return response;
}

}  // namespace consent::server
