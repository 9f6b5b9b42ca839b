#include "wire/consent_request.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "formats/timestamp.h"
#include "representation/language_tag.h"
#include "visitor/subject_id.h"
#include "wire/json_fields.h"

namespace consent::server {
namespace {

constexpr std::array kOptionalPurposes = {Purpose::analytics, Purpose::marketing};
constexpr std::string_view kNoticePrefix = "sha256:";
constexpr std::size_t kNoticeDigits = 64;

bool uses(const PolicyInForce& policy, Purpose purpose) {
  return policy.material_since[static_cast<std::size_t>(purpose)] != 0;
}

Presence unless_withdrawal(const ConsentRequest& request) {
  return request.action == Action::withdraw ? Presence::nullable : Presence::required;
}

template <typename Parse>
auto parsed_member(JsonFields& fields, std::string_view name, std::string_view expected,
                   Parse parse) -> decltype(parse(std::string_view())) {
  const std::string* text = fields.string(name);
  if (text == nullptr) return {};
  auto value = parse(*text);
  if (!value) fields.fail(name, "must be " + std::string(expected));
  return value;
}

void read_choices(JsonFields& fields, const PolicyInForce& policy, ConsentRequestRead& read) {
  const JsonValue* object = fields.object("choices");
  if (object == nullptr) return;
  JsonFields choices(*object, "/choices", read.errors);
  for (const Purpose purpose : kOptionalPurposes) {
    if (!uses(policy, purpose)) continue;
    const auto choice =
        parsed_member(choices, to_text(purpose), "\"granted\" or \"denied\"", parse_choice);
    if (choice) read.request.choices.set(purpose, *choice);
  }
  choices.refuse_unknown();
}

void read_notice_members(JsonFields& fields, ConsentRequest& request) {
  const Presence presence = unless_withdrawal(request);
  if (const std::string* ticket = fields.string("ticket", presence)) request.ticket = *ticket;
  if (const std::string* notice = fields.string("notice", presence)) {
    if (!is_notice_id(*notice))
      fields.fail("notice", "must be \"sha256:\" and 64 hexadecimal digits");
    request.notice = *notice;
  }
  if (const auto version = fields.integer("policy", presence, {.min = 1, .max = 0xffff})) {
    request.policy = static_cast<PolicyVersion>(*version);
  }
  if (const std::string* language = fields.string("language", presence)) {
    if (!is_language_tag(*language))
      fields.fail("language", "must be a language tag such as \"de-AT\"");
    request.language = *language;
  }
}

void read_times(JsonFields& fields, ConsentRequest& request) {
  if (const auto event = parsed_member(fields, "event", "a UUIDv7", parse_uuid_v7)) {
    request.event = *event;
    request.client_time = time_of(*event);
  }
  if (const std::string* text = fields.string("client_time", Presence::nullable)) {
    const auto time = parse_rfc3339(*text);
    if (!time) fields.fail("client_time", "must be a time such as \"2026-11-23T10:00:00.000Z\"");
    request.client_time = time.value_or(TimePoint{});
  }
}

void read_page(JsonFields& fields, ConsentRequest& request) {
  const std::string* page = fields.string("page", Presence::nullable);
  if (page == nullptr) return;
  if (!page->starts_with('/') || page->find_first_of("?#") != std::string::npos)
    fields.fail("page", "must be a path such as \"/pricing\", without a query");
  request.page = *page;
}

// The action and what it means for the choices must be the same story.
void check_story(const ConsentRequest& request, const PolicyInForce& policy,
                 std::vector<JsonError>& errors) {
  const auto must_all_be = [&](Choice expected, std::string detail) {
    for (const Purpose purpose : kOptionalPurposes) {
      const Choice choice = request.choices.of(purpose);
      if (!uses(policy, purpose) || choice == expected || choice == Choice::not_asked) continue;
      errors.push_back({.pointer = "/choices/" + std::string(to_text(purpose)), .detail = detail});
    }
  };
  switch (request.action) {
    case Action::accept_all:
      must_all_be(Choice::granted, "accept_all grants every purpose");
      break;
    case Action::reject_all:
      must_all_be(Choice::denied, "reject_all denies every purpose");
      break;
    case Action::withdraw:
      must_all_be(Choice::denied, "withdraw denies every purpose");
      break;
    case Action::gpc:
      must_all_be(Choice::denied, "gpc denies every purpose");
      break;
    case Action::default_state:
      if (request.layer != Layer::none)
        errors.push_back({.pointer = "/layer", .detail = "default has layer none"});
      if (request.choices.of(Purpose::marketing) == Choice::granted) {
        errors.push_back({.pointer = "/choices/marketing",
                          .detail = "the starting state of marketing is denied"});
      }
      if (request.choices.of(Purpose::analytics) == Choice::denied) {
        errors.push_back({.pointer = "/choices/analytics",
                          .detail = "the starting state of analytics is granted"});
      }
      break;
    case Action::save:
    case Action::none:
      break;
  }
}

void set_all(ConsentRequest& request, const PolicyInForce& policy, Choice choice) {
  for (const Purpose purpose : kOptionalPurposes) {
    if (uses(policy, purpose)) request.choices.set(purpose, choice);
  }
}

std::string form_value(const http::Fields& fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const auto& field) { return field.first == name; });
  return found == fields.end() ? std::string() : found->second;
}

// Which of the two is meant, nobody can say.
void refuse_repeated(const http::Fields& fields, std::vector<JsonError>& errors) {
  for (auto field = fields.begin(); field != fields.end(); ++field) {
    const auto is_same = [&](const auto& other) { return other.first == field->first; };
    if (std::count_if(fields.begin(), field, is_same) != 1) continue;
    errors.push_back({.pointer = "/" + field->first, .detail = "is given more than once"});
  }
}

void read_form_choices(const http::Fields& fields, const PolicyInForce& policy,
                       ConsentRequestRead& read) {
  set_all(read.request, policy,
          read.request.action == Action::accept_all ? Choice::granted : Choice::denied);
  if (read.request.action != Action::save) return;
  for (const Purpose purpose : kOptionalPurposes) {
    const std::string name = "choices." + std::string(to_text(purpose));
    const std::string text = form_value(fields, name);
    if (!uses(policy, purpose) || text.empty()) continue;
    const auto choice = parse_choice(text);
    if (!choice)
      read.errors.push_back({.pointer = "/" + name, .detail = "must be \"granted\" or \"denied\""});
    read.request.choices.set(purpose, choice.value_or(Choice::denied));
  }
}

void check_form_notice(const ConsentRequest& request, const std::string& policy,
                       std::vector<JsonError>& errors) {
  if (request.action == Action::withdraw && request.ticket.empty()) return;
  if (request.ticket.empty()) errors.push_back({.pointer = "/ticket", .detail = "is missing"});
  if (!is_notice_id(request.notice))
    errors.push_back({.pointer = "/notice", .detail = "must be a notice's id"});
  if (request.policy == 0 || std::to_string(request.policy) != policy) {
    errors.push_back({.pointer = "/policy", .detail = "must be the notice's policy version"});
  }
  if (!is_language_tag(request.language))
    errors.push_back({.pointer = "/language", .detail = "must be a language tag"});
}

}  // namespace

ConsentRequestRead read_consent_json(const JsonValue& body, const PolicyInForce& policy) {
  ConsentRequestRead read;
  ConsentRequest& request = read.request;
  JsonFields fields(body, "", read.errors);
  if (const std::string* site = fields.string("site")) request.site = *site;
  const auto action = parsed_member(
      fields, "action", "accept_all, reject_all, save, withdraw, gpc or default", parse_action);
  request.action = action.value_or(Action::none);
  request.layer =
      parsed_member(fields, "layer", "banner, preferences, form, api or none", parse_layer)
          .value_or(Layer::none);
  read_times(fields, request);
  if (const std::string* subject = fields.string("subject", Presence::nullable)) {
    request.subject = parse_subject_id(*subject);
    if (!request.subject) fields.fail("subject", "must be 22 characters of base64url, or null");
  }
  read_notice_members(fields, request);
  read_choices(fields, policy, read);
  request.gpc = fields.boolean("gpc", Presence::nullable).value_or(false);
  read_page(fields, request);
  fields.refuse_unknown();
  check_story(request, policy, read.errors);
  return read;
}

ConsentRequestRead read_consent_form(const http::Fields& fields, const PolicyInForce& policy) {
  ConsentRequestRead read;
  ConsentRequest& request = read.request;
  refuse_repeated(fields, read.errors);
  request.site = form_value(fields, "site");
  request.ticket = form_value(fields, "ticket");
  request.notice = form_value(fields, "notice");
  request.language = form_value(fields, "language");
  request.return_path = form_value(fields, "return");
  request.layer = Layer::form;
  const std::string version = form_value(fields, "policy");
  std::from_chars(version.data(), version.data() + version.size(), request.policy);

  request.action = parse_action(form_value(fields, "action")).value_or(Action::none);
  if (request.action == Action::none || request.action == Action::gpc ||
      request.action == Action::default_state) {
    read.errors.push_back(
        {.pointer = "/action", .detail = "must be accept_all, reject_all, save or withdraw"});
  }
  const auto event = parse_uuid_v7(form_value(fields, "event"));
  if (!event) read.errors.push_back({.pointer = "/event", .detail = "must be a UUIDv7"});
  request.event = event.value_or(Uuid{});
  request.client_time = time_of(request.event);
  check_form_notice(request, version, read.errors);
  read_form_choices(fields, policy, read);
  return read;
}

bool is_notice_id(std::string_view id) {
  if (!id.starts_with(kNoticePrefix) || id.size() != kNoticePrefix.size() + kNoticeDigits)
    return false;
  id.remove_prefix(kNoticePrefix.size());
  return id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace consent::server
