#include "handlers/preferences.h"

#include <algorithm>
#include <optional>
#include <string>

#include "consent/decision.h"
#include "formats/uuid.h"
#include "handlers/page_fields.h"
#include "handlers/served_notice.h"
#include "http/problem.h"
#include "ledger/ledger.h"
#include "site/preferences_page.h"
#include "visitor/visitor_token.h"

namespace consent::server {
namespace {

constexpr std::string_view kOwnPath = "/v1/preferences";
constexpr std::size_t kReturnPathBytesMax = 512;

// A grant counts as far as the ledger knows it; a refusal token speaks for itself.
RecordState known_state(const Service& service, const std::optional<Token>& token) {
  if (!token) return {};
  if (token->kind != TokenKind::grant) return state_of(*token);
  const Ledger::StateRead read = service.ledger.state_of(service.site.site, token->subject);
  return read.failure ? RecordState{} : read.state;
}

std::array<bool, kPurposes> allowed_now(const Service& service, const ServedNotice& served,
                                        const RecordState& state) {
  Question question;
  question.model = served.visitor.regime.model;
  question.policy = service.site.reduced(served.now);
  question.state = state;
  question.signals = served.visitor.signals;
  question.now = std::chrono::floor<std::chrono::seconds>(served.now);
  std::array<bool, kPurposes> allowed{};
  for (std::size_t i = 0; i < kPurposes; ++i) {
    question.purpose = static_cast<Purpose>(i);
    allowed[i] = decide(question).allowed();
  }
  return allowed;
}

// What RFC 3986, 3.3 and 3.4 let stand in path and query as it is.
bool is_uri_character(char c) {
  constexpr std::string_view kOthers = "-._~!$&'()*+,;=:@/?%#";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         kOthers.find(c) != kOthers.npos;
}

bool is_same_site_path(std::string_view path) {
  return path.starts_with('/') && !path.starts_with("//") && path.size() <= kReturnPathBytesMax &&
         std::all_of(path.begin(), path.end(), is_uri_character);
}

// Where a form that came from no page leads: here again, where what was saved is said.
std::string way_back(const http::Request& request, const ServedNotice& served) {
  if (const auto wanted = request.parameter("return")) return safe_return_path(*wanted);
  std::string path = std::string(kOwnPath) + "?saved=1";
  if (request.parameter("language")) path += "&language=" + served.notice.language;
  return path;
}

// The signal's line says that everything optional is off: only where it is.
bool says_signal(const ServedNotice& served, const std::array<bool, kPurposes>& allowed) {
  for (std::size_t i = 0; i < kPurposes; ++i) {
    if (allowed[i] && static_cast<Purpose>(i) != Purpose::essential) return false;
  }
  return served.visitor.signals.opt_out();
}

}  // namespace

std::string safe_return_path(std::string_view wanted) {
  return std::string(is_same_site_path(wanted) ? wanted : kOwnPath);
}

http::Response handle_preferences(const Service& service, const http::Request& request) {
  if (request.parameter("site").value_or(service.site.site) != service.site.site) {
    return http::problem(404, "This service does not know the site.");
  }
  const ServedNotice served = serve_notice(service, request, Layer::form);
  const std::optional<Token> token = presented_token(service, request).token;
  const std::array<bool, kPurposes> allowed =
      allowed_now(service, served, known_state(service, token));
  const PreferencesPage page{
      .policy = *service.site.find(served.notice.policy),
      .text = service.site.text.at(served.notice.language),
      .site = service.site.site,
      .language = served.notice.language,
      .notice = served.notice.id,
      .ticket = served.ticket,
      .event = to_text(make_uuid_v7(served.now)),
      .return_path = way_back(request, served),
      .allowed = allowed,
      .gpc = says_signal(served, allowed),
      .saved = token && request.parameter("saved"),
      .late = request.parameter("late").has_value(),
      .can_withdraw = token && token->kind == TokenKind::grant,
  };

  http::Response response = http::text_response(200, "text/html; charset=utf-8", render(page));
  response.set("Cache-Control", "private, no-store");
  response.set("Vary", "Accept-Language, Cookie, Sec-GPC, DNT");
  response.set("Content-Language", served.notice.language);
  set_page_fields("default-src 'none'; style-src " + std::string(preferences_style_source()),
                  "same-origin", response);
  return response;
}

}  // namespace consent::server
